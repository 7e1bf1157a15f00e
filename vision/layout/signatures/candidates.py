"""Boxes in which a signature may stand: strokes near each other, and what a detector found."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.document import Box
from vision.core.stages import Detection
from vision.imaging.connected_components import connected_pieces
from vision.layout.signatures.ink import Strokes

# Between strokes of one signature, in units, across and down: close, usual, and wide writing.
_GAPS = ((0.6, 0.2), (1.3, 0.35), (2.5, 0.6))
_USUAL_GAP = 1
_HELD = 0.5  # share of a stroke's box in the detection that it belongs to
_LEAST_CONFIDENCE = 0.05  # of a detection that is a candidate itself
_LEAST_WIDTH, _LEAST_HEIGHT = 1.5, 0.9  # units


class Candidate(NamedTuple):
    """A box and the indices of its strokes, in pixels of the image that was searched.

    `spread` is 0 to 2 by the width of the gaps within it.
    """

    box: Box
    strokes: NDArray[np.intp]
    spread: int
    origin: str  # `ink`, `detector`, or `fitted` for the strokes in a detector's box


def candidates_of(strokes: Strokes, found: Sequence[Detection]) -> list[Candidate]:
    """All that are large enough, each box once; `found` are signatures in the same pixels."""
    unique: dict[tuple[int, ...], Candidate] = {}
    for each in (*_groups(strokes), *_detected(strokes, found)):
        wide, high = each.box.width / strokes.unit, each.box.height / strokes.unit
        if wide >= _LEAST_WIDTH and high >= _LEAST_HEIGHT:
            unique.setdefault(tuple(round(edge) for edge in each.box), each)
    return list(unique.values())


def _groups(strokes: Strokes) -> Iterator[Candidate]:
    inked = strokes.mask > 0
    owner = np.zeros(len(strokes.pieces) + 1, np.int64)
    for spread, gaps in enumerate(_GAPS):
        sides = [2 * max(1, int(gap * strokes.unit)) + 1 for gap in gaps]
        near = cv2.dilate(strokes.mask, np.ones((sides[1], sides[0]), np.uint8))
        groups, _ = connected_pieces(np.asarray(near, np.uint8))
        owner[strokes.labels[inked]] = groups[inked]
        for group in np.unique(owner[1:]):
            members = np.flatnonzero(owner[1:] == group)
            yield Candidate(_around(strokes, members), members, spread, "ink")


def _detected(strokes: Strokes, found: Sequence[Detection]) -> Iterator[Candidate]:
    x, y, width, height, _ = strokes.pieces.T.astype(np.float64)
    for each in found:
        if each.confidence < _LEAST_CONFIDENCE:
            continue
        x0, y0, x1, y1 = each.box
        across = np.clip(np.minimum(x + width, x1) - np.maximum(x, x0), 0, None)
        down = np.clip(np.minimum(y + height, y1) - np.maximum(y, y0), 0, None)
        members = np.flatnonzero(across * down > _HELD * width * height)
        yield Candidate(each.box, members, _USUAL_GAP, "detector")
        if len(members):
            yield Candidate(_around(strokes, members), members, _USUAL_GAP, "fitted")


def _around(strokes: Strokes, members: NDArray[np.intp]) -> Box:
    corners = strokes.pieces[members, :4].copy()
    corners[:, 2:] += corners[:, :2]
    low, high = corners[:, :2].min(0), corners[:, 2:].max(0)
    return Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))
