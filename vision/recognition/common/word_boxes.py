"""Boxes of words, from the time steps in which they were read and the ink at that place."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vision.core.document import Box

# In heights of the line image: ink of a word may reach so far into its neighbours' windows.
_SPILL = 0.5

_Edges = tuple[float, float, float, float]


def fit_to_ink(
    windows: Sequence[tuple[float, float]], ink: NDArray[np.int32], size: tuple[int, int]
) -> list[Box]:
    """A box for each window (x0, x1): around the pieces of ink whose centre lies in it.

    `ink` [N, 4] is as `ink_boxes` gives it. A window without ink keeps its width and gets the whole
    height; `size` is (width, height) of the image. Everything is in pixels of the line image.
    Ink that reaches far into other windows is a rule or a frame: it counts only where a word has no
    ink of its own, and then within its window.
    """
    boxes = [Box(max(x0, 0.0), 0.0, min(x1, float(size[0])), float(size[1])) for x0, x1 in windows]
    if not boxes:
        return boxes
    # Windows do not overlap: of those that begin before a piece, the last is the only candidate.
    by_start = sorted((x0, x1, at) for at, (x0, x1) in enumerate(windows))
    starts = [x0 for x0, _, _ in by_start]
    around: dict[int, _Edges] = {}
    beyond: dict[int, _Edges] = {}
    spill = _SPILL * size[1]
    for x0, y0, x1, y1 in ink.tolist():
        middle = (x0 + x1) / 2
        candidate = bisect_right(starts, middle) - 1
        if candidate < 0 or middle >= by_start[candidate][1]:
            continue
        start, end, owner = by_start[candidate]
        if start - spill <= x0 and x1 <= end + spill:
            around[owner] = _joined(around.get(owner), (x0, y0, x1, y1))
        else:
            cut = (max(x0, start), y0, min(x1, end), y1)
            beyond[owner] = _joined(beyond.get(owner), cut)
    for owner, edges in (beyond | around).items():
        boxes[owner] = Box(*map(float, edges))
    return boxes


def _joined(known: _Edges | None, piece: _Edges) -> _Edges:
    if known is None:
        return piece
    return (min(known[0], piece[0]), min(known[1], piece[1]),
            max(known[2], piece[2]), max(known[3], piece[3]))  # fmt: skip
