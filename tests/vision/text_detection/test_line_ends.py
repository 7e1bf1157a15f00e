"""Lines of a network are completed by the ink at their ends."""

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from vision.core.document import Box
from vision.core.geometry import corners
from vision.core.stages import FoundLine
from vision.imaging.connected_components import find_letters
from vision.text_detection.line_ends import with_whole_ends

FONT = ImageFont.load_default(30)


def page_with(*texts):
    """A page with each (x, text) on one row."""
    page = Pillow.new("RGB", (900, 160), "white")
    draw = ImageDraw.Draw(page)
    for x, text in texts:
        draw.text((x, 60), text, "black", FONT)
    return np.asarray(page)


def line(x0, x1, y0=56, y1=98):
    return FoundLine(corners(Box(x0, y0, x1, y1)), 0.9)


def ends(found):
    return [(each.quad[0][0], each.quad[1][0]) for each in found]


def width(text):
    return FONT.getlength(text)


@pytest.mark.parametrize("mark", [".", "...", ":", "-", "\u2019"])
def test_a_mark_left_out_at_the_end_is_taken_in(mark):
    page = page_with((100, f"moss on stone{mark}"))
    whole = 100 + width(f"moss on stone{mark}")
    ((start, end),) = ends(
        with_whole_ends([line(98, 100 + width("moss on stone"))], find_letters(page))
    )
    assert start == 98
    assert end == pytest.approx(whole, abs=5)


def test_a_letter_cut_in_two_at_the_start_is_taken_in_whole():
    page = page_with((100, "moss on stone"))
    ((start, end),) = ends(with_whole_ends([line(112, 320)], find_letters(page)))
    assert 94 < start <= 103
    assert end == 320


def test_ink_that_another_line_covers_is_left_to_it():
    page = page_with((100, "moss"), (100 + width("moss") + 6, "stone"))
    first, second = line(98, 100 + width("moss") + 1), line(100 + width("moss") + 4, 400)
    assert ends(with_whole_ends([first, second], find_letters(page))) == ends([first, second])


def test_rules_and_far_marks_lengthen_nothing():
    page = page_with((100, "moss on stone"), (560, ".")).copy()
    page[80:82, 100 + round(width("moss on stone")) + 3 : 540] = 0
    found = [line(98, 102 + width("moss on stone"))]
    assert with_whole_ends(found, find_letters(page)) == found


def test_tilted_and_rising_lines_and_blank_pages_stay_as_they_are():
    page = page_with((100, "moss on stone..."))
    tilted = FoundLine(((98, 70), (290, 40), (296, 80), (104, 110)))
    rising = FoundLine(((98, 98), (98, 56), (290, 56), (290, 98)))
    assert with_whole_ends([tilted, rising], find_letters(page)) == [tilted, rising]
    blank = find_letters(np.full((100, 100, 3), 255, np.uint8))
    assert with_whole_ends([line(10, 50)], blank) == [line(10, 50)]
