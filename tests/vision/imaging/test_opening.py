import cv2
import numpy as np
import pytest

from vision.core.arrays import Grey
from vision.imaging.opening import closed, opened

LENGTHS = (7, 8, 9, 30, 61, 400)
SIZES = [size for length in LENGTHS for size in ((1, length), (length, 1))]


def page(ink: float) -> Grey:
    """Specks, long strokes and strokes that end at the page's edges."""
    mask = np.asarray(np.random.default_rng(7).random((301, 243)) < ink, np.uint8)
    mask[40:42, :200] = mask[200, 100:] = 1
    mask[:150, 30:33] = mask[120:, 200] = 1
    return mask


@pytest.mark.parametrize("ink", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("size", SIZES)
def test_masks_are_opened_and_closed_as_opencv_does(size: tuple[int, int], ink: float) -> None:
    mask, kernel = page(ink), np.ones(size, np.uint8)

    own = cv2.morphologyEx(
        mask, cv2.MORPH_OPEN, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    np.testing.assert_array_equal(opened(mask, size), own)
    np.testing.assert_array_equal(
        closed(mask, size), cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel)
    )


def test_a_part_of_a_mask_is_opened_like_a_copy_of_it() -> None:
    part = page(0.5)[3:290, 5:236]

    np.testing.assert_array_equal(opened(part, (1, 20)), opened(part.copy(), (1, 20)))
    np.testing.assert_array_equal(closed(part, (20, 1)), closed(part.copy(), (20, 1)))


def test_nothing_is_left_of_a_page_of_specks() -> None:
    assert not opened(page(0.1), (1, 250)).any()
