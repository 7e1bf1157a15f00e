"""PP-OCR's recogniser reads lines of Latin letters; other scripts go to the other recogniser."""

import functools
from dataclasses import replace

import cv2
import numpy as np
import pytest

from models.loaders.ppocr import (
    is_latin,
    open_ppocr_recogniser,
    open_second_reader,
    open_tiny_second_reader,
)
from models.loaders.resources import LocalResources
from tests.support.lines import crop_of, written
from vision.recognition.ppocr import input_width
from vision.recognition.tesseract import native_recogniser

SENTENCE = "Total 12.50 due in July"


@functools.cache
def recogniser():
    return open_ppocr_recogniser(None, "cpu", 1, native_recogniser(None))


@pytest.mark.parametrize(
    ("text", "ink", "ground"),
    [
        (SENTENCE, "black", "white"),
        (SENTENCE, "white", "navy"),
    ],
    ids=["plain", "light on dark"],
)
def test_a_clean_line_is_read_whole(text, ink, ground):
    (reading,) = recogniser().recognise([crop_of(written(text, 32, 6, ink, ground))])
    assert reading.text == text
    assert reading.confidence > 0.9


def test_a_processor_that_would_cut_int8_sums_reads_in_floats(monkeypatch):
    monkeypatch.setattr("models.loaders.ppocr.int8_is_exact", lambda: False)
    floats = open_ppocr_recogniser(None, "cpu", 1, native_recogniser(None))
    crop = crop_of(written(SENTENCE))
    assert [reading.text for reading in floats.recognise([crop])] == [SENTENCE]


def test_the_tiny_network_reads_languages_in_latin_letters_alone(tmp_path):
    tiny = open_tiny_second_reader(LocalResources(cache_dir=tmp_path, device="cpu"))
    crop = crop_of(written(SENTENCE, 32, 6))
    (reading,) = tiny.recognise([crop])
    assert (reading.text, reading.engine) == (SENTENCE, "ppocr_tiny")
    assert [word.listed for word in reading.words] == [True, None, True, True, True]
    assert [use.name for use in tiny.models(("eng", "deu"))] == ["pp-ocrv6-rec-tiny"]
    assert tiny.models(("eng", "ara")) == ()
    (nothing,) = tiny.recognise([replace(crop, languages=("ara",))])
    assert nothing.text == ""


def test_words_of_poor_print_are_searched_in_the_word_list(tmp_path):
    texts = (
        "The government agreement was signed yesterday",
        "Please return the attached document immediately",
        "Additional information about the customer account",
        "Quarterly estimate of the production schedule",
    )
    reader = open_second_reader(LocalResources(cache_dir=tmp_path, device="cpu"))
    greedy = recogniser().as_second_reader(0.75, lambda languages: None)
    noise = np.random.default_rng(5)
    crops = [crop_of(_poor(written(text, 14, 3), noise)) for text in texts]
    searched, plain = (
        sum(word in reading.text.split() for text, reading in zip(texts, found, strict=True)
            for word in text.split())
        for found in (reader.recognise(crops), greedy.recognise(crops))
    )  # fmt: skip
    assert searched >= plain + 3


def _poor(line, noise):
    """Blurred by 1.8 pixels and grainy: half of the words are misread."""
    blurred = cv2.GaussianBlur(line.astype(np.float32), (0, 0), 1.8)
    grain = noise.normal(0, 10, (*line.shape[:2], 1))
    return np.clip(blurred + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("ink", "ground"), [("black", "white"), ("white", "black")])
def test_words_stand_around_their_ink(ink, ground):
    pixels = written("left right", ink=ink, ground=ground)
    (reading,) = recogniser().recognise([crop_of(pixels)])
    left, right = reading.words
    columns = np.flatnonzero((pixels[:, :, 0] != pixels[0, 0, 0]).any(axis=0))
    gap = columns[np.argmax(np.diff(columns))]
    assert left.box.x0 == pytest.approx(columns[0], abs=2)
    assert left.box.x1 == pytest.approx(gap, abs=3)
    assert right.box.x1 == pytest.approx(columns[-1], abs=3)
    assert left.box.y1 <= pixels.shape[0]


def test_lines_come_back_in_the_order_of_their_crops():
    texts = ["one", SENTENCE, "two three", "one", "four"]
    readings = recogniser().recognise([crop_of(written(text)) for text in texts])
    assert [reading.text for reading in readings] == texts


def test_lines_of_one_batch_read_as_each_alone(monkeypatch):
    """As on a GPU: in floats, since an int8 network takes the range of its values from a batch."""
    monkeypatch.setattr("models.loaders.ppocr.int8_is_exact", lambda: False)
    floats = open_ppocr_recogniser(None, "cpu", 1, native_recogniser(None))
    crops = [crop_of(written(text)) for text in ("first 1", SENTENCE, "first 2", "first 3")]
    alone = floats.recognise(crops)
    assert len({input_width(crop) for crop in crops}) < len(crops)
    monkeypatch.setattr("vision.recognition.ppocr.CPU_PROVIDER", "a GPU's neighbour")
    together = floats.recognise(crops)
    assert [reading.text for reading in together] == [reading.text for reading in alone]
    for one, other in zip(together, alone, strict=True):
        assert one.confidence == pytest.approx(other.confidence, abs=1e-3)
        assert [word.box for word in one.words] == [word.box for word in other.words]


