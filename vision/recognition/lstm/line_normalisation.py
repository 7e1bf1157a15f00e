"""Converts line crops to the input of Tesseract's networks: height, contrast, floats.

`tesseract_line_image` does it as Tesseract does, for comparisons with it; `even_line_images` reads
better (docs/research/recognition.md).

Sources: src/lstm/input.cpp (PreScale), networkio.cpp (ComputeBlackWhite, SetPixel) of Tesseract,
scale1.c and enhance.c of Leptonica.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Image
from vision.imaging.grey import grey_of

# The scale factors at which Leptonica's pixScale changes its method.
_AREA_BELOW, _SHARPEN_BELOW, _SHARPEN_ABOVE = 0.7, 1.4, 0.2


@dataclass(frozen=True, slots=True)
class LineImage:
    """`values` float32 [height, width]: dark strokes about -1, paper about 1.

    `scale` is pixels of the line image per crop pixel, `grey` the crop uint8 [h, w] in its own
    size, `level` the grey between ink and paper, 0 to 255. `start` is the first of the crop's
    columns that these have.
    """

    values: NDArray[np.float32]
    scale: float
    grey: NDArray[np.uint8]
    level: float
    start: int = 0


def tesseract_line_image(pixels: Image, height: int) -> LineImage:
    """A crop, RGB [h, w, 3] or grey [h, w], as Tesseract prepares it; the width follows."""
    grey = grey_levels(pixels)
    scale = height / grey.shape[0]
    ((values, level),) = values_of([_scale(grey, scale, height)])
    return LineImage(values, scale, grey, level)


def grey_levels(pixels: Image) -> NDArray[np.uint8]:
    """A crop, RGB [h, w, 3] or grey [h, w], in grey."""
    # Leptonica weighs colours .3/.5/.2; no text was seen to change by .299/.587/.114.
    return pixels if pixels.ndim == 2 else grey_of(pixels)


def values_of(scaled: Sequence[NDArray[np.uint8]]) -> list[tuple[NDArray[np.float32], float]]:
    """Of each line about -1 for ink and 1 for paper, and the grey level between them.

    Judged by the middle row of each.
    """
    levels = _black_and_white([line[len(line) // 2] for line in scaled])
    return [_between(line, *level) for line, level in zip(scaled, levels, strict=True)]


def _between(
    scaled: NDArray[np.uint8], black: float, white: float
) -> tuple[NDArray[np.float32], float]:
    contrast = (white - black) / 2
    if contrast <= 0:
        contrast = 1.0
    values = scaled.astype(np.float32)
    values -= np.float32(black + contrast)
    values *= np.float32(1 / contrast)
    return values, black + contrast


def _scale(grey: NDArray[np.uint8], scale: float, height: int) -> NDArray[np.uint8]:
    """Leptonica's pixScale: areas or lines between pixels, then an unsharp mask."""
    size = (max(1, int(scale * grey.shape[1] + 0.5)), height)
    if scale < _AREA_BELOW:
        scaled = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
        return _sharpen(scaled, 1, 0.2) if scale > _SHARPEN_ABOVE else scaled
    # Leptonica counts from the pixels' corners, OpenCV's resize from their centres.
    to_crop = np.array([[1 / scale, 0, 0], [0, 1 / scale, 0]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    replicate = cv2.BORDER_REPLICATE
    scaled = np.asarray(
        cv2.warpAffine(grey, to_crop, size, flags=flags, borderMode=replicate), np.uint8
    )
    return _sharpen(scaled, 2, 0.4) if scale < _SHARPEN_BELOW else scaled


def _sharpen(image: NDArray[np.uint8], half: int, share: float) -> NDArray[np.uint8]:
    """pixUnsharpMaskingGray2D: leaves a border of `half` pixels as it is."""
    side = 2 * half + 1
    smooth = cv2.boxFilter(image, cv2.CV_32F, (side, side))
    sharp = cv2.addWeighted(image, 1 + share, smooth, -share, 0, dtype=cv2.CV_8U)
    result = image.copy()
    result[half:-half, half:-half] = sharp[half:-half, half:-half]
    return result


def _black_and_white(rows: Sequence[NDArray[np.uint8]]) -> list[tuple[float, float]]:
    """Levels of ink and paper of each line, judged by the local extremes of its middle row.

    All at once: a row alone is so short that each of NumPy's calls would cost more than its work.
    """
    if not rows:
        return []
    joined = np.concatenate(rows)
    ends = np.cumsum([len(row) for row in rows])
    levels = joined.astype(np.int16)
    rise = levels[1:] - levels[:-1]
    before, after = rise[:-1], rise[1:]
    inner = before != after
    edges = np.concatenate([ends - 2, ends[:-1] - 1])  # the last and the first pixel of a row
    inner[edges[(edges >= 0) & (edges < len(inner))]] = False
    lows = _by_row(inner & (before <= 0) & (after >= 0), joined, ends)
    highs = _by_row(inner & (before >= 0) & (after <= 0), joined, ends)
    return [
        (_percentile(low, 0.25, 0), _percentile(high, 0.75, 255))
        for low, high in zip(lows, highs, strict=True)
    ]


def _by_row(
    chosen: NDArray[np.bool_], joined: NDArray[np.uint8], ends: NDArray[np.int64]
) -> list[list[int]]:
    """The levels of the chosen inner pixels of each row, lowest first."""
    places = np.flatnonzero(chosen) + 1
    keys = np.sort(np.searchsorted(ends, places, side="right") * 256 + joined[places])
    cuts = np.searchsorted(keys, np.arange(len(ends) + 1) * 256).tolist()
    levels = (keys & 255).tolist()
    return [levels[start:end] for start, end in pairwise(cuts)]


def _percentile(levels: list[int], share: float, default: int) -> float:
    """Tesseract's STATS::ile: a quantile of a histogram, interpolated within its bin."""
    levels = levels or [default]
    target = min(max(share * len(levels), 1.0), float(len(levels)))
    bar = levels[math.ceil(target) - 1]
    below, until = bisect_left(levels, bar), bisect_right(levels, bar)
    return bar + 1 - (until - target) / (until - below)
