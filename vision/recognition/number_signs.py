"""Minus signs that recognisers leave out: ink at a number's ends that has the shape of a dash.

Recognisers drop a thin or blurred dash at the end of a line and are certain of the digits that are
left, so that a refund becomes a charge. The dash is in the image of the line, or just before it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey
from vision.core.document import Box
from vision.core.stages import CropWord, LineCrop, LineReading
from vision.imaging.connected_components import connected_pieces
from vision.imaging.grey import grey_of
from vision.recognition.marks.window import measured

MINUS = "-"
# A number without a sign, or with one that was read as a mark of the same shape.
_BARE = re.compile(r"[~_\u00ac]?[$\u00a3\u20ac\u00a5]?[.,]?\d")
_DIGIT = re.compile(r"\d")
_ENDS_BARE = re.compile(r"\d$")
_DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2212~_=\u00ac")

_LEAST_CONTRAST = 24  # grey values between the ink of a line and its paper
# Where a dash is looked for first, in heights of the word: at the ends of its box and beside it;
# and the rows that a dash leaves clear, as shares of the height.
_INSIDE, _BESIDE = 0.18, 0.3
_CLEAR = (0.3, 0.85)
_TALL = 0.6  # of a word's tallest piece: a digit, no stop or comma
# In heights of the digit beside the dash.
_WIDTH, _HEIGHT = (0.2, 1.1), (0.03, 0.34)
_MIDDLE = (0.38, 0.75)  # from the digit's top
_GAP = 0.7
_APART = 0.3  # from the dash to what stands on its other side
_CLOSER = 1.6  # so many times farther away than the number
_SPECK = 0.12
_STACKED = 0.5  # of the narrower piece's width: two pieces of one digit
_FLAT = 1.4  # times as wide as high
_SOLID = 0.55  # share of its box that is ink
# A 4 whose bar is broken has a dash beside it, mostly nearer than a sign stands.
_BROKEN = "4"
_BROKEN_GAP = 0.18

Pieces = NDArray[np.int32]  # [N, 5]: x0, y0, x1, y1, pixels; x counts from the start of the crop


class _Dash(Enum):
    """Whether a minus sign stands beside a number."""

    NONE = 0
    POSSIBLE = 1
    CERTAIN = 2


def with_lost_signs(crop: LineCrop, reading: LineReading) -> LineReading:
    """The reading with the minus signs that stand before its numbers, where their shape is certain.

    Words beside any other dash that was not read become incomplete. Lines that do not run from left
    to right stay as they are.
    """
    words = reading.words
    if not _DIGIT.search(reading.text) or reading.text != " ".join(word.text for word in words):
        return reading
    wanted = [at for at in range(len(words)) if _may_lack_sign(crop, words, at)]
    if not wanted:
        return reading
    pieces = _pieces_of(crop)
    signed = tuple(
        _signed(at, words, pieces) if at in wanted else word for at, word in enumerate(words)
    )
    return replace(reading, words=signed, text=" ".join(word.text for word in signed))


def _may_lack_sign(crop: LineCrop, words: Sequence[CropWord], at: int) -> bool:
    """A cheap test that few numbers pass without a dash beside them."""
    ends = _bare_ends(words, at)
    return any(ends) and _has_ink_as_dash(crop, words[at].box, *ends)


def _bare_ends(words: Sequence[CropWord], at: int) -> tuple[bool, bool]:
    """Whether word `at` begins, and ends, with a digit that no dash was read beside."""
    text = words[at].text
    before = words[at - 1].text[-1] if at else ""
    behind = words[at + 1].text[0] if at + 1 < len(words) else ""
    return (
        bool(_BARE.match(text)) and before not in _DASHES,
        bool(_ENDS_BARE.search(text)) and behind not in _DASHES,
    )


def _has_ink_as_dash(crop: LineCrop, box: Box, first: bool, last: bool) -> bool:
    """Whether ink at the ends asked for lies at the middle of the word's height alone.

    Judged by the green pixels in thin slices within the box and beside it.
    """
    x0, y0, x1, y1 = (round(edge) for edge in box)
    slices = crop.pixels[max(y0, 0) : y1, :, 1]
    word = np.ascontiguousarray(slices[:, max(x0, 0) : x1])
    if not word.size:
        return False
    between = (int(word.min()) + int(word.max())) / 2
    light = bool(word.mean() < between)
    inside, beside = max(round(_INSIDE * (y1 - y0)), 1), max(round(_BESIDE * (y1 - y0)), 1)
    parts = []
    if first:
        left = slices[:, max(x0 - beside, 0) : max(x0, 0)]
        if not left.size and crop.before is not None:
            left = crop.before[max(y0, 0) : y1, -beside:, 1]
        parts += [word[:, : x0 + inside - max(x0, 0)], left]
    if last:
        parts += [slices[:, x1 - inside : x1], slices[:, x1 : x1 + beside]]
    return any(_is_flat(_rows(part, between, light)) for part in parts)


def _rows(part: Grey, between: float, light: bool) -> list[bool]:
    """Which rows of pixels have ink."""
    if not part.size:
        return [False] * len(part)
    rows = part.max(axis=1) > between if light else part.min(axis=1) < between
    return list(rows.tolist())


def _is_flat(rows: list[bool]) -> bool:
    """Whether there is ink, and none in the upper and the lowest rows."""
    upper, lowest = (int(share * len(rows)) for share in _CLEAR)
    return any(rows) and not any(rows[:upper]) and not any(rows[lowest:])


def _pieces_of(crop: LineCrop) -> Pieces:
    """The connected ink of a line and of what stands before it; none where there is no contrast."""
    start = 0 if crop.before is None else crop.before.shape[1]
    grey, levels = measured(crop)
    if crop.before is not None:
        grey = np.hstack([grey_of(crop.before), grey])
    if levels.paper - levels.ink < _LEAST_CONTRAST:
        return np.zeros((0, 5), np.int32)
    ink = levels.ink_in(grey)
    _, pieces = connected_pieces(ink.view(np.uint8))
    pieces[:, 2:4] += pieces[:, :2]
    pieces[:, [0, 2]] -= start
    return pieces


def _signed(at: int, words: Sequence[CropWord], pieces: Pieces) -> CropWord:
    """Word `at` with its sign, or marked as incomplete."""
    word = words[at]
    first, last = _bare_ends(words, at)
    if first:
        found = _dash_before(_nearest(word, pieces), word.text[0], pieces)
        if found is _Dash.CERTAIN and word.text[0] not in _DASHES:
            return replace(word, text=MINUS + word.text, characters=())
        if found is not _Dash.NONE:
            return replace(word, incomplete=True)
    if last:
        mirrored = _mirrored(pieces)
        x0, y0, x1, y1 = word.box
        digit = _nearest(replace(word, box=Box(-x1, y0, -x0, y1)), mirrored)
        found = _dash_before(digit, word.text[-1], mirrored)
        return replace(word, incomplete=word.incomplete or found is not _Dash.NONE)
    return word


def _mirrored(pieces: Pieces) -> Pieces:
    return np.column_stack([-pieces[:, 2], pieces[:, 1], -pieces[:, 0], pieces[:, 3:]])


def _nearest(word: CropWord, pieces: Pieces) -> Pieces:
    """The first digit of a word, [1, 5]; nothing where the word has no ink."""
    middles = (pieces[:, 0] + pieces[:, 2]) / 2
    own = pieces[(middles >= word.box.x0) & (middles <= word.box.x1)]
    heights = own[:, 3] - own[:, 1]
    own = _joined(own[own[:, 0].argsort(kind="stable")], _TALL * heights.max(initial=0))
    return own[:1]


def _joined(pieces: Pieces, tall: float) -> Pieces:
    """Those as high as `tall`, from left to right, after pieces above each other were joined."""
    joined: list[list[int]] = []
    for x0, y0, x1, y1, ink in pieces.tolist():
        if joined and _is_above(joined[-1], (x0, x1)):
            a, b, c, d, before = joined[-1]
            joined[-1] = [min(a, x0), min(b, y0), max(c, x1), max(d, y1), before + ink]
        else:
            joined.append([x0, y0, x1, y1, ink])
    digits = [each for each in joined if each[3] - each[1] >= tall]
    return np.array(digits, np.int32).reshape(-1, 5)


def _is_above(piece: Sequence[int], other: tuple[int, int]) -> bool:
    shared = min(piece[2], other[1]) - max(piece[0], other[0])
    return shared > _STACKED * min(piece[2] - piece[0], other[1] - other[0])


def _dash_before(first: Pieces, read: str, pieces: Pieces) -> _Dash:
    """What stands left of the first digit, which was read as `read`."""
    if not len(first):
        return _Dash.NONE
    digit = first[0]
    height = int(digit[3] - digit[1])
    near = _left_of(digit, pieces)
    gap = int(digit[0] - near[0, 2]) if len(near) else height
    if gap > _GAP * height or not _is_dash(near[0], digit):
        return _Dash.NONE
    if read in _BROKEN and gap < _BROKEN_GAP * height:
        return _Dash.POSSIBLE
    if len(near) == 1:
        return _Dash.CERTAIN
    apart = int(near[0, 0] - near[1, 2])
    if _is_dash(near[1], digit) and apart < height:
        return _Dash.NONE  # a row of dashes
    clear = apart >= max(_APART * height, _CLOSER * gap)
    return _Dash.CERTAIN if clear else _Dash.POSSIBLE


def _left_of(digit: NDArray[np.int32], pieces: Pieces) -> Pieces:
    """The pieces on the rows of a digit and left of it, the nearest first."""
    longer = (pieces[:, 2:4] - pieces[:, :2]).max(axis=1, initial=0)
    rows = (pieces[:, 3] > digit[1]) & (pieces[:, 1] < digit[3])
    large = longer >= _SPECK * (digit[3] - digit[1])
    near = pieces[rows & large & (pieces[:, 2] <= digit[0])]
    return np.asarray(near[near[:, 2].argsort(kind="stable")][::-1], np.int32)


def _is_dash(piece: NDArray[np.int32], digit: NDArray[np.int32]) -> bool:
    width, thickness, height = piece[2] - piece[0], piece[3] - piece[1], digit[3] - digit[1]
    middle = (piece[1] + piece[3]) / 2 - digit[1]
    return bool(
        _WIDTH[0] * height <= width <= _WIDTH[1] * height
        and _HEIGHT[0] * height <= thickness <= _HEIGHT[1] * height
        and width >= _FLAT * thickness
        and _MIDDLE[0] * height <= middle <= _MIDDLE[1] * height
        and piece[4] >= _SOLID * width * thickness
    )
