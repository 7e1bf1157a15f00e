"""Specks: pieces of ink too small for a letter, as sensor noise, dust and printers' screens leave.

Screens differ from noise by the regularity of their dots: Clark and Evans, "Distance to nearest
neighbor as a measure of spatial relationships in populations" (Ecology 35(4), 1954).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes
from vision.core.stages import Letters
from vision.imaging.letter_size import SMALLEST
from vision.imaging.order import median

# The dots of a screen: so many at least, so much of the ink, and so regular. The index is 1 where
# points lie at random, 2 on a square lattice; drawn screens have 1.9, noise and salt 0.9 to 1.3.
_FEWEST_DOTS = 1000
_LEAST_INK_OF_DOTS = 0.5
_REGULAR = 1.6
_LARGEST_DOT, _ALIKE = 12.0, 1.6  # pixels of the median piece; times it: the largest dot
_TILE = 24.0  # mean distances between dots: a tile of the page in which neighbours are looked for


def share_of_specks(text: Letters) -> float:
    """How much of a page's ink is in pieces under 4 pixels, 0 to 1, in the size it is measured in.

    Pieces so small fill their boxes for the most part: the boxes are counted.
    """
    return _share(text.pieces[text.pieces[:, 2:].max(axis=1) < SMALLEST], text)


def screen_pitch(text: Letters) -> float | None:
    """The mean distance between the dots of a printer's screen, in pixels of the measured image.

    None where the page is not covered with regular dots.
    """
    dots = _dots(text)
    if len(dots) < _FEWEST_DOTS or _share(dots, text) < _LEAST_INK_OF_DOTS:
        return None
    centres = dots[:, :2] + dots[:, 2:] / 2
    tile = _fullest_tile(centres, _TILE * (text.grey.size / len(dots)) ** 0.5)
    nearest = _nearest_distances(tile)
    x, y = np.ptp(tile, axis=0)
    by_chance = 0.5 * float(x * y / len(tile)) ** 0.5
    return float(np.mean(nearest)) if np.mean(nearest) >= _REGULAR * by_chance else None


def _share(pieces: Boxes, text: Letters) -> float:
    """The share of a page's ink that is in these pieces, which fill their boxes."""
    ink = cv2.countNonZero(text.ink)
    return min(float((pieces[:, 2] * pieces[:, 3]).sum()) / max(ink, 1), 1.0)


def _dots(text: Letters) -> Boxes:
    """Pieces that may be the dots of a screen: of about the commonest size, if that is small."""
    longer = text.pieces[:, 2:].max(axis=1)
    common = median(longer) if len(longer) else 0.0
    largest = _ALIKE * common if common <= _LARGEST_DOT else 0.0
    dots: Boxes = text.pieces[longer < max(largest, SMALLEST)]
    return dots


def _fullest_tile(centres: NDArray[np.float64], side: float) -> NDArray[np.float64]:
    """The points in that square of a grid that holds most of them."""
    places = (centres // side).astype(np.int64)
    number = places[:, 1] * (places[:, 0].max() + 1) + places[:, 0]
    fullest: NDArray[np.float64] = centres[number == np.bincount(number).argmax()]
    return fullest


def _nearest_distances(points: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = points.T
    squared = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
    np.fill_diagonal(squared, np.inf)
    return np.asarray(np.sqrt(squared.min(axis=1)))
