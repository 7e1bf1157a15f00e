"""Ruling lines: long, thin, straight strokes of any shade, whole, dashed or dotted.

A pixel belongs to a level line if it is darker than what is above and below it within a few pixels
(a black top-hat), and if most of the pixels beside it along the line do too. So a line shows on
shaded cells as on paper, and gaps of dots or poor copies do not break it.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey
from vision.imaging.connected_components import label, mask_of
from vision.imaging.opening import closed, opened
from vision.imaging.order import percentile_of_levels

# In heights of the page's commonest letters.
_THICKEST = 0.4
_WINDOW = 4.0  # along the line, in which its pixels are counted
SHORTEST = 4.0  # strokes of letters are shorter
_DENSE = 0.55  # share of the pixels along a line; dashes cover more, print less
_DOT, _LONGEST_DASH, _DOT_GAP = 0.4, 1.5, 0.6  # of dotted lines
_BESIDE = 0.25  # from the middle of a stroke, where letters have stems and lines have paper
_STEMS, _NEXT_STROKE = 0.28, 0.85  # share of the length with ink there
_LEAST_CONTRAST = 8  # grey levels
_CLEAN = 3.0  # grain of paper on which dots are no noise
_PAPER = 70  # percentile of contrast below which there is paper only
_NOISE, _MOST_NOISE = 3.0, 40.0  # times the contrast of the paper's grain, and grey levels


class Strokes(NamedTuple):
    """Level strokes [n, 4] as x0, y0, x1, y1 along their middles, and the mask they are in."""

    ends: NDArray[np.float64]
    mask: Grey


class _Area(NamedTuple):
    """An image, its ink, the contrast of its paper's grain, and its dots and dashes across."""

    grey: Grey
    ink: Grey
    grain: float
    dots: Grey | None


def strokes_of(grey: Grey, letter: float) -> tuple[Strokes, Strokes]:
    """Strokes that run across an image [h, w], and those that run down, with y0 <= y1.

    `letter` is the height of its letters in pixels.
    """
    across, down = _measured(grey, letter)
    ends, mask = _strokes(down, letter)
    return _strokes(across, letter), Strokes(ends[:, [1, 0, 3, 2]], _turned(mask))


def _measured(grey: Grey, letter: float) -> tuple[_Area, _Area]:
    """What both kinds of strokes are found in: the image as it is, and turned."""
    grain = _grain(grey)
    if noisy := grain > _CLEAN:
        grey = np.asarray(cv2.blur(grey, (3, 3)), np.uint8)
        grain = _grain(grey)
    ink = _ink(grey, grain)
    across, down = (None, None) if noisy else _dots(ink, letter)
    turned = None if down is None else _turned(down)
    return _Area(grey, ink, grain, across), _Area(_turned(grey), _turned(ink), grain, turned)


def _turned(image: Grey) -> Grey:
    return np.asarray(cv2.transpose(image), np.uint8)


def _dots(ink: Grey, letter: float) -> tuple[Grey, Grey]:
    """The pieces of ink that may be dots and dashes of dotted lines across, and of those down."""
    labels, pieces = label(ink)
    width, height = pieces[:, 2], pieces[:, 3]
    longest, thickest = _LONGEST_DASH * letter, _DOT * letter
    across = mask_of(labels, (width <= longest) & (height <= thickest))
    return across, mask_of(labels, (height <= longest) & (width <= thickest))


def _strokes(area: _Area, letter: float) -> Strokes:
    ink = area.ink
    mask = _thin_and_dark(area.grey, letter, area.grain)
    if area.dots is not None:
        mask = _with_joined_dots(mask, area.dots, letter)
    window = max(3, round(_WINDOW * letter))
    density = cv2.blur(mask * np.uint8(255), (window, 1), borderType=cv2.BORDER_CONSTANT)
    dense = np.asarray(density >= _DENSE * 255, np.uint8)
    labels, pieces = label(dense)
    found: list[tuple[float, float, float, float]] = []
    for at, (x, y, w, h) in enumerate(pieces.tolist(), start=1):
        if w < SHORTEST * letter / 2:
            continue
        own = (labels[y : y + h, x : x + w] == at).view(np.uint8)
        stroke = _stroke(np.asarray(own & mask[y : y + h, x : x + w], np.uint8), x, y)
        if stroke is not None and stroke[2] - stroke[0] >= SHORTEST * letter:
            found.append(stroke)
    ends = np.array(found, np.float64).reshape(-1, 4)
    alone = [_stands_alone(ink, each, letter) for each in ends]
    return Strokes(ends[np.array(alone, np.bool_)], mask)


def _grain(grey: Grey) -> float:
    """The usual contrast of the paper's pixels."""
    contrast = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, np.ones((3, 3), np.uint8))
    return percentile_of_levels(np.ascontiguousarray(contrast[::3, ::3], np.uint8), _PAPER)


def _ink(grey: Grey, grain: float) -> Grey:
    side = max(15, min(grey.shape) // 40) | 1
    darker = cv2.subtract(cv2.blur(grey, (side, side)), grey)
    return np.asarray(darker > max(_LEAST_CONTRAST, _NOISE * grain), np.uint8)


def _thin_and_dark(grey: Grey, letter: float, grain: float) -> Grey:
    """1 where a pixel is darker than pixels both above and below it."""
    reach = max(3, round(_THICKEST * letter)) + 2
    kernel = np.ones((2 * (reach // 2) + 1, 1), np.uint8)
    contrast = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, kernel)
    return np.asarray(contrast > max(_LEAST_CONTRAST, min(_NOISE * grain, _MOST_NOISE)), np.uint8)


def _with_joined_dots(mask: Grey, dots: Grey, letter: float) -> Grey:
    """The mask with rows of dots and short dashes as whole strokes, up to where they meet."""
    rows = closed(dots, (1, max(3, round(_DOT_GAP * letter))))
    joined = opened(rows, (1, round(SHORTEST * letter)))
    if not joined.any():
        return mask
    whole = np.asarray(mask | joined, np.uint8)
    near = cv2.dilate(joined, np.ones((1, 2 * round(_DOT_GAP * letter) + 1), np.uint8))
    arms = closed(whole, (1, max(3, round(_DOT_GAP * letter)))) & np.asarray(near, np.uint8)
    return np.asarray(whole | arms, np.uint8)


def _stroke(inside: Grey, x: int, y: int) -> tuple[float, float, float, float] | None:
    """The straight line through the pixels of the piece at x, y, from first column to last."""
    first, _, width, _ = cv2.boundingRect(inside)
    if width < 2:
        return None
    # By moments: np.polyfit takes a hundred times as long for the same.
    sums = cv2.moments(inside, binaryImage=True)
    slope = sums["mu11"] / sums["mu20"]
    start = (sums["m01"] - slope * sums["m10"]) / sums["m00"] + y + 0.5
    last = first + width - 1
    return x + first, start + slope * first, x + last + 1, start + slope * last


def _stands_alone(ink: Grey, stroke: NDArray[np.float64], letter: float) -> bool:
    """Whether there is paper on both sides of a stroke, or another stroke; not stems of letters."""
    x0, y0, x1, y1 = stroke.tolist()
    columns = np.arange(int(x0), int(x1))
    rows = y0 + (y1 - y0) / (x1 - x0) * (columns - x0)
    away = max(2.5, _BESIDE * letter)
    for side in (-away, away):
        beside = np.minimum(np.maximum((rows + side).astype(np.int64), 0), len(ink) - 1)
        share = np.count_nonzero(ink[beside, columns]) / len(columns)
        if _STEMS <= share <= _NEXT_STROKE:
            return False
    return True
