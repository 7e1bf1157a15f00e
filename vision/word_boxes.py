"""Boxes of words from the steps in which they were read and the ink that stands there."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.types import Box

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
    if not len(ink) or not boxes:
        return boxes
    edges = np.array(windows)
    middles = (ink[:, 0] + ink[:, 2]) / 2
    # Windows do not overlap: of those that begin before a piece, the last is the only candidate.
    by_start = np.argsort(edges[:, 0], kind="stable")
    owner = by_start[np.searchsorted(edges[by_start, 0], middles, side="right") - 1]
    inside = (middles >= edges[owner, 0]) & (middles < edges[owner, 1])
    owner, pieces = owner[inside], ink[inside]
    if not len(owner):
        return boxes
    order = np.argsort(owner, kind="stable")
    owners, firsts = np.unique(owner[order], return_index=True)
    nearest = np.minimum.reduceat(pieces[order, :2], firsts).tolist()
    farthest = np.maximum.reduceat(pieces[order, 2:], firsts).tolist()
    for at, (x0, y0), (x1, y1) in zip(owners.tolist(), nearest, farthest, strict=True):
        boxes[at] = Box(float(x0), float(y0), float(x1), float(y1))
    return boxes
