"""Pages may be turned, bent and soiled on their way to training: labels stay on their marks."""

import cv2
import numpy as np
import pytest

from models.training.dataset import place, right_angle
from models.training.labels import CLASSES, format_labels, parse_labels, to_corners
from models.training.synthetic.degradation import (
    WEAR,
    clip_boxes,
    hug_ink,
    shrink,
    turn_matrix,
    warp_boxes,
    wear,
)

HEIGHT, WIDTH = 400, 300
MARK = np.array([[90, 120, 210, 260]], np.float32)
DESK = np.full((64, 64, 3), 255, np.uint8)


def marked_page() -> np.ndarray:
    """A white page with one black mark that fills the labelled box."""
    page = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    x0, y0, x1, y1 = MARK[0].astype(int)
    page[y0:y1, x0:x1] = 0
    return page


def box_of_ink(image: np.ndarray) -> np.ndarray:
    """The tight box around the large dark mark; specks and streaks are ignored."""
    dark = cv2.medianBlur(np.ascontiguousarray(image[..., 1]), 5) < 110
    ys = np.flatnonzero(dark.sum(axis=1) > 30)
    xs = np.flatnonzero(dark.sum(axis=0) > 30)
    return np.array([xs[0], ys[0], xs[-1] + 1, ys[-1] + 1], np.float32)


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of two boxes."""
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    shared = float(np.prod(np.maximum(sides, 0)))
    return shared / float(np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - shared)


@pytest.mark.parametrize("kind", WEAR)
@pytest.mark.parametrize("seed", range(3))
def test_a_worn_page_keeps_its_label_on_its_mark(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    image, boxes = wear(kind, (marked_page(), MARK), rng, DESK)
    inside = image[40:-40, 25:-25]  # scanner edges and punch holes lie outside
    found = box_of_ink(inside) + np.float32([25, 40, 25, 40])
    assert overlap(found, boxes[0]) > 0.85


@pytest.mark.parametrize("kind", WEAR)
def test_the_same_seed_wears_a_page_the_same_way(kind: str) -> None:
    first, second = (
        wear(kind, (marked_page(), MARK), np.random.default_rng(5), DESK)[0] for _ in range(2)
    )
    assert np.array_equal(first, second)


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        (np.eye(3), [90, 120, 210, 260]),
        (np.float64([[1, 0, 10], [0, 1, -20], [0, 0, 1]]), [100, 100, 220, 240]),
        (np.diag([0.5, 2.0, 1.0]), [45, 240, 105, 520]),
        (np.float64([[-1, 0, 300], [0, 1, 0], [0, 0, 1]]), [90, 120, 210, 260]),
        (turn_matrix(300, 400, 180), [90, 140, 210, 280]),
        (turn_matrix(300, 400, 0, stretch=1.1), [90, 132, 210, 286]),
    ],
)
def test_boxes_follow_the_map_of_the_page(matrix: np.ndarray, expected: list[float]) -> None:
    assert np.allclose(warp_boxes(MARK, matrix), [expected], atol=0.01)


def test_a_page_without_labels_can_be_warped() -> None:
    assert warp_boxes(np.zeros((0, 4), np.float32), np.eye(3)).shape == (0, 4)


@pytest.mark.parametrize(
    ("box", "cut", "kept"),
    [
        ([10, 10, 50, 50], [10, 10, 50, 50], True),
        ([-60, 0, 40, 100], [0, 0, 40, 100], False),  # 40 % is left: not more than that
        ([-59, 0, 41, 100], [0, 0, 41, 100], True),
        ([280, 380, 320, 420], [280, 380, 300, 400], False),
        ([310, 10, 350, 50], [300, 10, 300, 50], False),
    ],
)
def test_only_boxes_that_still_show_are_kept(
    box: list[float], cut: list[float], kept: bool
) -> None:
    boxes, shown = clip_boxes(np.array([box], np.float32), WIDTH, HEIGHT)
    assert boxes[0].tolist() == cut
    assert bool(shown[0]) is kept


@pytest.mark.parametrize(("longest", "scale"), [(200, 0.5), (400, 1.0), (800, 1.0)])
def test_shrinking_scales_boxes_and_never_enlarges(longest: int, scale: float) -> None:
    image, boxes = shrink(marked_page(), MARK, longest)
    assert image.shape[:2] == (HEIGHT * scale, WIDTH * scale)
    assert np.allclose(boxes, MARK * scale)


@pytest.mark.parametrize("quarter", range(5))
def test_a_quarter_turn_carries_the_label_along(quarter: int) -> None:
    image, boxes = right_angle(marked_page(), MARK, quarter)
    assert np.array_equal(box_of_ink(image), boxes[0])


@pytest.mark.parametrize("seed", range(8))
def test_a_page_laid_on_a_square_keeps_its_label_on_its_mark(seed: int) -> None:
    square, boxes, kept, _ = place(marked_page(), MARK, 256, np.random.default_rng(seed))
    assert square.shape == (256, 256, 3)
    for box in boxes[kept]:
        x0, y0, x1, y1 = box.round().astype(int)
        assert square[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2].mean() < 5


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("\n \n", []),
        ("3 0.5 0.5 0.25 0.1\n", [[3, 0.5, 0.5, 0.25, 0.1]]),
        ("0 1 1 0 0 0.93\n\n1 0 0 1 1", [[0, 1, 1, 0, 0], [1, 0, 0, 1, 1]]),
    ],
)
def test_label_lines_are_read(text: str, rows: list[list[float]]) -> None:
    assert np.allclose(parse_labels(text), np.float32(rows).reshape(-1, 5))


@pytest.mark.parametrize("text", ["1 0.5 0.5 0.5", "table 0.1 0.1 0.1 0.1"])
def test_a_line_that_is_no_label_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"label|convert"):
        parse_labels(text)


def test_written_labels_read_back_as_the_same_boxes() -> None:
    text = format_labels(np.array([len(CLASSES) - 1]), MARK, WIDTH, HEIGHT)
    classes, boxes = to_corners(parse_labels(text), WIDTH, HEIGHT)
    assert classes.tolist() == [len(CLASSES) - 1]
    assert np.allclose(boxes, MARK, atol=0.01)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        pytest.param([60, 100, 250, 300], MARK[0], id="loose all around"),
        pytest.param([90, 120, 210, 260], [90, 120, 210, 260], id="all ink: a picture"),
        pytest.param([60, 100, 150, 300], [90, 120, 150, 260], id="cuts the mark"),
        pytest.param([5, 5, 50, 50], [5, 5, 50, 50], id="nothing but paper"),
        pytest.param([290, 390, 320, 420], [290, 390, 320, 420], id="over the edge"),
        pytest.param([300, 400, 320, 420], [300, 400, 320, 420], id="beyond the page"),
    ],
)
def test_a_loose_box_is_shrunk_to_its_ink(box: list[int], expected: list[int]) -> None:
    hugged = hug_ink(marked_page(), np.array(box, np.float32))
    assert hugged.tolist() == list(expected)
