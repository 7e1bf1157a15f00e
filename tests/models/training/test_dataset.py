"""Training squares: whatever is cut, stretched or squeezed, boxes stay on their ink."""

import numpy as np
import pytest

from models.training.dataset import place, trim

SEEDS = 40
PAPER, INK = 255, (0, 0, 255)  # coloured ink, which the grey around a page never equals


def a_page(width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Paper with one red bar, and the bar's box."""
    x0, y0, x1, y1 = width // 3, height // 4, 2 * width // 3, height // 2
    page = np.full((height, width, 3), PAPER, np.uint8)
    page[y0:y1, x0:x1] = INK
    return page, np.float32([[x0, y0, x1, y1]])


def ink_box(square: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.where(square[..., 2].astype(int) - square[..., 0] > 128)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


@pytest.mark.parametrize("size", [(600, 800), (800, 600), (500, 500), (300, 900)])
def test_a_box_stays_on_its_ink_however_the_page_is_placed(size: tuple[int, int]) -> None:
    page, boxes = a_page(*size)
    distances = []
    for seed in range(SEEDS):
        square, moved, kept, _ = place(page, boxes, 320, np.random.default_rng(seed))
        assert square.shape == (320, 320, 3)
        if kept[0]:
            distances.append(np.abs(moved[0] - ink_box(square)).max())
    assert len(distances) > 0.9 * SEEDS
    assert max(distances) < 3


def test_a_close_up_without_the_bar_drops_its_box() -> None:
    page, _ = a_page(600, 800)
    corner = np.float32([[0, 0, 12, 12]])
    kept = [
        bool(place(page, corner, 320, np.random.default_rng(seed))[2][0]) for seed in range(300)
    ]
    assert 0.05 < np.mean(np.logical_not(kept)) < 0.25  # close-ups are 18% of the squares


def test_some_pages_fill_the_square_and_most_keep_their_shape() -> None:
    page, boxes = a_page(600, 800)
    shapes = []
    for seed in range(300):
        _, moved, kept, _ = place(page, boxes, 320, np.random.default_rng(seed))
        if kept[0]:
            width, height = moved[0, 2:] - moved[0, :2]
            shapes.append(width / height)
    assert len(shapes) > 270
    squeezed = np.mean(np.array(shapes) > 1.2)  # the bar is a square on the page: 200 x 200
    assert 0.1 < squeezed < 0.4


@pytest.mark.parametrize(("size", "shape"), [((600, 800), (320, 240)), ((800, 600), (240, 320))])
def test_an_oblong_page_loses_padding_and_no_ink(
    size: tuple[int, int], shape: tuple[int, int]
) -> None:
    page, boxes = a_page(*size)
    trimmed = 0
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        square, moved, kept, content = place(page, boxes, 320, rng)
        canvas, fitted = trim(square, moved, content, rng)
        assert canvas.shape[:2] in {(320, 320), (240, 320), (320, 240)}
        trimmed += canvas.shape[:2] == shape
        if kept[0]:
            assert np.abs(fitted[0] - ink_box(canvas)).max() < 3
    assert trimmed > SEEDS / 3
