import numpy as np
import pytest

from tests.support.lines import written
from vision.core.document import Box
from vision.core.geometry import compose, transform_box
from vision.core.stages import LineCrop
from vision.engines.tessdata import find_tessdata
from vision.engines.tesseract_library import Tesseract
from vision.recognition.line_orientation import turn_rotated_lines
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
    (turned,) = turn_rotated_lines([crop(upside_down(pixels))], recogniser)
    assert np.array_equal(turned.pixels, pixels)


def test_a_turned_line_keeps_its_place_on_the_page(recogniser):
    pixels = upside_down(written("Copy for the customer"))
    height, width = pixels.shape[:2]
    (turned,) = turn_rotated_lines([crop(pixels)], recogniser)
    whole, first = Box(0, 0, width, height), Box(0, 0, 10, 10)
    last = Box(width - 10, height - 10, width, height)
    assert transform_box(turned.to_page, whole) == transform_box(UP, whole)
    assert transform_box(turned.to_page, first) == transform_box(UP, last)
    to_found = np.column_stack([HALF_TURN, [width, height]])
    assert np.allclose(turned.to_page, compose(UP, to_found))


def test_a_line_that_was_cut_right_stays(recogniser):
    found = crop(written("Invoice number 00865872"))
    assert turn_rotated_lines([found], recogniser)[0] is found


def test_level_lines_are_left_alone_unread():
    found = crop(upside_down(written("Copy for the customer")), LEVEL)
    assert turn_rotated_lines([found], None) == [found]
    assert turn_rotated_lines([], None) == []
