"""The ink of a page that no printed word and no ruling line explains."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey, Image
from vision.core.document import Box
from vision.imaging.connected_components import (
    Labels,
    connected_pieces,
    ink_mask,
    mask_of,
)
from vision.imaging.grey import grey_of, shrunk

_LONGEST_SIDE = 1600  # pixels of the image that is searched: thin strokes survive in it
_FEWEST_WORDS = 6  # whose median height is the unit
_UNITS_PER_PAGE = 80  # of a page with fewer words

# In units, the heights of the page's usual words.
_RULE = 5.0  # straight ink of this length is a ruling line
_RULE_THICKNESS = 0.3
_SPECK = 0.35
_SOLID = 0.5  # sides of a dark area
# Shares of the page.
_WIDEST, _HIGHEST = 0.6, 0.35
_FULL = 0.7  # share of its box that a dark area fills


class Strokes(NamedTuple):
    """Ink that may be handwriting; all measures are pixels of the image that was searched.

    `pieces` [N, 5] are x, y, width, height and pixels of connected ink, numbered from 1 in `labels`
    [H, W]. `mask` has 1 where one of them is, `printed` where a word that was read is. `unit` is
    the height of usual words; the page was shrunk by `factor`.
    """

    labels: Labels
    pieces: NDArray[np.int32]
    mask: Grey
    printed: Grey
    unit: float
    factor: float


def strokes_of(image: Image, words: Sequence[Box]) -> Strokes:
    """The handwritten ink of an RGB page; `words` are those that were read with confidence."""
    grey, factor = shrunk(grey_of(image), _LONGEST_SIDE)
    heights = [word.height * factor for word in words]
    few = len(heights) < _FEWEST_WORDS
    unit = grey.shape[0] / _UNITS_PER_PAGE if few else float(np.median(heights))
    unit = max(unit, 2.0)
    ink = ink_mask(grey)
    ink &= 1 - _rules(ink, unit)
    covered = _covered(grey.shape, words, factor)
    labels, pieces = connected_pieces(np.asarray(ink & (1 - covered), np.uint8))
    kept = _may_be_strokes(pieces, unit, grey.shape)
    mask = mask_of(labels, kept)
    labels = np.where(mask > 0, labels, np.zeros_like(labels))
    numbers = np.concatenate([[0], np.cumsum(kept) * kept]).astype(np.int32)
    return Strokes(numbers[labels], pieces[kept], mask, ink & covered, unit, factor)


def _rules(ink: Grey, unit: float) -> Grey:
    """1 where thin straight ink runs along the page's edges for long."""
    rules = np.zeros_like(ink)
    length, thickest = max(2, int(_RULE * unit)), max(2.0, _RULE_THICKNESS * unit)
    for shape, side in (((1, length), cv2.CC_STAT_HEIGHT), ((length, 1), cv2.CC_STAT_WIDTH)):
        straight = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(shape, np.uint8)))
        labels, pieces = connected_pieces(straight.astype(np.uint8, copy=False))
        rules |= mask_of(labels, pieces[:, side] <= thickest)
    return rules


def _covered(shape: tuple[int, ...], words: Sequence[Box], factor: float) -> Grey:
    covered = np.zeros(shape, np.uint8)
    for word in words:
        x0, y0, x1, y1 = (round(edge * factor) for edge in word)
        covered[max(0, y0 - 1) : y1 + 1, max(0, x0 - 1) : x1 + 1] = 1
    return covered


def _may_be_strokes(
    pieces: NDArray[np.int32], unit: float, shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Which pieces are no specks, dark areas, pictures, or shadows at the page's edges."""
    x, y, width, height, area = pieces.T
    page_height, page_width = shape[:2]
    speck = np.maximum(width, height) < _SPECK * unit
    large = (width > _WIDEST * page_width) | (height > _HIGHEST * page_height)
    edge = (x <= 1) | (y <= 1) | (x + width >= page_width - 1) | (y + height >= page_height - 1)
    solid = (area > _FULL * width * height) & (np.minimum(width, height) > _SOLID * unit)
    kept: NDArray[np.bool_] = ~(speck | large | edge | solid)
    return kept
