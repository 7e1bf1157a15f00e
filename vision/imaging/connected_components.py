"""Ink that looks like letters, found without any model: the ground for measuring a page."""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.stages import Boxes, Grey, Image, Letters
from vision.imaging.letter_size import of_letter_size

# A pixel is ink where it is darker than the mean of its surroundings by OFFSET; the window is a
# fortieth of the shorter side. Both were measured best for finding lines on receipts and forms.
_OFFSET = 10
_WINDOW_SHARE = 40

# Letters are looked for at this longest side: enough for small print, a tenth of a scan's pixels.
_LONGEST_SIDE = 1600
# Down to this share of a side each pixel still bears on one of the smaller image without averaging
# areas, which takes eight times as long.
_LEAST_LINEAR = 0.5

# A row of pixels with less ink than this share of the fuller rows lies between lines.
_BETWEEN_LINES = 0.15
_FULL_ROW_PERCENTILE = 90

# The ground is looked for on a thumbnail of this longest side, as the lightest value within a
# window wider than letters and narrower than most shadows.
_THUMBNAIL = 160
_WINDOW = 13

Labels = NDArray[np.uint16] | NDArray[np.int32]


def find_letters(image: Image) -> Letters:
    """The letters of an RGB image."""
    grey, factor = shrunk(grey_of(image), _LONGEST_SIDE)
    labels, pieces = label(ink_mask(grey))
    letters = of_letter_size(pieces, lambda: areas_of(labels, len(pieces)))
    return Letters(grey, factor, labels, pieces, letters, ground_of(grey))


def grey_of(image: Image) -> Grey:
    """Luma of an RGB image."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)


def shrunk(grey: Grey, longest: int) -> tuple[Grey, float]:
    """`grey` with its longer side at most `longest`, and the factor that was applied."""
    factor = longest / max(grey.shape)
    if factor >= 1.0:
        return grey, 1.0
    size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
    how = cv2.INTER_LINEAR if factor >= _LEAST_LINEAR else cv2.INTER_AREA
    return np.asarray(cv2.resize(grey, size, interpolation=how), np.uint8), factor


def ink_mask(grey: Grey) -> Grey:
    """1 where there is dark ink on a lighter ground, 0 elsewhere."""
    side = max(15, min(grey.shape) // _WINDOW_SHARE) | 1
    darker = cv2.subtract(cv2.blur(grey, (side, side)), grey)  # by bytes: less than none is none
    return np.asarray(cv2.threshold(darker, _OFFSET, 1, cv2.THRESH_BINARY)[1], np.uint8)


def label(mask: Grey) -> tuple[Labels, Boxes]:
    """Number the connected pieces, of eight neighbours, from 1; and their boxes in that order."""
    # Labels of 16 bits take 40% of the time. OpenCV hands out at most one for each run of ink.
    runs = np.count_nonzero(mask[:, 1:] > mask[:, :-1]) + np.count_nonzero(mask[:, 0])
    kind = cv2.CV_16U if runs <= np.iinfo(np.uint16).max else cv2.CV_32S
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=kind)
    return cast("Labels", labels), np.asarray(stats[1:, :4], np.int32)


def areas_of(labels: Labels, pieces: int) -> NDArray[np.int64]:
    """How many pixels each piece has, by its place among all pieces."""
    return np.bincount(labels.ravel(), minlength=pieces + 1)[1 : pieces + 1]


def mask_of(labels: Labels, kept: NDArray[np.bool_]) -> Grey:
    """1 where a piece is kept, by its place among all pieces."""
    table = np.zeros(1 << 16 if labels.dtype == np.uint16 else len(kept) + 1, np.uint8)
    table[1 : len(kept) + 1] = kept
    return np.asarray(cv2.LUT(labels, table) if len(table) == 1 << 16 else table[labels], np.uint8)


def full_rows(profile: NDArray[np.float64], over: float) -> list[tuple[int, int]]:
    """Where rows of letters begin and end, by how much ink each row of pixels has.

    `over` is how many pixels the profile is smoothed over.
    """
    window = max(1, round(over)) | 1
    smooth = np.convolve(profile, np.full(window, 1 / window), "same")
    full = smooth >= _BETWEEN_LINES * np.percentile(smooth, _FULL_ROW_PERCENTILE)
    turns = np.flatnonzero(np.diff(np.concatenate([[False], full, [False]])))
    return [(int(top), int(bottom)) for top, bottom in turns.reshape(-1, 2)]


def ground_of(grey: Grey) -> Grey:
    """The paper without its ink, as a thumbnail, whose pixels are whole squares of the page's."""
    side = -(-max(grey.shape) // _THUMBNAIL)
    width, height = max(1, grey.shape[1] // side), max(1, grey.shape[0] // side)
    whole = grey[: height * side, : width * side]
    small = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    lightest = cv2.dilate(small, np.ones((_WINDOW, _WINDOW), np.uint8))
    typical = cv2.medianBlur(lightest, _WINDOW).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(typical, (0, 0), _WINDOW / 2).round(), np.uint8)
