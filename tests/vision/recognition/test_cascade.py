"""Low-confidence lines go to the second reader; confident ones and noise do not."""

from dataclasses import replace

import numpy as np
import pytest

from tests.support.lines import crop_of, written
from vision.core.document import Box, ModelUse
from vision.core.stages import NEVER, CropWord, LineReading, Reread
from vision.recognition.cascade import recognise_lines


class Reader:
    """Reads what it was given to read, and remembers how many crops it saw."""

    def __init__(self, name, *readings):
        self.name = name
        self.use = ModelUse(name, "1", "", "CPUExecutionProvider")
        self.readings = [
            LineReading(text, confidence, engine=name, models=(self.use,))
            for text, confidence in readings
        ]
        self.seen = 0

    def recognise(self, crops, reread=NEVER):
        self.seen += len(crops)
        self.only_marks = [crop.only_marks for crop in crops]
        self.width = sum(crop.pixels.shape[1] for crop in crops)
        self.reread = reread
        return self.readings[: len(crops)]

    def models(self, languages):
        return (self.use,) if "eng" in languages else ()

    def languages(self):
        return ("eng",)


@pytest.mark.parametrize(
    ("confidence", "reader"),
    [(1.0, "first"), (0.9, "first"), (0.89, "second"), (0.6, "second"), (0.59, "first")],
)
def test_only_doubtful_lines_are_read_again(confidence, reader):
    crops = [crop_of(written("one"))]
    first, second = Reader("first", ("one", confidence)), Reader("second", ("two", 0.6))
    (reading,) = recognise_lines(crops, first, second, 0.9).readings
    assert reading.engine == reader
    assert reading.text == {"first": "one", "second": "two"}[reader]
    assert second.seen == (reader == "second")


def test_crops_for_the_second_reader_say_where_only_a_mark_is_in_question():
    crops = [crop_of(written(text)) for text in ("one", "two", "three")]
    first = Reader("first", ("@ one", 0.99), ("two", 0.7), ("@ three", 0.7))
    second = Reader("second", ("one", 0.99), ("two", 0.99), ("three", 0.99))
    recognise_lines(crops, first, second, 0.9)
    assert second.only_marks == [True, False, False]


def test_lines_whose_text_is_known_are_not_read():
    first, crop = Reader("first", ("one", 1.0)), crop_of(written("one"))
    texts = recognise_lines([replace(crop, text="-"), crop], first, None, 0.9)
    assert first.seen == 1
    assert [reading.text for reading in texts.readings] == ["one", "-"]
    assert [crop.text for crop in texts.crops] == ["", "-"]
    assert texts.readings[1].words[0].text == "-"
    assert texts.lines_read() == {"first": 1}


@pytest.mark.parametrize(
    ("second", "reread"),
    [(None, NEVER), (Reader("second"), Reread(0.6, 0.9, "second"))],
    ids=["one", "two"],
)
def test_the_first_reader_knows_which_lines_will_be_read_again(second, reread):
    first = Reader("first", ("one", 1.0))
    recognise_lines([crop_of(written("one"))], first, second, 0.9)
    assert first.reread == reread


@pytest.mark.parametrize(
    ("text", "confidence", "seen"),
    [("@ Fill the lamps", 0.99, 1), ("Fill the lamps", 0.99, 0), ("@ Fill the lamps", 0.59, 0)],
    ids=["suspicious", "plain", "noise"],
)
def test_confident_lines_with_suspicious_marks_are_read_again(text, confidence, seen):
    first, second = Reader("first", (text, confidence)), Reader("second", ("Fill the lamps", 0.99))
    recognise_lines([crop_of(written("one"))], first, second, 0.9)
    assert second.seen == seen


def test_lines_in_a_language_that_the_second_reader_lacks_are_read_once():
    crops = [replace(crop_of(written("one")), languages=("ara",))]
    first, second = Reader("first", ("one", 0.7)), Reader("second", ("two", 0.9))
    assert recognise_lines(crops, first, second, 0.9).readings[0].text == "one"
    assert (first.reread, second.seen) == (NEVER, 0)


