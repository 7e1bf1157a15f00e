"""Ink that looks like letters, found without any model: the ground for measuring a page."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.stages import Image

Grey = NDArray[np.uint8]  # [height, width]
Boxes = NDArray[np.int32]  # [n, 4]: x, y, width, height

# A pixel is ink where it is darker than the mean of its surroundings by OFFSET; the window is a
# fortieth of the shorter side. Both were measured best for finding lines on receipts and forms.
_OFFSET = 10
_WINDOW_SHARE = 40

# Letters are looked for at this longest side: enough for small print, a tenth of a scan's pixels.
_LONGEST_SIDE = 1600

_SMALLEST = 4  # pixels of the longer side; less is speckle
_SIZE_RANGE = (0.5, 2.5)  # of the median; more is graphics, less is dots and noise


@dataclass(frozen=True, slots=True)
class Letters:
    """What a page is measured on: it shrunk by `factor`, and the boxes of its letters there."""

    grey: Grey
    boxes: Boxes
    factor: float


def find_letters(image: Image) -> Letters:
    """The letters of an RGB image."""
    grey, factor = shrunk(grey_of(image), _LONGEST_SIDE)
    return Letters(grey, letter_boxes(ink_mask(grey)), factor)


def grey_of(image: Image) -> Grey:
    """Luma of an RGB image."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)


def shrunk(grey: Grey, longest: int) -> tuple[Grey, float]:
    """`grey` with its longer side at most `longest`, and the factor that was applied."""
    factor = longest / max(grey.shape)
    if factor >= 1.0:
        return grey, 1.0
    size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8), factor


def ink_mask(grey: Grey) -> Grey:
    """1 where there is dark ink on a lighter ground, 0 elsewhere."""
    side = max(15, min(grey.shape) // _WINDOW_SHARE) | 1
    mean = cv2.boxFilter(grey, cv2.CV_16S, (side, side))
    return np.asarray(mean - grey > _OFFSET, np.uint8)


def letter_boxes(mask: Grey) -> Boxes:
    """Boxes of the connected pieces of ink that have about the commonest size."""
    pieces = components(mask)
    longer = np.maximum(pieces[:, 2], pieces[:, 3])
    pieces, longer = pieces[longer >= _SMALLEST], longer[longer >= _SMALLEST]
    if not len(pieces):
        return pieces
    low, high = (share * float(np.median(longer)) for share in _SIZE_RANGE)
    return pieces[(longer >= low) & (longer <= high)]


def components(mask: Grey) -> Boxes:
    """Boxes of all connected pieces, of eight neighbours."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return np.asarray(stats[1:, :4], np.int32)
