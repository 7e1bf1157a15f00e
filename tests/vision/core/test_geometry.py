import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.core.document import Box, Point
from vision.core.geometry import (
    bounding_box,
    clip_box,
    compose,
    corners,
    identity,
    intersection,
    invert,
    iou,
    joined,
    rotation_affine,
    scaling,
    transform_box,
    transform_points,
    translation,
    union,
)


@pytest.mark.parametrize(
    ("turns", "corner"),
    [(0, (0, 0)), (1, (20, 0)), (2, (30, 20)), (3, (0, 30)), (4, (0, 0)), (-1, (0, 30))],
)
def test_a_quarter_turn_takes_the_top_left_corner_clockwise(turns: int, corner: Point) -> None:
    assert transform_points(rotation_affine(30, 20, turns), [(0, 0)]) == (corner,)


@pytest.mark.parametrize("turns", range(4))
def test_a_quarter_turn_maps_points_as_it_maps_pixels(turns: int) -> None:
    image = np.zeros((4, 6), np.uint8)
    image[1, 4] = 1
    rows, columns = np.nonzero(np.rot90(image, -turns))
    ((x, y),) = transform_points(rotation_affine(6, 4, turns), [(4.5, 1.5)])
    assert (x, y) == (columns[0] + 0.5, rows[0] + 0.5)


def test_composition_applies_the_inner_map_first() -> None:
    both = compose(scaling(2, 3), translation(1, 1))
    assert transform_points(both, [(0, 0)]) == ((2, 3),)


@given(st.floats(-3, 3), st.floats(0.1, 10), st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_there_and_back_is_no_move(angle: float, scale: float, x: float, y: float) -> None:
    turn = np.array([[math.cos(angle), -math.sin(angle), x], [math.sin(angle), math.cos(angle), y]])
    there = compose(scaling(scale, scale), turn)
    assert np.allclose(compose(invert(there), there), identity(), atol=1e-6)


def test_a_map_that_flattens_has_no_way_back() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        invert(scaling(0, 1))


@pytest.mark.parametrize(
    ("points", "box"),
    [
        ([], Box(0, 0, 0, 0)),
        ([(3, 4)], Box(3, 4, 3, 4)),
        ([(3, 4), (1, 9), (2, 5)], Box(1, 4, 3, 9)),
        ([(1, 1), (1, 1)], Box(1, 1, 1, 1)),
    ],
)
def test_a_bounding_box_touches_the_outermost_points(points: list[Point], box: Box) -> None:
    assert bounding_box(points) == box


def test_no_points_stay_no_points() -> None:
    assert transform_points(identity(), []) == ()


def test_a_turned_box_stays_upright_around_its_corners() -> None:
    assert transform_box(rotation_affine(100, 50, 1), Box(10, 5, 30, 10)) == Box(40, 10, 45, 30)


_NUMBERS = st.floats(-1000, 1000)


@given(st.lists(_NUMBERS, min_size=6, max_size=6), _NUMBERS, _NUMBERS, *[st.floats(0, 500)] * 2)
def test_a_moved_box_just_holds_its_moved_corners(
    values: list[float], x: float, y: float, width: float, height: float
) -> None:
    affine, box = np.array(values).reshape(2, 3), Box(x, y, x + width, y + height)
    expected = bounding_box(transform_points(affine, corners(box)))
    assert tuple(transform_box(affine, box)) == pytest.approx(tuple(expected), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize(
    ("box", "clipped"),
    [
        (Box(1, 2, 3, 4), Box(1, 2, 3, 4)),
        (Box(-5, -5, 200, 200), Box(0, 0, 100, 50)),
        (Box(0, 0, 100, 50), Box(0, 0, 100, 50)),
        (Box(120, 60, 130, 70), Box(100, 50, 100, 50)),
        (Box(-9, -9, -1, -1), Box(0, 0, 0, 0)),
    ],
)
def test_a_box_is_clipped_to_the_page(box: Box, clipped: Box) -> None:
    assert clip_box(box, 100, 50) == clipped


@pytest.mark.parametrize(
    ("one", "other", "shared", "ratio"),
    [
        (Box(0, 0, 10, 10), Box(0, 0, 10, 10), 100, 1.0),
        (Box(0, 0, 10, 10), Box(5, 0, 15, 10), 50, 50 / 150),
        (Box(0, 0, 10, 10), Box(2, 2, 4, 4), 4, 0.04),
        (Box(0, 0, 10, 10), Box(10, 0, 20, 10), 0, 0.0),
        (Box(0, 0, 10, 10), Box(12, 12, 20, 20), 0, 0.0),
        (Box(3, 3, 3, 3), Box(3, 3, 3, 3), 0, 0.0),
        (Box(0, 0, 10, 10), Box(4, 4, 4, 8), 0, 0.0),
    ],
)
def test_boxes_overlap_by_the_area_that_they_share(
    one: Box, other: Box, shared: float, ratio: float
) -> None:
    assert intersection(one, other) == intersection(other, one) == shared
    assert iou(one, other) == iou(other, one) == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("boxes", "around"),
    [
        ([], Box(0, 0, 0, 0)),
        ([Box(1, 2, 3, 4)], Box(1, 2, 3, 4)),
        ([Box(1, 2, 3, 4), Box(-1, 3, 2, 9)], Box(-1, 2, 3, 9)),
    ],
)
def test_a_union_is_the_smallest_box_around_all(boxes: list[Box], around: Box) -> None:
    assert union(boxes) == union(iter(boxes)) == around


def test_boxes_that_overlap_are_joined_until_none_do():
    row = [Box(0, 0, 10, 10), Box(30, 0, 40, 10), Box(8, 5, 32, 8), Box(50, 0, 60, 10)]
    assert sorted(joined(row)) == [Box(0, 0, 40, 10), Box(50, 0, 60, 10)]
    assert joined([Box(0, 0, 10, 10), Box(10, 0, 20, 10)]) == [
        Box(0, 0, 10, 10),
        Box(10, 0, 20, 10),
    ]