@pytest.mark.parametrize("shape", [(48, 200, 3), (4, 4, 3), (3, 4000, 3)])
def test_an_empty_crop_has_no_text(shape):
    (reading,) = recogniser().recognise([crop_of(np.full(shape, 255, np.uint8))])
    assert reading.text == ""
    assert reading.words == ()


def test_no_crops_give_no_readings():
    assert recogniser().recognise([]) == []


@pytest.mark.parametrize(
    ("width", "height", "width_of_input"),
    [(96, 48, 96), (1, 48, 16), (103, 48, 104), (500, 48, 496), (99999, 48, 4096), (10, 5, 96)],
)
def test_inputs_have_few_widths_near_their_own(width, height, width_of_input):
    assert input_width(crop_of(np.zeros((height, width, 3), np.uint8))) == width_of_input


@pytest.mark.parametrize(("narrowing", "width_of_input"), [(1.0, 496), (0.8, 400), (0.01, 16)])
def test_a_narrowed_line_becomes_as_much_narrower(narrowing, width_of_input):
    crop = crop_of(np.zeros((48, 500, 3), np.uint8))
    assert input_width(crop, narrowing) == width_of_input


@pytest.mark.parametrize(
    ("room", "width_of_input"), [(0, 480), (4, 576), (8, 704), (20, 704)], ids=str
)
def test_the_room_around_letters_is_left_out_as_far_as_most_of_the_line_stays(room, width_of_input):
    crop = crop_of(np.zeros((48, 480, 3), np.uint8))
    assert input_width(replace(crop, room=room)) == width_of_input


def test_a_line_without_its_room_is_read_in_the_same_places():
    crop = crop_of(written(SENTENCE))
    (whole,), (tight,) = (recogniser().recognise([each]) for each in (crop, replace(crop, room=3)))
    assert tight.text == SENTENCE
    for one, other in zip(whole.words, tight.words, strict=True):
        assert tuple(other.box) == pytest.approx(tuple(one.box), abs=2)


def test_a_narrowed_line_is_read_in_the_same_places():
    crop = crop_of(written(SENTENCE))
    (whole,), (narrow,) = (
        recogniser().recognise([crop]),
        recogniser().as_second_reader(0.8, lambda languages: None).recognise([crop]),
    )
    assert narrow.text == SENTENCE
    for one, other in zip(whole.words, narrow.words, strict=True):
        assert tuple(other.box) == pytest.approx(tuple(one.box), abs=2)


@pytest.mark.parametrize(
    ("has_list", "listed"), [(True, [True, None, False]), (False, [None, None, None])]
)
def test_a_second_reader_looks_its_words_up_where_there_is_a_list(has_list, listed):
    asked = []

    def word_list(languages):
        asked.append(tuple(languages))
        return {"total"}.__contains__ if has_list else None

    (reading,) = (
        recogniser()
        .as_second_reader(1.0, word_list)
        .recognise([crop_of(written("Total 12.50 dew"))])
    )
    assert [word.listed for word in reading.words] == listed
    assert asked == [("eng",)]


@pytest.mark.parametrize(
    ("letter", "latin"), [("a", True), ("ő", True), ("€", True), ("字", False), ("", False)]
)
def test_latin_has_letters_with_accents_and_no_chinese(letter, latin):
    assert is_latin(letter) is latin


@pytest.mark.parametrize("mark", [*"●■□☐☑☒✓½¼±²³⁵₂\u2212°"])
def test_latin_has_bullets_boxes_fractions_and_raised_digits(mark):
    assert is_latin(mark)


def test_the_receipt_names_the_network_of_the_languages_asked_for():
    (latin,) = recogniser().models(("eng", "deu"))
    assert (latin.name, latin.version) == ("pp-ocrv6-rec", "small-latin")
    other = recogniser().models(("osd",))
    assert all(use.name != "pp-ocrv6-rec" for use in other)


def test_characters_come_where_asked_for_each_inside_its_word():
    plain = crop_of(written(SENTENCE, 40))
    bare, reading = recogniser().recognise([plain, replace(plain, characters=True)])
    assert all(word.characters == () for word in bare.words)
    assert [word.text for word in reading.words] == SENTENCE.split()
    for word in reading.words:
        assert "".join(each.text for each in word.characters) == word.text
        edges = [edge for each in word.characters for edge in (each.box.x0, each.box.x1)]
        assert edges == sorted(edges)
        assert (edges[0], edges[-1]) == pytest.approx((word.box.x0, word.box.x1), abs=2)
