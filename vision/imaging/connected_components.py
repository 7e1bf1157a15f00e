"""Connected pieces of ink and the letters among them, found without any model."""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes, Grey, Image
from vision.core.stages import Letters
from vision.imaging.grey import darker, grey_of, lighter, shrunk
from vision.imaging.letter_size import of_letter_size
from vision.imaging.order import percentile

# A pixel is ink where it is darker than the mean of its surroundings by _OFFSET; the window is a
# fortieth of the shorter side. Both values found lines best on receipts and forms.
_OFFSET = 10
_WINDOW_SHARE = 40

# Letters are looked for at this longest side: enough for small print, a tenth of a scan's pixels.
_LONGEST_SIDE = 1600

_SMALLEST_AREA = 6  # pixels of a piece in the image of a line; less is dirt

# A row of pixels with less ink than this share of the fuller rows lies between lines.
_BETWEEN_LINES = 0.15
_FULL_ROW_PERCENTILE = 90

# The background is estimated on a thumbnail of this longest side, as the lightest value within a
# window wider than letters and narrower than most shadows.
_THUMBNAIL = 160
_WINDOW = 13

Labels = NDArray[np.uint16] | NDArray[np.int32]


def find_letters(image: Image) -> Letters:
    """The letters of an RGB image."""
    grey, factor = shrunk(grey_of(image), _LONGEST_SIDE)
    ink = ink_mask(grey)
    labels, pieces = label(ink)
    letters = of_letter_size(pieces, lambda: areas_of(labels, len(pieces)))
    return Letters(grey, factor, ink, labels, pieces, letters, background_of(grey))


def ink_mask(grey: Grey) -> Grey:
    """1 where there is dark ink on a lighter background, 0 elsewhere."""
    side = max(15, min(grey.shape) // _WINDOW_SHARE) | 1
    darker = cv2.subtract(cv2.blur(grey, (side, side)), grey)  # saturates at 0
    return np.asarray(cv2.threshold(darker, _OFFSET, 1, cv2.THRESH_BINARY)[1], np.uint8)


def connected_pieces(mask: Grey) -> tuple[Labels, NDArray[np.int32]]:
    """The pieces of ink in `mask` [H, W] that are connected by eight neighbours.

    Labels [H, W] number the pieces from 1, 0 is no ink. Row `i` of the statistics [N, 5] is piece
    `i + 1`: x, y, width, height, pixels. Any number of pieces is fine.
    """
    # Labels of 16 bits take 40% of the time of 32 bits, but OpenCV raises where it runs out of
    # them. It needs at most one for each horizontal run of ink, before it joins those that touch.
    kind = cv2.CV_16U if _has_few_runs(mask) else cv2.CV_32S
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=kind)
    return cast("Labels", labels), np.asarray(stats[1:], np.int32)


def _has_few_runs(mask: Grey) -> bool:
    """Whether there are no more horizontal runs of ink than 16 bits number."""
    most = np.iinfo(np.uint16).max
    if mask.size <= most or cv2.countNonZero(mask) <= most:
        return True  # as images of lines and areas of tables: counting runs takes longer
    runs = np.count_nonzero(mask[:, 1:] > mask[:, :-1]) + np.count_nonzero(mask[:, 0])
    return bool(runs <= most)


def label(mask: Grey) -> tuple[Labels, Boxes]:
    """`connected_pieces` with the boxes alone: x, y, width, height."""
    labels, stats = connected_pieces(mask)
    return labels, stats[:, :4]


def boxes_of(mask: Grey) -> Boxes:
    """The boxes of `label` alone, from top to bottom.

    From the outlines of the pieces, so that few large pieces take a quarter of the time.
    """
    outlines, inside = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return np.zeros((0, 4), np.int32)
    outer = np.flatnonzero(inside[0, :, 3] < 0).tolist()  # the others go around holes
    boxes = np.array([cv2.boundingRect(outlines[at]) for at in outer], np.int32)
    return boxes[np.lexsort((boxes[:, 0], boxes[:, 1]))]


def ink_boxes(grey: Grey, level: float, *, light_on_dark: bool) -> NDArray[np.int32]:
    """Boxes [N, 4] of connected ink in a line image [H, W]: x0, y0, x1, y1 in its pixels.

    Ink is darker than `level`, or lighter where the text is light on dark. Specks are left out.
    """
    ink = lighter(grey, level) if light_on_dark else darker(grey, level)
    _, stats = connected_pieces(ink.view(np.uint8))
    boxes = stats[stats[:, cv2.CC_STAT_AREA] >= _SMALLEST_AREA, :4]
    boxes[:, 2:] += boxes[:, :2]
    return boxes


def areas_of(labels: Labels, pieces: int) -> NDArray[np.int64]:
    """How many pixels each piece has, by its place among all pieces."""
    return np.bincount(labels.ravel(), minlength=pieces + 1)[1 : pieces + 1]


def mask_of(labels: Labels, kept: NDArray[np.bool_]) -> Grey:
    """1 where a piece is kept, by its place among all pieces."""
    table = np.zeros(1 << 16 if labels.dtype == np.uint16 else len(kept) + 1, np.uint8)
    table[1 : len(kept) + 1] = kept
    return np.asarray(cv2.LUT(labels, table) if len(table) == 1 << 16 else table[labels], np.uint8)


def full_rows(profile: NDArray[np.float64], over: float) -> list[tuple[int, int]]:
    """Start and end (exclusive) of each row of letters in a profile of ink per row of pixels.

    `over` is the width in pixels of the moving average that smooths the profile.
    """
    window = max(1, round(over)) | 1
    smooth = np.convolve(profile, np.full(window, 1 / window), "same")
    full = smooth >= _BETWEEN_LINES * percentile(smooth, _FULL_ROW_PERCENTILE)
    return runs_of(full)


def runs_of(full: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Start and end (exclusive) of each run of true values."""
    edges = np.zeros(len(full) + 2, np.bool_)
    edges[1:-1] = full
    turns = np.flatnonzero(edges[1:] != edges[:-1]).tolist()
    return list(zip(turns[::2], turns[1::2], strict=True))


def ink_of_rows(mask: Grey) -> NDArray[np.int32]:
    """How many pixels of ink each row of a mask has. NumPy's own sum takes ten times as long."""
    return np.asarray(cv2.reduce(mask, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[:, 0], np.int32)


def background_of(grey: Grey) -> Grey:
    """The paper without its ink, as a thumbnail whose pixels are whole squares of the page's."""
    side = -(-max(grey.shape) // _THUMBNAIL)
    width, height = max(1, grey.shape[1] // side), max(1, grey.shape[0] // side)
    whole = grey[: height * side, : width * side]
    small = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    lightest = cv2.dilate(small, np.ones((_WINDOW, _WINDOW), np.uint8))
    typical = cv2.medianBlur(lightest, _WINDOW).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(typical, (0, 0), _WINDOW / 2).round(), np.uint8)
