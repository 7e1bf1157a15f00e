import builtins
import sys
from dataclasses import replace

import numpy as np
import pytest

from tests.support.lines import crop_of, written
from tests.support.parts import require
from vision.core.document import ModelUse
from vision.core.errors import BadInput
from vision.core.stages import LineReading
from vision.recognition.tesseract import TesseractRecogniser, line_image, native_recogniser


class UnsureReader:
    """Reads the same word everywhere, ever as surely as it is told to; notes what it was asked."""

    def __init__(self, confidence: float) -> None:
        self.min_confidence = 0.5
        self.confidence = confidence
        self.asked: list[tuple[int, tuple[str, ...]]] = []

    def read_lines(self, images, languages, *, characters=False):
        self.asked.append((len(images), tuple(languages)))
        return [LineReading("+".join(languages), self.confidence) for _ in images]

    def models(self, names):
        return tuple(ModelUse(f"tesseract-{name}", "1", "ab" * 32, "tesseract") for name in names)

    def languages(self):
        return ("deu", "eng")


@pytest.fixture(scope="module")
def recogniser():
    return native_recogniser(None)


@pytest.mark.parametrize("size", [12, 20, 32, 90])
def test_lines_of_any_size_are_read(recogniser, size):
    (reading,) = recogniser.recognise([crop_of(written("Twelve boxes of paper", size, size // 6))])
    assert reading.text == "Twelve boxes of paper"


@pytest.mark.parametrize(
    ("ink", "ground"), [("white", "black"), ("#888", "#bbb"), ("yellow", "navy")]
)
def test_faint_and_inverted_lines_are_read(recogniser, ink, ground):
    crop = crop_of(written("kindly confirm the delivery", 32, 6, ink, ground))
    assert recogniser.recognise([crop])[0].text == "kindly confirm the delivery"


def test_word_boxes_cover_the_ink_of_their_words_in_crop_coordinates(recogniser):
    margin = 8
    image = written("paper", 64, margin)
    (reading,) = recogniser.recognise([crop_of(image)])
    (word,) = reading.words
    height, width = image.shape[:2]
    assert word.box == pytest.approx(
        (margin, margin, width - margin, height - margin), abs=margin + 2
    )


def test_crops_of_different_languages_come_back_in_their_own_order():
    reader = UnsureReader(0.9)
    line = written("x")
    crops = [crop_of(line, "eng"), crop_of(line, "deu"), crop_of(line, "eng")]
    readings = TesseractRecogniser(reader).recognise(crops)
    assert [reading.text for reading in readings] == ["eng", "deu", "eng"]
    assert sorted(reader.asked) == [(1, ("deu",)), (2, ("eng",))]


@pytest.mark.parametrize(("confidence", "text"), [(0.49, ""), (0.5, "eng"), (1.0, "eng")])
def test_a_line_read_too_unsurely_is_left_empty(confidence, text):
    (reading,) = TesseractRecogniser(UnsureReader(confidence)).recognise([crop_of(written("x"))])
    assert reading.text == text
    assert reading.confidence == confidence
    assert reading.engine == "tesseract"


def test_no_crops_give_no_readings(recogniser):
    assert recogniser.recognise([]) == []


def test_an_unknown_language_is_the_callers_mistake(recogniser):
    with pytest.raises(BadInput, match="installed"):
        recogniser.recognise([crop_of(written("x"), "xyz")])


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 900, 3), (900, 3, 3)])
def test_a_line_image_has_the_networks_height_whatever_the_crop(shape):
    image = line_image(np.full(shape, 7, np.uint8))
    assert image.shape[0] == 48
    assert image.shape[1] >= 1


def test_without_tesserocr_the_program_reads_and_the_receipt_says_so(monkeypatch):
    real_import = builtins.__import__

    def without_tesserocr(name, *args, **kwargs):
        if name == "tesserocr":
            raise ImportError("libtesseract.so.5: cannot open shared object file")
        return real_import(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, "vision.engines.tesseract_library", raising=False)
    monkeypatch.setattr(builtins, "__import__", without_tesserocr)
    recogniser = native_recogniser(None)
    monkeypatch.undo()
    require(recogniser.languages(), "a Tesseract language")
    assert recogniser.models(["eng"])[0].provider == "tesseract-process"
    assert recogniser.recognise([crop_of(written("seven invoices"))])[0].text == "seven invoices"


def test_characters_are_given_only_where_asked_for_and_stand_in_crop_coordinates(recogniser):
    plain = crop_of(written("plain words", 90))
    said_plainly, said_whole = recogniser.recognise([plain, replace(plain, characters=True)])
    assert [word.characters for word in said_plainly.words] == [(), ()]
    assert said_whole.text == "plain words"
    for word in said_whole.words:
        assert "".join(each.text for each in word.characters) == word.text
        assert word.characters[0].box.x0 == pytest.approx(word.box.x0, abs=1)
        assert word.characters[-1].box.x1 == pytest.approx(word.box.x1, abs=1)
        assert all(0.5 < each.confidence <= 1 for each in word.characters)
