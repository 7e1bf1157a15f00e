import cv2
import numpy as np
import pytest

from benchmarks.drawn_photographs import DESKS, photograph
from benchmarks.robustness.disturb_shape import black_borders
from tests.support.documents import text_page
from vision.core.arrays import Image
from vision.imaging.connected_components import find_letters
from vision.preprocessing.page_outline import OutlineRectifier

LETTER: Image = np.asarray(text_page(700, 1000, size=20))


def outline(image: Image) -> np.ndarray | None:
    found = OutlineRectifier().find_outline(image, find_letters(image))
    return None if found is None else np.array(found)


@pytest.mark.parametrize("desk", DESKS)
@pytest.mark.parametrize(("seed", "degrees"), [(1, 6), (2, 12), (3, 20)])
def test_the_corners_of_a_photographed_page_are_found(desk: str, seed: int, degrees: float) -> None:
    drawn = photograph(LETTER, seed, degrees, desk)
    found = outline(drawn.pixels)
    assert found is not None
    assert np.abs(found - drawn.corners).max() < 0.01 * max(drawn.pixels.shape)


def test_a_page_photographed_sideways_starts_at_the_top_left_of_the_photograph() -> None:
    drawn = photograph(LETTER, 4, 10, "dark")
    found = outline(np.ascontiguousarray(np.rot90(drawn.pixels)))
    assert found is not None
    assert found.sum(axis=1).argmin() == 0
    assert cv2.contourArea(found.astype(np.float32), oriented=True) > 0  # clockwise, y down


def framed() -> Image:
    """A page with a ruled frame around its text, on paper."""
    return np.asarray(cv2.rectangle(LETTER.copy(), (30, 30), (670, 970), (0, 0, 0), 3))


@pytest.mark.parametrize(
    "image",
    [
        LETTER,
        framed(),
        np.full((800, 600, 3), 255, np.uint8),
        np.zeros((800, 600, 3), np.uint8),
        np.full((1, 1, 3), 90, np.uint8),
        np.full((3, 900, 3), 90, np.uint8),
        np.random.default_rng(1).integers(0, 255, (400, 400, 3), np.uint8),
    ],
    ids=["letter", "framed", "white", "black", "pixel", "line", "noise"],
)
def test_no_outline_is_found_where_there_is_no_photographed_page(image: Image) -> None:
    assert outline(image) is None


def test_a_page_that_is_cut_off_by_the_photograph_has_no_outline() -> None:
    drawn = photograph(LETTER, 5, 10, "dark").pixels
    assert outline(np.ascontiguousarray(drawn[: drawn.shape[0] // 2])) is None


@pytest.mark.parametrize("strength", [1, 2, 3])
def test_black_borders_of_a_scanner_have_no_corners_inside(strength: int) -> None:
    image = black_borders(LETTER, np.random.default_rng(strength), strength)
    found = outline(np.ascontiguousarray(image))
    if found is not None:  # the paper within them; `rectify` finds no perspective in it
        sides = np.roll(found, -1, axis=0) - found
        assert np.hypot(*sides.T).min() > 500
