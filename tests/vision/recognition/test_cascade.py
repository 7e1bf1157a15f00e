"""Doubtful lines go to the second reader; sure ones and noise do not."""

import pytest

from tests.support.lines import crop_of, written
from vision.core.stages import LineReading
from vision.recognition.cascade import lines_read, read_lines


class Reader:
    """Reads what it was given to read, and remembers how many crops it saw."""

    def __init__(self, name, *readings):
        self.name = name
        self.readings = [LineReading(text, confidence) for text, confidence in readings]
        self.seen = 0

    def recognise(self, crops):
        self.seen += len(crops)
        self.drafts = [crop.draft for crop in crops]
        return self.readings[: len(crops)]

    def models(self, languages):
        return ()

    def languages(self):
        return ("eng",)


@pytest.mark.parametrize(
    ("confidence", "reader"),
    [(1.0, "first"), (0.9, "first"), (0.89, "second"), (0.6, "second"), (0.59, "first")],
)
def test_only_doubtful_lines_are_read_again(confidence, reader):
    crops = [crop_of(written("one"))]
    first, second = Reader("first", ("one", confidence)), Reader("second", ("two", 0.1))
    (reading,) = read_lines(crops, first, second, 0.9)
    assert reading.engine == reader
    assert reading.text == {"first": "one", "second": "two"}[reader]
    assert second.seen == (reader == "second")


@pytest.mark.parametrize(
    ("second", "draft"), [(None, (0.0, 0.0)), (Reader("second"), (0.6, 0.9))], ids=["one", "two"]
)
def test_the_first_reader_knows_which_readings_will_be_replaced(second, draft):
    first = Reader("first", ("one", 1.0))
    read_lines([crop_of(written("one"))], first, second, 0.9)
    assert first.drafts == [draft]


def test_readings_keep_the_order_of_their_crops():
    crops = [crop_of(written("one"))] * 3
    first = Reader("first", ("a", 0.6), ("b", 1.0), ("c", 0.6))
    readings = read_lines(crops, first, Reader("second", ("x", 0.9), ("", 0.2)), 0.9)
    assert [reading.text for reading in readings] == ["x", "b", ""]
    assert lines_read(readings) == {"second": 1, "first": 1}


def test_without_a_second_reader_every_line_is_as_it_was_read_first():
    readings = read_lines([crop_of(written("one"))], Reader("first", ("a", 0.1)), None, 0.9)
    assert [(reading.text, reading.engine) for reading in readings] == [("a", "first")]


def test_no_crops_are_no_work():
    first = Reader("first")
    assert read_lines([], first, Reader("second"), 0.9) == []
    assert first.seen == 0
