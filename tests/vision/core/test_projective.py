import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.core.document import Box
from vision.core.geometry import rotation_affine, transform_box, transform_points
from vision.core.projective import homography_of, project_box, project_points

SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
SEEN = ((2.0, 1.0), (9.0, 2.0), (8.0, 7.0), (1.0, 9.0))
TIPPED = cv2.getPerspectiveTransform(np.array(SQUARE, np.float32), np.array(SEEN, np.float32))


def test_corners_go_where_they_are_seen_and_back() -> None:
    assert np.allclose(project_points(TIPPED, SQUARE), SEEN, atol=1e-5)
    assert np.allclose(project_points(np.linalg.inv(TIPPED), SEEN), SQUARE, atol=1e-5)
    assert project_points(TIPPED, ()) == ()


@given(st.floats(0, 10), st.floats(0, 10), st.floats(0, 1))
def test_straight_lines_stay_straight(x: float, y: float, share: float) -> None:
    between = (x * share, y * share)
    start, middle, end = np.array(project_points(TIPPED, [(0, 0), between, (x, y)]))
    across = (end - start)[0] * (middle - start)[1] - (end - start)[1] * (middle - start)[0]
    assert abs(across) < 1e-4


@pytest.mark.parametrize("turns", range(4))
def test_an_affine_map_is_a_projective_one(turns: int) -> None:
    affine = rotation_affine(30, 20, turns)
    homography = homography_of(affine)
    assert np.allclose(project_points(homography, SQUARE), transform_points(affine, SQUARE))
    box = Box(1, 2, 5, 9)
    assert np.allclose(project_box(homography, box), transform_box(affine, box))


def test_the_box_around_a_seen_square_holds_all_of_it() -> None:
    assert np.allclose(project_box(TIPPED, Box(0, 0, 10, 10)), (1, 1, 9, 9), atol=1e-5)
