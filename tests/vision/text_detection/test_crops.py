from dataclasses import replace

import numpy as np
import pytest

from tests.support.lines import level_line, prepared
from vision.core.geometry import transform_points
from vision.core.stages import FoundLine
from vision.text_detection.crops import cut_lines


def ramp(width=200, height=100):
    """An image whose red is the column and whose green is the row."""
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    return np.stack([columns, rows, np.zeros_like(rows)], axis=2).astype(np.uint8)


def test_an_upright_line_is_cut_without_touching_its_pixels():
    image = ramp()
    (crop,) = cut_lines(prepared(image), [level_line(20, 30, 120, 50)], ("eng", "deu"))
    assert np.array_equal(crop.pixels, image[30:50, 20:120])
    assert crop.languages == ("eng", "deu")
    assert transform_points(crop.to_page, [(0, 0), (100, 20)]) == ((20, 30), (120, 50))


def test_a_slightly_tilted_line_is_cut_whole_without_resampling():
    line = FoundLine(((20, 30), (120, 34), (120, 54), (20, 50)))
    (crop,) = cut_lines(prepared(ramp()), [line], ("eng",))
    assert np.array_equal(crop.pixels, ramp()[30:54, 20:120])


@pytest.mark.parametrize(
    ("degrees", "centre"), [(20, (100, 50)), (-35, (100, 50)), (90, (100, 50)), (180, (60, 40))]
)
def test_a_turned_line_is_cut_upright_and_maps_back(degrees, centre):
    radians = np.radians(degrees)
    right = np.array([np.cos(radians), np.sin(radians)])
    down = np.array([-right[1], right[0]])
    corners = [-30 * right - 8 * down, 30 * right - 8 * down]
    corners += [30 * right + 8 * down, -30 * right + 8 * down]
    line = FoundLine(tuple(tuple(np.array(centre) + corner) for corner in corners))
    (crop,) = cut_lines(prepared(ramp()), [line], ("eng",))
    assert crop.pixels.shape == (16, 60, 3)
    for x, y in [(0, 0), (59, 0), (30, 8), (59, 15)]:
        ((page_x, page_y),) = transform_points(crop.to_page, [(x + 0.5, y + 0.5)])
        assert crop.pixels[y, x, :2] == pytest.approx((page_x - 0.5, page_y - 0.5), abs=1)


def test_a_crop_maps_through_the_working_image_to_the_page():
    page = prepared(ramp(), to_page=((0.5, 0, 10), (0, 0.5, 20)))
    (crop,) = cut_lines(page, [level_line(20, 30, 120, 50)], ("eng",))
    assert transform_points(crop.to_page, [(0, 0), (100, 20)]) == ((20, 35), (70, 45))


def test_a_line_over_the_edge_is_cut_at_the_edge():
    (crop,) = cut_lines(prepared(ramp()), [level_line(-10, -5, 50, 20)], ("eng",))
    assert crop.pixels.shape == (20, 50, 3)
    assert transform_points(crop.to_page, [(0, 0)]) == ((0, 0),)


@pytest.mark.parametrize(
    "line",
    [
        level_line(20, 30, 120, 32),
        level_line(20, 30, 22, 50),
        level_line(20, 30, 20, 30),
        level_line(300, 30, 400, 50),
        level_line(20, -50, 120, -20),
        level_line(-50, 30, 0, 50),
    ],
)
def test_lines_too_small_or_off_the_page_are_left_out(line):
    assert cut_lines(prepared(ramp()), [line], ("eng",)) == []


def test_no_lines_give_no_crops():
    assert cut_lines(prepared(ramp()), [], ("eng",)) == []


@pytest.mark.parametrize(("room", "rows"), [(0.0, 0), (1.4, 1), (2.6, 3)])
def test_crops_know_the_room_of_their_lines_in_whole_rows(room, rows):
    line = replace(level_line(20, 10, 80, 30), room=room)
    (crop,) = cut_lines(prepared(ramp()), [line], ("eng",))
    assert crop.room == rows


def test_crops_keep_the_order_of_their_lines():
    lines = [level_line(0, y, 50, y + 10) for y in (60, 0, 30)]
    crops = cut_lines(prepared(ramp()), lines, ("eng",))
    assert [crop.to_page[1, 2] for crop in crops] == [60, 0, 30]


def test_a_tilted_line_over_the_edge_is_not_framed_in_black():
    paper = np.full((60, 60, 3), 200, np.uint8)
    line = FoundLine(((-10, 0), (30, 40), (20, 50), (-20, 10)))
    (crop,) = cut_lines(prepared(paper), [line], ("eng",))
    assert crop.pixels.min() == 200


def test_a_short_high_line_is_turned_upright_though_it_rises_by_less_than_half_its_height():
    line = FoundLine(((20, 30), (120, 50), (110, 99), (10, 79)))
    (crop,) = cut_lines(prepared(ramp()), [line], ("eng",))
    assert crop.pixels.shape == (50, 102, 3)
