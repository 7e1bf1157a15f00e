"""Check boxes and radio buttons, by the geometry of their ink: four straight sides, or a ring.

A frame counts only where it stands alone: letters close beside it would make it a letter itself.
"""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes, Grey, Image
from vision.core.document import Box
from vision.core.geometry import intersection
from vision.imaging.connected_components import connected_pieces, ink_mask
from vision.imaging.grey import grey_of, shrunk
from vision.imaging.letter_size import of_letter_size

State = Literal["empty", "ticked", "crossed", "filled"]
Kind = Literal["checkbox", "radio"]

_LONGEST_SIDE = 1800  # pixels of the image that is searched
_SMALLEST = 9  # pixels of a frame's side in it
# In heights of the page's commonest letters.
_SIDES = (0.9, 3.5)
_WITH_TICK = 5.0  # a frame with what was written across its edges
# In sides of the frame.
_ALONE = 0.25  # left and right of it, without letters as high as half of it
_SAME_SIZE = 0.2

_ASPECT = 1.3
_SIDE_DRAWN = 0.8  # share of a side's length
_THROUGH = 0.9  # of the width that a line between two boxes has
_BLANK = 0.1  # share of the rest of their inside that is ink
_INNER = 0.24  # share of a frame's side that is left out around its inside
_EMPTY, _FILLED = 0.04, 0.72  # share of the inside that is ink
_DIAGONAL = 0.7  # share of both diagonals that a cross covers
_ROUND = (0.9, 1.08)  # area by that of an ellipse as wide and high
_RING_ASPECT = 1.15
_HOLE = 0.3  # of a ring's area, without ink
_DOT = 0.12  # share of the inside of a ring
_RING_DRAWN, _MARKED = 0.5, 0.6  # of its edge, and of its inside where something is written in it
# Shares of its box that a frame with rounded corners fills, and its ink alone.
_ROUNDED, _HOLLOW = 0.92, 0.6
_CLEAR, _UNCLEAR = 0.95, 0.6  # confidences of marks


class FoundMark(NamedTuple):
    """A frame and its state; `box` is in pixels of the image, `confidence` 0 to 1."""

    kind: Kind
    state: State
    box: Box
    confidence: float


def find_marks(image: Image, words: Sequence[Box] = ()) -> list[FoundMark]:
    """The check boxes and radio buttons of an RGB page, from the top.

    What lies within `words`, boxes of text that was read, is letters and left out.
    """
    grey, factor = shrunk(grey_of(image), _LONGEST_SIDE)
    ink = ink_mask(grey)
    labels, stats = connected_pieces(ink)
    pieces = stats[:, :4]
    letters = of_letter_size(pieces, lambda: stats[:, 4].astype(np.int64))
    if not len(letters):
        return []
    letter = float(np.median(letters[:, 3]))
    found = []
    for at in _candidates(pieces, letter, _text_mask(grey.shape, words, factor)):
        x, y, w, h = pieces[at].tolist()
        piece = np.asarray(labels[y : y + h, x : x + w] == at + 1, np.uint8)
        mark = _mark(piece, grey, (x, y), letter)
        if mark is not None and _stands_alone(pieces, mark.box):
            found.append(mark)
    kept = [each for each in found if _is_one_of(each, found) and not _is_inside(each, found)]
    scaled = [each._replace(box=Box(*(edge / factor for edge in each.box))) for each in kept]
    return sorted(scaled, key=lambda each: (each.box.y0, each.box.x0))


def _text_mask(shape: tuple[int, ...], words: Sequence[Box], factor: float) -> Grey:
    """1 where words are."""
    mask = np.zeros(shape, np.uint8)
    for word in words:
        x0, y0, x1, y1 = (max(0, round(edge * factor)) for edge in word)
        mask[y0:y1, x0:x1] = 1
    return mask


def _candidates(pieces: Boxes, letter: float, text: Grey) -> list[int]:
    width, height = pieces[:, 2], pieces[:, 3]
    x, y = pieces[:, 0] + width // 2, pieces[:, 1] + height // 2
    least, most = max(_SIDES[0] * letter, _SMALLEST), _WITH_TICK * letter
    fits = (np.minimum(width, height) >= least) & (np.maximum(width, height) <= most)
    return [int(at) for at in np.flatnonzero(fits & (text[y, x] == 0))]


