"""Boxes of words, from the time steps in which they were read and the ink at that place."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vision.core.document import Box


def fit_to_ink(
    windows: Sequence[tuple[float, float]], ink: NDArray[np.int32], size: tuple[int, int]
) -> list[Box]:
    """A box for each window (x0, x1): around the pieces of ink whose centre lies in it.

    `ink` [N, 4] is as `ink_boxes` gives it. A window without ink keeps its width and gets the whole
    height; `size` is (width, height) of the image. Everything is in pixels of the line image.
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
