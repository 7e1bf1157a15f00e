"""Completes found lines by the ink that their ends cut or leave out: stops, raised digits, dashes.

A network's rectangles end about where the text does. What stands at the end of a line is small and
near, and belongs to it.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vision.core.stages import FoundLine, Letters
from vision.imaging.specks import share_of_specks

# In heights of the line, of which low letters have about a half.
_MOST_RISE = 0.3  # of a line over its length: more is tilted, and rows of pixels cross it
_LEAST, _MOST = 0.08, 1.0  # a piece's longer side: less is dust, more is a rule or a picture
_REACH = 0.3  # to a piece that is left out
_ROOM = 0.08  # beyond it
_OVERSHOT = 0.06  # the edges of letters may reach so far beyond a line: what is cut off is nothing
_STEPS = 3  # pieces that may follow each other: an ellipsis
_MOST_SPECKS = 0.1  # share of a page's ink: on noise every line has pieces beside it

Edges = NDArray[np.float64]  # [n, 4]: x0, y0, x1, y1


def with_whole_ends(lines: Sequence[FoundLine], text: Letters) -> list[FoundLine]:
    """The lines, level ones as long as the ink at their ends asks for; boxes in the image's pixels.

    `text` was measured on the image in which the lines were found. Ink that another line covers is
    left to that.
    """
    if not lines or not len(text.pieces) or share_of_specks(text) > _MOST_SPECKS:
        return list(lines)
    quads = np.array([line.quad for line in lines], np.float64) * text.factor
    edges = np.hstack([quads.min(axis=1), quads.max(axis=1)])
    pieces = np.hstack([text.pieces[:, :2], text.pieces[:, :2] + text.pieces[:, 2:]]).astype(float)
    owned = _owned(pieces, edges, text.grey.shape)
    completed = []
    for at, (line, quad) in enumerate(zip(lines, quads, strict=True)):
        free = pieces[(owned == at) | (owned < 0)] if _is_level(quad) else pieces[:0]
        left, right = _beyond(edges[at], free)
        completed.append(_longer(line, quad, (left, right), text.factor) if left or right else line)
    return completed


def _is_level(quad: NDArray[np.float64]) -> bool:
    along, height = quad[1] - quad[0], np.linalg.norm(quad[3] - quad[0])
    return bool(along[0] > 0 and abs(along[1]) <= _MOST_RISE * height)


def _owned(pieces: Edges, edges: Edges, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """The line in whose box each piece has its middle; -1 for none."""
    painted = np.full(shape, -1, np.int32)
    rows, columns = shape
    boxes = np.clip(edges, 0, (columns, rows, columns, rows)).round().astype(int)
    for number, (x0, y0, x1, y1) in enumerate(boxes.tolist()):
        painted[y0:y1, x0:x1] = number
    x = np.minimum((pieces[:, 0] + pieces[:, 2]) / 2, columns - 1).astype(int)
    y = np.minimum((pieces[:, 1] + pieces[:, 3]) / 2, rows - 1).astype(int)
    return np.asarray(painted[y, x], np.int64)


def _beyond(line: Edges, pieces: Edges) -> tuple[float, float]:
    """How far the ink at its left and at its right end reaches beyond a line."""
    height = line[3] - line[1]
    middles = (pieces[:, 1] + pieces[:, 3]) / 2
    longer = (pieces[:, 2:] - pieces[:, :2]).max(axis=1)
    mine = (middles > line[1]) & (middles < line[3])
    mine &= (longer >= _LEAST * height) & (longer <= _MOST * height)
    near = pieces[mine]
    start, end = line[0], line[2]
    for _ in range(_STEPS):
        reach = _REACH * height
        before = near[(near[:, 0] < start) & (near[:, 2] > start - reach)]
        after = near[(near[:, 2] > end) & (near[:, 0] < end + reach)]
        start, end = before[:, 0].min(initial=start), after[:, 2].max(initial=end)
    room = _ROOM * height
    left, right = line[0] - start, end - line[2]
    least = _OVERSHOT * height
    return float(left + room if left > least else 0), float(right + room if right > least else 0)


def _longer(
    line: FoundLine, quad: NDArray[np.float64], beyond: tuple[float, float], factor: float
) -> FoundLine:
    along = (quad[1] - quad[0]) / max(float(np.linalg.norm(quad[1] - quad[0])), 1e-9)
    left, right = -along * beyond[0], along * beyond[1]
    corners = (quad + np.array([left, right, right, left])) / factor
    return replace(line, quad=tuple((float(x), float(y)) for x, y in corners))
