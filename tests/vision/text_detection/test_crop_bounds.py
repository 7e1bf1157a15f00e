"""Crops have bounds, wherever a file says that its lines are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.lines import prepared
from vision.core.stages import FoundLine
from vision.text_detection.crops import cut_lines

PAGE = np.full((60, 90, 3), 255, np.uint8)
far = st.floats(-1e6, 1e6)
corner = st.tuples(far, far)


def pixels_cut(*quad: tuple[float, float]) -> int:
    crops = cut_lines(prepared(PAGE), [FoundLine(quad)], ("eng",))
    return sum(crop.pixels.shape[0] * crop.pixels.shape[1] for crop in crops)


@given(st.tuples(corner, corner, corner, corner))
def test_no_crop_has_more_pixels_than_its_page(quad: tuple[tuple[float, float], ...]) -> None:
    assert pixels_cut(*quad) <= 60 * 90


@pytest.mark.parametrize(
    "quad",
    [
        ((1e6, 0), (2e6, 0), (2e6, 30), (1e6, 30)),
        ((-500, -500), (-400, -400), (-410, -390), (-510, -490)),
        ((float("nan"), 0), (50, 0), (50, 10), (0, 10)),
        ((float("inf"), 0), (50, 0), (50, 10), (0, 10)),
        ((5, 5), (5, 5), (5, 5), (5, 5)),
    ],
    ids=["far right", "above", "no number", "infinite", "a point"],
)
def test_a_line_without_a_place_on_the_page_has_no_crop(
    quad: tuple[tuple[float, float], ...],
) -> None:
    assert pixels_cut(*quad) == 0


def test_of_a_line_that_runs_off_the_page_the_part_on_it_is_cut() -> None:
    quad = ((10.0, 20.0), (10_000.0, 20.0), (10_000.0, 40.0), (10.0, 40.0))
    (crop,) = cut_lines(prepared(PAGE), [FoundLine(quad)], ("eng",))
    assert crop.pixels.shape == (20, 80, 3)
    assert crop.to_page[:, 2].tolist() == [10.0, 20.0]


def test_a_line_at_the_edge_of_the_page_is_cut_as_it_was_found() -> None:
    tilted = ((-3.0, 20.0), (60.0, 50.0), (56.0, 58.0), (-7.0, 28.0))
    (crop,) = cut_lines(prepared(PAGE), [FoundLine(tilted)], ("eng",))
    assert crop.pixels.shape[:2] == (9, 70)
