import numpy as np
import pytest

from vision.text_detection.dbnet_postprocess import quads_of_map, reading_quad


def map_with(*boxes, probability=0.9, shape=(200, 300)):
    found = np.zeros(shape, np.float32)
    for x0, y0, x1, y1 in boxes:
        found[y0:y1, x0:x1] = probability
    return found


def test_an_empty_map_has_no_lines():
    assert quads_of_map(map_with()) == []


def test_a_line_grows_beyond_its_core_less_at_its_ends_than_in_height():
    ((quad, score, _),) = quads_of_map(map_with((100, 90, 200, 100)))
    (left, top), _, (right, bottom), _ = quad
    # 100 x 10 pixels: the offset is 1000 * 1.6 / 220 = 7.3 on each side, less a tenth in height
    # and a fifth of the height in length.
    assert (left, right) == pytest.approx((95.2, 204.8), abs=0.1)
    assert bottom - top == pytest.approx(0.9 * 24.5, abs=0.1)
    assert (top + bottom) / 2 == pytest.approx(95)
    assert score == pytest.approx(0.9, abs=0.1)


def test_a_letter_that_stands_alone_is_hardly_cut():
    quad = reading_quad((50, 50), (8, 15), 0)
    assert np.linalg.norm(quad[1] - quad[0]) == pytest.approx(0.85 * 8)


def test_each_line_is_found_once():
    assert (
        len(quads_of_map(map_with((10, 20, 150, 30), (10, 60, 150, 70), (180, 20, 280, 30)))) == 3
    )


@pytest.mark.parametrize(("probability", "found"), [(0.29, 0), (0.45, 0), (0.75, 1), (1.0, 1)])
def test_only_probable_text_counts(probability, found):
    assert len(quads_of_map(map_with((50, 50, 150, 60), probability=probability))) == found


@pytest.mark.parametrize(("height", "found"), [(1, 0), (2, 0), (4, 1), (8, 1)])
def test_specks_are_no_lines(height, found):
    assert len(quads_of_map(map_with((50, 50, 150, 50 + height)))) == found


def test_a_line_at_the_edge_of_the_map_is_found():
    assert len(quads_of_map(map_with((0, 0, 100, 8), (200, 192, 300, 200)))) == 2


@pytest.mark.parametrize(
    ("size", "angle", "along"),
    [
        ((100, 20), 0, (1, 0)),
        ((20, 100), 90, (1, 0)),
        ((100, 20), 180, (1, 0)),
        ((100, 20), 10, (0.985, 0.174)),
        ((100, 20), -10, (0.985, -0.174)),
        ((20, 100), 80, (0.985, -0.174)),
        ((20, 39), 0, (1, 0)),  # a narrow letter stands upright
        ((20, 41), 0, (0, -1)),  # a word runs up
        ((100, 20), 90, (0, -1)),
        ((100, 20), 80, (-0.174, -0.985)),
    ],
)
def test_a_quad_starts_where_its_text_starts(size, angle, along):
    quad = reading_quad((50, 50), size, angle)
    top_left, top_right, bottom_right, bottom_left = quad
    right, down = top_right - top_left, bottom_left - top_left
    assert right / np.linalg.norm(right) == pytest.approx(along, abs=0.001)
    assert down / np.linalg.norm(down) == pytest.approx((-along[1], along[0]), abs=0.001)
    assert bottom_right == pytest.approx(top_left + right + down)
    assert quad.mean(axis=0) == pytest.approx((50, 50))
