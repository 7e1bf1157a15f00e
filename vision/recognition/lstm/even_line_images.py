"""Line images with even contrast, which read better than Tesseract's own.

Every step is done for all lines before the next one: so a page's lines take three quarters of the
time that they take one after the other, since the processor keeps the code of one step at hand.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey, Image
from vision.imaging.grey import quantiles
from vision.recognition.lstm.line_normalisation import LineImage, grey_levels, values_of

_GREYS = np.arange(256, dtype=np.float32)
# Quantiles of a crop's grey levels: ink, what most of it is, paper. Ink and paper become black and
# white before scaling.
_SHARES = np.array([0.05, 0.5, 0.9])
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


def even_line_images(pixels: Sequence[Image], height: int, *, smooth: bool) -> list[LineImage]:
    """Crops, RGB [h, w, 3] or grey [h, w], trimmed to their ink, with even contrast before scaling.

    `smooth` for scripts whose strokes are not dense.
    """
    if not pixels:
        return []
    whole = [grey_levels(each) for each in pixels]
    levels = _quantiles(whole)
    spans = [_inked(*each) for each in zip(whole, levels.tolist(), strict=True)]
    greys = [grey[:, start:end] for grey, (start, end) in zip(whole, spans, strict=True)]
    tables = _tables(levels)
    even = [cv2.LUT(grey, table) for grey, table in zip(greys, tables, strict=True)]
    scaled = [_scaled(np.asarray(each, np.uint8), height) for each in even]
    if smooth:
        sigmas = [_sigma(len(grey)) * height / 36 for grey in greys]
        scaled = [_blurred(each, sigma) for each, sigma in zip(scaled, sigmas, strict=True)]
    found = []
    for at, (values, between) in enumerate(values_of(scaled)):
        dark, _, light = levels[at].tolist()
        level = dark + between * max(light - dark, 1) / 255
        found.append(LineImage(values, height / len(greys[at]), greys[at], level, spans[at][0]))
    return found


def _quantiles(greys: Sequence[Grey]) -> NDArray[np.int64]:
    """Grey levels under which `_SHARES` of the pixels lie [lines, 3], by every fourth pixel.

    Counting all pixels would cost as much as scaling them.
    """
    some = [np.ascontiguousarray(grey[::2, ::2]) for grey in greys]
    return quantiles(some, _SHARES)


def _tables(levels: NDArray[np.int64]) -> NDArray[np.uint8]:
    """What each grey level becomes in each line [lines, 256]."""
    dark, light = levels[:, :1], levels[:, 2:]
    factors = (255 / np.maximum(light - dark, 1)).astype(np.float32)
    even = (_GREYS - dark.astype(np.float32)) * factors
    return np.asarray(np.clip(even, 0, 255), np.uint8)


def _scaled(even: Grey, height: int) -> Grey:
    scale = height / even.shape[0]
    size = (max(1, round(even.shape[1] * scale)), height)
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(even, size, interpolation=how), np.uint8)


def _blurred(scaled: Grey, sigma: float) -> Grey:
    return np.asarray(cv2.GaussianBlur(scaled, (0, 0), sigma), np.uint8)


def _sigma(height: int) -> float:
    """Between `_SIGMAS`, by the height of a crop. Plain floats take a tenth of np.interp's time."""
    share = min(max((height - _HEIGHTS[0]) / (_HEIGHTS[1] - _HEIGHTS[0]), 0.0), 1.0)
    return _SIGMAS[0] + share * (_SIGMAS[1] - _SIGMAS[0])


def _inked(grey: Grey, levels: Sequence[int]) -> tuple[int, int]:
    """The first column and the one behind the last that have ink or are near it."""
    height, width = grey.shape
    dark, middle, light = levels
    reach = min(int(_MOST_TRIMMED * height), width // 3)
    if reach < 1 or dark >= light:
        return 0, width
    level = (dark + light) / 2
    light_on_dark = middle < level
    extremes = grey.max(axis=0) if light_on_dark else grey.min(axis=0)
    inked: list[bool] = ((extremes > level) if light_on_dark else (extremes < level)).tolist()
    ends = (
        (grey[:, :reach], inked[:reach]),
        (grey[:, : -reach - 1 : -1], inked[: -reach - 1 : -1]),
    )
    left, right = (
        _blank_columns(end, columns, level, light_on_dark=light_on_dark) for end, columns in ends
    )
    return left, width - right


def _blank_columns(grey: Grey, inked: list[bool], level: float, *, light_on_dark: bool) -> int:
    """How many columns can be trimmed before the first ink that is no speck.

    `inked` says which columns of this end of a line, mirrored if it is the right one, have ink. Ink
    in neighbouring columns is taken for one piece: finding connected pieces takes three times as
    long.
    """
    height, reach = grey.shape
    first = _next(inked, 0, value=True)
    while first < reach:
        end = _next(inked, first, value=False)
        if end == reach or end - first >= _LEAST_INK * height:
            break  # the beginning of a letter, perhaps, or no speck
        part = grey[:, first:end]
        ink = (part > level) if light_on_dark else (part < level)
        rows: list[int] = np.flatnonzero(ink.any(axis=1)).tolist()
        if rows[-1] - rows[0] + 1 >= _LEAST_INK * height:
            break
        first = _next(inked, end, value=True)
    return int(max(first - _ROOM * height + 0.5, 0))


def _next(values: list[bool], start: int, *, value: bool) -> int:
    """The first place of `value` from `start` on; the end where there is none."""
    return values.index(value, start) if value in values[start:] else len(values)
