"""Converts line crops to the input of Tesseract's networks: height, contrast, floats.

`tesseract_line_image` does it as Tesseract does, for comparisons with it; `even_line_image` reads
better (docs/research/recognition.md).

Sources: src/lstm/input.cpp (PreScale), networkio.cpp (ComputeBlackWhite, SetPixel) of Tesseract,
scale1.c and enhance.c of Leptonica.
"""

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Image
from vision.imaging.grey import grey_of

# The scale factors at which Leptonica's pixScale changes its method.
_AREA_BELOW, _SHARPEN_BELOW, _SHARPEN_ABOVE = 0.7, 1.4, 0.2


_GREYS = np.arange(256, dtype=np.float32)
# Grey levels of a crop, as shares of its pixels, that become black and white before scaling.
_DARK, _LIGHT = 0.05, 0.90
# Sigma of a Gaussian at 36 pixels of height, by the height of the crop and interpolated between: it
# closes broken strokes and reduces noise. Dense strokes would run together, and small print is
# smooth enough once it is enlarged.
_HEIGHTS = (18, 26)
_SIGMAS = (0.35, 0.7)
# Blank paper at the ends of a line, in its heights. The networks were trained on lines cut at their
# ink: of more paper they make quotes, and lose points between digits. With this room word F1 of 14
# receipts is .797 (untrimmed .791), of 14 forms .867 (.862), of 24 drawn pages .995 (.992), that of
# marks .81, .79, .95 (.80, .78, .92). .03 loses .013 on receipts, .15 gains nothing.
_ROOM, _MOST_TRIMMED = 0.1, 0.5
_LEAST_INK = 0.06  # of the height; less is a speck


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
    grey = _grey(pixels)
    scale = height / grey.shape[0]
    values, level = _values(_scale(grey, scale, height))
    return LineImage(values, scale, grey, level)


def even_line_image(pixels: Image, height: int, *, smooth: bool) -> LineImage:
    """A crop, RGB [h, w, 3] or grey [h, w], trimmed to its ink, with even contrast before scaling.

    `smooth` for scripts whose strokes are not dense.
    """
    whole = _grey(pixels)
    dark, middle, light = _quantiles(whole, _DARK, 0.5, _LIGHT)
    level = (dark + light) / 2
    start, end = _inked(whole, level, light_on_dark=middle < level) if dark < light else (0, None)
    grey = whole[:, start:end]
    span = max(light - dark, 1)
    table = np.clip((_GREYS - dark) * (255 / span), 0, 255).astype(np.uint8)
    even = cv2.LUT(grey, table)
    scale = height / grey.shape[0]
    size = (max(1, round(grey.shape[1] * scale)), height)
    scaled = cv2.resize(even, size, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA)
    if smooth:
        scaled = cv2.GaussianBlur(scaled, (0, 0), _sigma(len(grey)) * height / 36)
    values, between = _values(np.asarray(scaled, np.uint8))
    return LineImage(values, scale, grey, dark + between * span / 255, start)


def _sigma(height: int) -> float:
    """Between `_SIGMAS`, by the height of a crop. Plain floats take a tenth of np.interp's time."""
    share = min(max((height - _HEIGHTS[0]) / (_HEIGHTS[1] - _HEIGHTS[0]), 0.0), 1.0)
    return _SIGMAS[0] + share * (_SIGMAS[1] - _SIGMAS[0])


def _inked(grey: NDArray[np.uint8], level: float, *, light_on_dark: bool) -> tuple[int, int]:
    """The first column and the one behind the last that have ink or are near it."""
    height, width = grey.shape
    reach = min(int(_MOST_TRIMMED * height), width // 3)
    if reach < 1:
        return 0, width
    left, right = (
        _blank_columns((end > level) if light_on_dark else (end < level))
        for end in (grey[:, :reach], grey[:, : -reach - 1 : -1])  # the right one mirrored
    )
    return left, width - right


def _blank_columns(ink: NDArray[np.bool_]) -> int:
    """How many columns can be trimmed before the first ink that is no speck.

    Ink in neighbouring columns is taken for one piece: finding connected pieces takes three times
    as long.
    """
    height, reach = ink.shape
    inked: list[bool] = np.any(ink, axis=0).tolist()
    first = _next(inked, 0, value=True)
    while first < reach:
        end = _next(inked, first, value=False)
        touching = end == reach  # the beginning of a letter, perhaps
        if touching or _extent(ink[:, first:end]) >= _LEAST_INK * height:
            break
        first = _next(inked, end, value=True)
    return int(max(first - _ROOM * height + 0.5, 0))


def _next(values: list[bool], start: int, *, value: bool) -> int:
    """The first place of `value` from `start` on; the end where there is none."""
    return values.index(value, start) if value in values[start:] else len(values)


def _extent(ink: NDArray[np.bool_]) -> int:
    """The longer side of ink whose columns all have some."""
    rows: list[int] = np.flatnonzero(np.any(ink, axis=1)).tolist()
    return int(max(ink.shape[1], rows[-1] - rows[0] + 1))


def _grey(pixels: Image) -> NDArray[np.uint8]:
    # Leptonica weighs colours .3/.5/.2; no text was seen to change by .299/.587/.114.
    return pixels if pixels.ndim == 2 else grey_of(pixels)


def _quantiles(grey: NDArray[np.uint8], *shares: float) -> list[int]:
    """Grey levels under which these shares of the pixels lie, by every fourth pixel.

    Counting all pixels would cost as much as scaling them.
    """
    some = np.ascontiguousarray(grey[::2, ::2])
    below = np.cumsum(cv2.calcHist([some], [0], None, [256], [0, 256]))
    places: list[int] = np.searchsorted(below, np.array(shares) * some.size).tolist()
    return places


def _values(scaled: NDArray[np.uint8]) -> tuple[NDArray[np.float32], float]:
    """About -1 for ink and 1 for paper, judged by the middle row, and the grey between them."""
    black, white = _black_and_white(scaled[len(scaled) // 2])
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


def _black_and_white(row: NDArray[np.uint8]) -> tuple[float, float]:
    """Levels of ink and paper, judged by the local extremes of the middle row."""
    levels = row.astype(np.int16)
    rise = levels[1:] - levels[:-1]
    before, after = rise[:-1], rise[1:]
    middle = row[1:-1]
    lows = middle[(before <= 0) & (after >= 0) & (before != after)]
    highs = middle[(before >= 0) & (after <= 0) & (before != after)]
    return _percentile(lows, 0.25, 0), _percentile(highs, 0.75, 255)


def _percentile(values: NDArray[np.uint8], share: float, default: int) -> float:
    """Tesseract's STATS::ile: a quantile of a histogram, interpolated within its bin."""
    levels: list[int] = np.sort(values).tolist() or [default]
    target = min(max(share * len(levels), 1.0), float(len(levels)))
    bar = levels[math.ceil(target) - 1]
    below, until = bisect_left(levels, bar), bisect_right(levels, bar)
    return bar + 1 - (until - target) / (until - below)
