"""Characters that stand alone are read several times side by side."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vision.core.document import Box
from vision.core.stages import CropWord, LineCrop, LineReading
from vision.recognition.lone_characters import (
    is_lone,
    lost_characters,
    read_once,
    repeated,
    shows_character,
    usual_height,
    without_specks,
)


def crop_of(width, height=40, ink=None):
    page = Image.new("RGB", (width, height), "white")
    if ink:
        ImageDraw.Draw(page).rectangle(ink, fill="black")
    return LineCrop(np.asarray(page), np.eye(2, 3), ("eng",))


def reading_of(*texts, confidence=0.9):
    words = tuple(
        CropWord(text, confidence - at / 10, Box(4.0 + 30 * at, 8.0, 20.0 + 30 * at, 32.0))
        for at, text in enumerate(texts)
    )
    return LineReading(" ".join(texts), confidence, words)


@pytest.mark.parametrize(("width", "expected"), [(12, True), (40, True), (80, False), (400, False)])
def test_only_narrow_images_hold_a_character_alone(width, expected):
    assert is_lone(crop_of(width), reading_of("7")) is expected


def test_an_image_that_more_was_read_in_holds_no_character_alone():
    assert not is_lone(crop_of(24), reading_of("1", "x"))


def test_characters_without_a_reading_are_found_among_the_lines():
    glyph, rule = crop_of(24, ink=(6, 8, 14, 31)), crop_of(24, ink=(6, 0, 14, 39))
    wide, low = crop_of(200, ink=(6, 8, 14, 31)), crop_of(12, 16, ink=(3, 4, 6, 12))
    crops = [glyph, glyph, rule, wide, low]
    readings = [reading_of("7"), *[LineReading("", 0.4)] * 4]
    assert lost_characters(crops, readings) == [1]


@pytest.mark.parametrize(
    ("ink", "expected"),
    [
        ((6, 8, 14, 31), True),
        (None, False),
        ((6, 0, 14, 39), False),  # a rule
        ((6, 18, 14, 22), False),  # a dash
        ((6, 1, 14, 38), False),  # fills the line
    ],
)
def test_rules_dashes_and_specks_are_no_characters(ink, expected):
    assert shows_character(crop_of(24, ink=ink), usual=40) is expected


def test_copies_stand_close_and_keep_their_pixels():
    font = ImageFont.load_default(30)
    page = Image.new("RGB", (24, 40), "white")
    ImageDraw.Draw(page).text((4, 2), "5", "black", font)
    crop = LineCrop(np.asarray(page), np.eye(2, 3), ("eng",), before=np.asarray(page))
    copies = repeated(crop)
    assert copies.pixels.shape == (40, 3 * 24 + 2 * 2, 3)
    assert copies.before is None
    for start in (0, 26, 52):
        assert np.array_equal(copies.pixels[:, start : start + 24], crop.pixels)


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (("000",), "0"),
        (("0", "00"), "0"),
        (("101010",), "10"),
        (("0O0",), ""),
        (("00",), ""),
        (("0000",), ""),
        ((), ""),
    ],
)
def test_copies_count_only_where_they_are_read_alike(texts, text):
    read = read_once(reading_of(*texts), crop_of(24), reading_of("0"))
    assert read.text == text
    assert "".join(word.text for word in read.words) == text


def test_the_word_lies_within_the_image_and_is_as_certain_as_the_weakest_copy():
    read = read_once(reading_of("7", "7", "7"), crop_of(24), reading_of("7"))
    (word,) = read.words
    assert word.box == Box(4.0, 8.0, 20.0, 32.0)
    assert word.confidence == pytest.approx(0.7)


@pytest.mark.parametrize(("usual", "expected"), [(40, True), (70, False), (20, False), (0, False)])
def test_characters_are_about_as_high_as_the_lines_of_the_page(usual, expected):
    assert shows_character(crop_of(24, ink=(6, 8, 14, 31)), usual) is expected


def test_the_usual_height_is_that_of_lines_with_text():
    crops = [crop_of(24, height) for height in (30, 40, 8, 8)]
    readings = [LineReading("1", 0.9), LineReading("2", 0.9), *[LineReading("", 0.1)] * 2]
    assert usual_height(crops, readings) == 35
    assert usual_height([], []) == 0


@pytest.mark.parametrize(("confidence", "doubtful"), [(0.99, False), (0.9, True)])
def test_where_the_first_reader_found_nothing_a_weak_reading_is_doubtful(confidence, doubtful):
    copies = reading_of("777", confidence=confidence)
    (word,) = read_once(copies, crop_of(24), LineReading("", 0.4)).words
    assert (word.text, word.incomplete) == ("7", doubtful)


@pytest.mark.parametrize(
    ("confidences", "kept"),
    [
        ((0.99, 0.99, 0.8), [True, True, True]),
        ((0.99, 0.8, 0.8), [True, False, False]),
        ((0.8,), [False]),
        ((), []),
    ],
)
def test_weak_readings_count_only_on_pages_where_most_are_confident(confidences, kept):
    lost = {
        at: read_once(reading_of("777", confidence=each), crop_of(24), LineReading("", 0.4))
        for at, each in enumerate(confidences)
    }
    read = without_specks(lost | {9: reading_of("text")}, lost)
    assert [bool(read[at].text) for at in lost] == kept
    assert read[9].text == "text"
