import numpy as np
import pytest

from tests.support.lines import written
from vision.core.document import Box
from vision.core.geometry import compose, transform_box
from vision.core.stages import NEVER, LineCrop, LineReading
from vision.engines.tessdata import find_tessdata
from vision.engines.tesseract_library import Tesseract
from vision.recognition.line_orientation import read_either_way
from vision.recognition.tesseract import TesseractRecogniser

LEVEL = np.array([[1.0, 0, 0], [0, 1.0, 0]])
UP = np.array([[0, 1.0, 0], [-1.0, 0, 600]])  # as a finder cuts it: the text begins at the foot
HALF_TURN = [[-1.0, 0.0], [0.0, -1.0]]


@pytest.fixture(scope="module")
def recogniser():
    return TesseractRecogniser(Tesseract(find_tessdata(None)))


def crop(pixels, to_page=UP):
    return LineCrop(pixels, to_page, ("eng",))


def upside_down(pixels):
    return np.ascontiguousarray(pixels[::-1, ::-1])


def test_a_line_that_was_cut_upside_down_is_turned(recogniser):
    pixels = written("Copy for the customer")
    (turned,), (reading,) = read_either_way([crop(upside_down(pixels))], recogniser, NEVER)
    assert np.array_equal(turned.pixels, pixels)
    assert reading.text == "Copy for the customer"


def test_a_turned_line_keeps_its_place_on_the_page(recogniser):
    pixels = upside_down(written("Copy for the customer"))
    height, width = pixels.shape[:2]
    (turned,), _ = read_either_way([crop(pixels)], recogniser, NEVER)
    whole, first = Box(0, 0, width, height), Box(0, 0, 10, 10)
    last = Box(width - 10, height - 10, width, height)
    assert transform_box(turned.to_page, whole) == transform_box(UP, whole)
    assert transform_box(turned.to_page, first) == transform_box(UP, last)
    to_found = np.column_stack([HALF_TURN, [width, height]])
    assert np.allclose(turned.to_page, compose(UP, to_found))


def test_a_line_that_was_cut_right_stays(recogniser):
    found = crop(written("Invoice number 00865872"))
    (kept,), (reading,) = read_either_way([found], recogniser, NEVER)
    assert kept is found
    assert reading.text == "Invoice number 00865872"


class CountingRecogniser:
    """Counts the crops that it is given."""

    name = "counting"
    seen = 0

    def recognise(self, crops, reread=NEVER):
        self.seen += len(crops)
        return [LineReading("text", 0.5) for _ in crops]


def test_level_lines_are_read_once_and_rotated_ones_both_ways():
    level, rotated = crop(written("one"), LEVEL), crop(written("two"))
    counting = CountingRecogniser()
    crops, readings = read_either_way([level, rotated], counting, NEVER)
    assert counting.seen == 3
    assert crops[0] is level
    assert len(readings) == 2
    assert read_either_way([], None, NEVER) == ([], [])