@pytest.mark.parametrize(("least", "text"), [(0.6, "noise"), (0.0, "text")])
def test_how_little_confidence_is_text_depends_on_what_found_the_line(least, text):
    first, second = Reader("first", ("noise", 0.3)), Reader("second", ("text", 0.9))
    read = recognise_lines([crop_of(written("one"))], first, second, 0.9, least=least)
    assert [reading.text for reading in read.readings] == [text]


def test_readings_keep_the_order_of_their_crops():
    crops = [crop_of(written("one"))] * 3
    first = Reader("first", ("a", 0.6), ("box", 1.0), ("cd", 0.6))
    read = recognise_lines(crops, first, Reader("second", ("x", 0.9), ("", 0.2)), 0.9)
    assert [reading.text for reading in read.readings] == ["x", "box", "cd"]
    assert [reading.disputed for reading in read.readings] == [False, False, True]
    assert read.lines_read() == {"second": 1, "first": 2}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("4", 0.99), ("14", 0.95), "14"),
        (("4", 0.99), ("14", 0.6), "4"),
        (("14", 0.99), ("7", 0.99), "14"),
    ],
    ids=["explained", "explained, hardly", "all read"],
)
def test_a_short_reading_that_leaves_out_ink_is_read_again(first, second, expected):
    readers = Reader("lstm", first), Reader("ppocr_tiny", second)
    read = recognise_lines(
        [crop_of(np.pad(written("14"), ((0, 0), (20, 20), (0, 0)), mode="edge"))], *readers, 0.9
    )
    assert read.readings[0].text == expected


@pytest.mark.parametrize(
    ("below", "text", "width"),
    [(0.94, "if", 500), (0.95, "if", 1000), (0.94, "\u00e9t\u00e9", 1000)],
    ids=["some", "all", "another language"],
)
def test_a_long_line_is_cut_unless_much_is_to_be_read_again(below, text, width):
    """Two words, one of them doubtful, at both ends of an image 40 pixels high."""
    pixels = np.full((40, 1000, 3), 255, np.uint8)
    pixels[10:30, 10:200] = pixels[10:30, 300:400] = pixels[10:30, 700:990] = 0
    boxes = Box(10, 10, 200, 30), Box(300, 10, 400, 30), Box(700, 10, 990, 30)
    words = tuple(
        CropWord("of", each, box, listed=True)
        for each, box in zip((0.97, 0.97, 0.2), boxes, strict=True)
    )
    first, second = Reader("lstm", ("of of of", 0.7)), Reader("ppocr", (text, 0.99))
    first.readings = [replace(first.readings[0], words=words)]
    recognise_lines([crop_of(pixels)], first, second, below)
    assert second.width == pytest.approx(width, abs=60)


def test_without_a_second_reader_every_line_is_as_it_was_read_first():
    read = recognise_lines([crop_of(written("one"))], Reader("first", ("a", 0.1)), None, 0.9)
    assert [(reading.text, reading.engine) for reading in read.readings] == [("a", "first")]


def test_no_crops_are_no_work():
    first = Reader("first")
    assert recognise_lines([], first, Reader("second"), 0.9).readings == []
    assert first.seen == 0


@pytest.mark.parametrize(
    ("confidence", "names"), [(1.0, ["first"]), (0.8, ["first", "second"])], ids=["one", "both"]
)
def test_the_models_are_those_of_the_readers_that_read(confidence, names):
    first, second = Reader("first", ("one", confidence)), Reader("second", ("two", 0.9))
    read = recognise_lines([crop_of(written("one"))], first, second, 0.9)
    assert [use.name for use in read.models] == names


def test_a_check_that_raises_stops_before_the_second_reading():
    def check():
        raise InterruptedError

    second = Reader("second", ("two", 0.9))
    with pytest.raises(InterruptedError):
        recognise_lines([crop_of(written("one"))], Reader("first", ("a", 0.7)), second, 0.9, check)
    assert second.seen == 0
