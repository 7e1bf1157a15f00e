"""Boxes of words from the steps in which they were read and the ink that stands there."""

from bisect import bisect_right
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.document import Box

# Ink over the whole height is a rule or the edge of the page; specks are dirt.
_MIN_AREA = 6


def ink_boxes(grey: NDArray[np.uint8], level: float, *, light_on_dark: bool) -> NDArray[np.int32]:
    """Connected pieces of ink in [h, w], as [n, 4]: x0, y0, x1, y1 in its pixels.

    Ink is darker than `level`, or lighter where the text is light on dark.
    """
    ink = (grey > level) if light_on_dark else (grey < level)
    _, _, stats, _ = cv2.connectedComponentsWithStats(
        ink.view(np.uint8), connectivity=8, ltype=cv2.CV_16U
    )
    pieces = stats[1:]
    pieces = pieces[pieces[:, cv2.CC_STAT_AREA] >= _MIN_AREA]
    boxes = np.array(pieces[:, :4], np.int32)
    boxes[:, 2:] += boxes[:, :2]
    return boxes


def fit_to_ink(
    windows: Sequence[tuple[float, float]], ink: NDArray[np.int32], size: tuple[int, int]
) -> list[Box]:
    """A box for each window (x0, x1): around the pieces of ink whose middle lies in it.

    A window without ink keeps its width and the whole height; `size` is (width, height).
    """
    boxes = [Box(max(x0, 0.0), 0.0, min(x1, float(size[0])), float(size[1])) for x0, x1 in windows]
    if not boxes:
        return boxes
    # Windows do not overlap: of those that begin before a piece, the last is the only candidate.
    by_start = sorted((x0, x1, at) for at, (x0, x1) in enumerate(windows))
    starts = [x0 for x0, _, _ in by_start]
    around: dict[int, tuple[int, int, int, int]] = {}
    for x0, y0, x1, y1 in ink.tolist():
        middle = (x0 + x1) / 2
        candidate = bisect_right(starts, middle) - 1
        if candidate < 0 or middle >= by_start[candidate][1]:
            continue
        owner = by_start[candidate][2]
        left, top, right, bottom = around.get(owner, (x0, y0, x1, y1))
        around[owner] = (min(left, x0), min(top, y0), max(right, x1), max(bottom, y1))
    for owner, edges in around.items():
        boxes[owner] = Box(*map(float, edges))
    return boxes