def _mark(piece: Grey, grey: Grey, at: tuple[int, int], letter: float) -> FoundMark | None:
    """The mark that a piece of ink at x, y is; None for letters and drawings."""
    x, y = at
    frame = _square(piece) or _rounded_square(piece)
    if frame is not None and _has_size(frame, letter):
        left, top, right, bottom = frame
        box = Box(x + left, y + top, x + right, y + bottom)
        inside = _dark(grey, box)
        if _is_divided(inside):
            return None
        state, confidence = _state(inside)
        return FoundMark("checkbox", state, box, confidence)
    height, width = piece.shape
    if _has_size((0, 0, width, height), letter) and _is_round(piece):
        box = Box(x, y, x + width, y + height)
        return _radio(_dark(grey, box), box)
    return None


def _dark(grey: Grey, box: Box) -> Grey:
    """1 where what is in a frame is nearer to its ink than to the paper around it.

    Ink by its surroundings, as pages are searched for, has holes where large areas are dark.
    """
    x0, y0, x1, y1 = (round(edge) for edge in box)
    around = max(2, (x1 - x0) // 4)
    outer = grey[max(0, y0 - around) : y1 + around, max(0, x0 - around) : x1 + around]
    inside = grey[y0:y1, x0:x1]
    level = (float(np.percentile(outer, 90)) + float(np.percentile(inside, 5))) / 2
    return np.asarray(inside < level, np.uint8)


def _has_size(frame: tuple[int, int, int, int], letter: float) -> bool:
    width, height = frame[2] - frame[0], frame[3] - frame[1]
    least, most = max(_SIDES[0] * letter, _SMALLEST), _SIDES[1] * letter
    return bool(least <= min(width, height) and max(width, height) <= most)


def _square(piece: Grey) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of four straight sides, also where a tick reaches over them."""
    filled = cv2.morphologyEx(piece, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    closed = np.asarray(filled, np.uint8)
    across, down = _longest_runs(closed), _longest_runs(np.ascontiguousarray(closed.T))
    wide, high = int(across.max()), int(down.max())
    if max(wide, high) > _ASPECT * min(wide, high):
        return None
    rows = np.flatnonzero(across >= _SIDE_DRAWN * wide)
    columns = np.flatnonzero(down >= _SIDE_DRAWN * high)
    left, right = int(columns[0]), int(columns[-1]) + 1
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    fits = [
        _SIDE_DRAWN * wide <= right - left <= wide / _SIDE_DRAWN,
        _SIDE_DRAWN * high <= bottom - top <= high / _SIDE_DRAWN,
        _has_corners(closed[top:bottom, left:right]),
    ]
    return (left, top, right, bottom) if all(fits) else None


def _is_divided(frame: Grey) -> bool:
    """Whether one straight line goes from side to side: two empty boxes that share it."""
    for ink in (frame, np.ascontiguousarray(frame.T)):
        height, width = ink.shape
        middle = slice(height // 4, -(height // 4))
        through = _longest_runs(ink)[middle] >= _THROUGH * width
        line = np.convolve(through, np.ones(3), "same") > 0  # with its blurred edges
        rest = ink[middle, width // 4 : -(width // 4)][~line]
        if 0 < np.count_nonzero(line) < height / 3 and float(rest.mean()) < _BLANK:
            return True
    return False


def _rounded_square(piece: Grey) -> tuple[int, int, int, int] | None:
    """The whole piece where it is a square frame with rounded corners; letters fill less of it."""
    height, width = piece.shape
    if max(height, width) > _RING_ASPECT * min(height, width):
        return None
    outline = _filled(piece)
    share = float(np.count_nonzero(outline)) / (width * height)
    hollow = float(np.count_nonzero(piece)) / (width * height) < _HOLLOW
    return (0, 0, width, height) if share >= _ROUNDED and hollow else None


def _filled(piece: Grey) -> Grey:
    """The piece without its holes."""
    contours, _ = cv2.findContours(piece, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    whole = np.zeros_like(piece)
    cv2.drawContours(whole, contours, -1, 1, cv2.FILLED)
    return whole


def _longest_runs(mask: Grey) -> NDArray[np.int64]:
    """The longest run of ink in each row."""
    padded = np.pad(mask, ((0, 0), (1, 1)))
    turns = np.diff(padded.astype(np.int8), axis=1)
    runs = np.zeros(mask.shape[0], np.int64)
    rows, starts = np.nonzero(turns == 1)
    _, ends = np.nonzero(turns == -1)
    np.maximum.at(runs, rows, ends - starts)
    return runs


def _has_corners(frame: Grey) -> bool:
    """Whether all corners have ink: those of letters such as D and O are round."""
    height, width = frame.shape
    y, x = max(1, round(0.12 * height)), max(1, round(0.12 * width))
    corners = (frame[:y, :x], frame[:y, -x:], frame[-y:, :x], frame[-y:, -x:])
    return all(bool(each.mean() >= 0.5) for each in corners)


def _state(frame: Grey) -> tuple[State, float]:
    """What is inside a square frame, and how certain that is."""
    height, width = frame.shape
    y, x = max(2, round(_INNER * height)), max(2, round(_INNER * width))
    inner = frame[y:-y, x:-x]
    if not inner.size:
        return "empty", 0.5
    share = float(inner.mean())
    if share <= _EMPTY:
        return "empty", _certain(share / _EMPTY < 0.5)
    if share >= _FILLED:
        return "filled", _certain(share > (1 + _FILLED) / 2)
    crossed = _diagonals(inner) >= _DIAGONAL
    return ("crossed" if crossed else "ticked"), _certain(share > 2 * _EMPTY)


def _certain(clear: bool) -> float:
    return _CLEAR if clear else _UNCLEAR


def _diagonals(inner: Grey) -> float:
    """The share of ink on the diagonal that has less of it."""
    thick = np.asarray(cv2.dilate(np.ascontiguousarray(inner), np.ones((3, 3), np.uint8)))
    height, width = thick.shape
    steps = np.linspace(0, 1, 2 * max(height, width))
    rows = np.round(steps * (height - 1)).astype(int)
    columns = np.round(steps * (width - 1)).astype(int)
    return float(min(thick[rows, columns].mean(), thick[rows, columns[::-1]].mean()))


def _is_round(piece: Grey) -> bool:
    """Whether a piece is a ring or a disc."""
    height, width = piece.shape
    if max(height, width) > _RING_ASPECT * min(height, width):
        return False
    share = float(np.count_nonzero(_filled(piece))) / (math.pi / 4 * width * height)
    return bool(_ROUND[0] <= share <= _ROUND[1])


def _radio(ring: Grey, box: Box) -> FoundMark | None:
    """A ring with its state; None for what has neither a hole nor a solid inside."""
    height, width = ring.shape
    y, x = np.mgrid[:height, :width]
    away = np.hypot((y + 0.5) / height - 0.5, (x + 0.5) / width - 0.5)
    within = float(ring[away < 0.2].mean())
    between = float(ring[(away > 0.28) & (away < 0.36)].mean())
    if within >= _FILLED:
        return FoundMark("radio", "filled", box, _CLEAR if between < 0.5 else _UNCLEAR)
    if within <= _DOT and between < _HOLE:
        return FoundMark("radio", "empty", box, _CLEAR)
    edge = float(ring[(away > 0.42) & (away < 0.5)].mean())
    if edge >= _RING_DRAWN and between < _MARKED:
        inner = ring[height // 5 : -(height // 5), width // 5 : -(width // 5)]
        crossed = _diagonals(inner) >= _DIAGONAL
        return FoundMark("radio", "crossed" if crossed else "ticked", box, _UNCLEAR)
    return None


def _stands_alone(pieces: Boxes, box: Box) -> bool:
    """Whether no letter stands close beside a frame; what is inside it belongs to it."""
    x0, y0 = pieces[:, 0], pieces[:, 1]
    x1, y1 = x0 + pieces[:, 2], y0 + pieces[:, 3]
    beside = (np.minimum(y1, box.y1) - np.maximum(y0, box.y0)) >= 0.5 * box.height
    gap = np.maximum(x0 - box.x1, box.x0 - x1)
    own = (x0 <= box.x1) & (x1 >= box.x0)
    return not np.flatnonzero(beside & ~own & (gap < _ALONE * box.width)).size


def _is_inside(mark: FoundMark, marks: Sequence[FoundMark]) -> bool:
    """Whether a mark is what fills another one."""
    return any(
        other is not mark
        and other.box.area > mark.box.area
        and intersection(other.box, mark.box) > _SAME_SIZE * mark.box.area
        for other in marks
    )


def _is_one_of(mark: FoundMark, marks: Sequence[FoundMark]) -> bool:
    """Whether a mark is no bullet or letter: solid ones and rings need others like them."""
    if mark.kind == "checkbox" and mark.state != "filled":
        return True
    written = {"ticked", "crossed"} if mark.kind == "radio" else {"filled"}
    return any(
        other is not mark
        and other.kind == mark.kind
        and other.state not in (written if mark.state in written else ())
        and abs(other.box.width - mark.box.width) <= _SAME_SIZE * mark.box.width
        for other in marks
    )
