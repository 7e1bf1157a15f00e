import cv2
import numpy as np
import pytest

from vision.core.document import Box
from vision.imaging.stroke_weight import ground_of, stroke_weight

WHOLE = Box(0, 0, 200, 40)


def bars(width, paper=255, ink=0):
    """An RGB picture of upright strokes, 20 pixels apart."""
    page = np.full((40, 200, 3), paper, np.uint8)
    for x in range(10, 200, 20):
        page[5:35, x : x + width] = ink
    return page


@pytest.mark.parametrize("width", [2, 3, 4])
def test_the_width_of_strokes_is_measured(width):
    assert stroke_weight(bars(width), WHOLE) == pytest.approx(width, rel=0.15)


@pytest.mark.parametrize(("paper", "ink"), [(255, 120), (0, 255), (90, 240)])
def test_neither_contrast_nor_light_print_changes_it(paper, ink):
    assert stroke_weight(bars(4, paper, ink), WHOLE) == pytest.approx(
        stroke_weight(bars(4), WHOLE), rel=0.02
    )


def test_blurred_strokes_keep_their_order():
    thin, bold = (cv2.GaussianBlur(bars(width), (0, 0), 1.0) for width in (2, 4))
    assert stroke_weight(bold, WHOLE) > 1.2 * stroke_weight(thin, WHOLE)


@pytest.mark.parametrize("box", [Box(0, 0, 0, 0), Box(0, 0, 200, 1), Box(300, 0, 400, 40)])
def test_where_there_is_no_picture_there_are_no_strokes(box):
    assert stroke_weight(bars(4), box) == 0


def test_bare_paper_has_no_strokes():
    noise = np.random.default_rng(5).integers(240, 255, (40, 200, 3)).astype(np.uint8)
    assert stroke_weight(noise, WHOLE) == 0


@pytest.mark.parametrize("ink", [0, 255])
def test_the_ground_is_what_lies_around_a_box_not_what_fills_it(ink):
    page = np.full((60, 200, 3), 130, np.uint8)
    page[20:40, 20:180] = ink
    assert ground_of(page, Box(20, 20, 180, 40)) == 130


def test_a_box_that_fills_the_page_has_a_ground_all_the_same():
    assert ground_of(bars(2), WHOLE) == 255
    assert ground_of(bars(2), Box(300, 0, 400, 40)) == 255
