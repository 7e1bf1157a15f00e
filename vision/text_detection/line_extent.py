"""How far lines reach: each as far as the whole pieces of ink that stand on its row.

Lines are found by their tall letters, with specks and thin strokes removed. Full stops, hyphens,
minus signs, bullets, dots and the tops of single tall letters would be cut off with those.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes
from vision.text_detection.grown_lines import join_grown

Extents = NDArray[Any]  # [n, 4]: x0, y0, x1, y1, in whole pixels or in parts of them

# In heights of the page's commonest letters.
_LEAST_MARK = 0.12  # less is dust; full stops have 0.2
_SMALL_MARK = 0.3
_REACH_OF_SMALL = 1.0  # from a line's end to a stop, a quote, a dot of an ellipsis
_REACH = 2.2  # to a bullet, a dash, an equals sign
_LOWEST, _NARROWEST = 0.45, 0.3  # lines
_MARK = (0.7, 1.0)  # height and width: less is a bullet or a dash, no line
_SINGLE = 1.3  # width of a line of one letter
_LONE = 0.7  # height of a letter or digit that stands alone, of which too little was found
_ABOVE, _BESIDE = 0.25, 0.15  # room around a line: less above turns I into i, more costs word F1
_TIGHT = 0.05  # room above and below single tall or hanging letters
_ROOM = 0.35  # above and below a line, where dots and accents have their middles
# In heights of the line.
_FLAT = 2.5  # times as wide as high
_FOOT = 0.2
_HIGHEST = 1.75  # higher pieces touch another line
_MOST_GROWTH = 0.7  # of a line of low letters by one tall or one hanging letter
_SAME = 0.8  # of the lower line's height and of the narrower one's width: found twice

_AT_ONCE = 256  # lines or pieces compared with lines: all at once would fill the memory
_MOST_BY_CHANCE = 0.03  # pieces of dust within reach of a line's end


def whole_pieces(
    cores: Extents, pieces: Boxes, letter: float, word_gap: int, shape: tuple[int, int]
) -> tuple[Extents, float]:
    """The lines `cores` grown by the whole pieces on their rows, and how dusty the page is.

    Lines have room around them, in pixels of an image of `shape` (rows, columns), as `cores`;
    those found twice become one, and so do those that grew towards each other as near as
    `word_gap`, by the full stop between two words of typewriting. Dust is the number of pieces that
    would lie within reach of a line's end by chance.
    """
    longer = pieces[:, 2:].max(axis=1)
    pieces = pieces[longer >= max(_LEAST_MARK * letter, 2)]
    owners, free = _owners(cores, pieces, letter, shape)
    reaches, dust = _reaches(pieces, owners, letter, free)
    lines, _ = _grown(cores, cores, pieces, owners, reaches, letter)
    # What is still no more than a mark belongs to a line beside it, and so does a single letter: of
    # typewriting, whose words stand far apart. The second time lines reach from what they took the
    # first time: to the end of an ellipsis.
    more = ~(_marks(lines, letter) | _single_beside(lines, letter, reaches.max(initial=0.0)))
    lines, cores = lines[more], cores[more]
    if not len(lines):
        return lines, dust
    owners, free = _owners(lines, pieces, letter, shape)
    reaches, dust = _reaches(pieces, owners, letter, free)
    lines, tallest = _grown(lines, cores, pieces, owners, reaches, letter)
    lines, cores, tallest = join_grown(lines, cores, tallest, word_gap, letter)
    size = cores[:, 2:] - cores[:, :2]
    found = (size[:, 1] >= _LOWEST * letter) & (size[:, 0] >= _NARROWEST * letter)
    whole = (lines[:, 2] - lines[:, 0] >= _NARROWEST * letter) & (tallest >= _LONE * letter)
    return _without_doubles(_with_room(lines, cores, letter, shape)[found | whole]), dust


def _marks(lines: Extents, letter: float) -> NDArray[np.bool_]:
    width, height = lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]
    return (height < _MARK[0] * letter) & (width < _MARK[1] * letter)


def _single_beside(lines: Extents, letter: float, reach: float) -> NDArray[np.bool_]:
    """Lines of one letter with a longer line on their row, within `reach` of one of their ends."""
    single = lines[:, 2] - lines[:, 0] < _SINGLE * letter
    longer = lines[~single]
    found = np.zeros(len(lines), np.bool_)
    places = np.flatnonzero(single)
    for first in range(0, len(places), _AT_ONCE):
        block = places[first : first + _AT_ONCE]
        x0, y0, x1, y1 = lines[block].T[:, :, None]
        apart = np.maximum(longer[:, 0] - x1, x0 - longer[:, 2])
        shared = np.minimum(y1, longer[:, 3]) - np.maximum(y0, longer[:, 1])
        found[block] = ((apart <= reach) & (shared >= _SAME * (y1 - y0))).any(axis=1)
    return found


def _with_room(lines: Extents, cores: Extents, letter: float, shape: tuple[int, int]) -> Extents:
    """The lines with room around them; above and below less where single pieces rise and hang.

    A character that stands alone is read worse without all of its room.
    """
    rows, columns = shape
    roomy = lines + np.array([-_BESIDE, -_TIGHT, _BESIDE, _TIGHT]) * letter
    alone = lines[:, 2] - lines[:, 0] < _SINGLE * letter
    whole = np.where(alone[:, None], lines, cores)
    roomy[:, 1] = np.minimum(roomy[:, 1], whole[:, 1] - _ABOVE * letter)
    roomy[:, 3] = np.maximum(roomy[:, 3], whole[:, 3] + _ABOVE * letter)
    # Crops are whole pixels: of small letters the fractions would be much of the room.
    roomy[:, ::2] = roomy[:, ::2].round()
    return np.clip(roomy, 0, [columns, rows, columns, rows])


def _reaches(
    pieces: Boxes, owners: NDArray[np.int64], letter: float, free: int
) -> tuple[NDArray[np.float64], float]:
    """From how far each piece is taken into a line: not at all where its like is mostly dust.

    `free` is the number of pixels that belong to no line. What lies there shows how often a piece
    of dust stands beside a line by chance; of larger marks that number is returned too.
    """
    small = pieces[:, 2:].max(axis=1) < _SMALL_MARK * letter
    reaches = np.zeros(len(pieces))
    by_chance = 0.0
    for like, reach in ((small, _REACH_OF_SMALL), (~small, _REACH)):
        dust = np.count_nonzero(like & (owners < 0)) / max(free, 1)
        by_chance = dust * reach * letter**2
        reaches[like] = reach * letter if by_chance <= _MOST_BY_CHANCE else 0.0
    return reaches, by_chance


def _grown(
    lines: Extents,
    cores: Extents,
    pieces: Boxes,
    owners: NDArray[np.int64],
    reaches: NDArray[np.float64],
    letter: float,
) -> tuple[Extents, NDArray[Any]]:
    """The lines with the pieces that they own within reach, and the height of the highest."""
    ends = np.hstack([pieces[:, :2], pieces[:, :2] + pieces[:, 2:]])
    height = np.maximum(cores[:, 3] - cores[:, 1], letter)[owners]
    distance = np.maximum(lines[owners, 0] - ends[:, 2], ends[:, 0] - lines[owners, 2])
    taken = (owners >= 0) & (distance <= reaches) & (pieces[:, 3] <= _HIGHEST * height)
    taken &= ~_underlines(pieces, cores[owners])
    at, ends = owners[taken], ends[taken]
    grown, tallest = lines.copy(), cores[:, 3] - cores[:, 1]
    np.maximum.at(tallest, at, pieces[taken, 3])
    np.minimum.at(grown[:, 0], at, ends[:, 0])
    np.maximum.at(grown[:, 2], at, ends[:, 2])
    # Underlines and dust below a line are no part of its height.
    crossing = (ends[:, 1] < cores[at, 3]) & (ends[:, 3] > cores[at, 1])
    np.minimum.at(grown[:, 1], at[crossing], ends[crossing, 1])
    np.maximum.at(grown[:, 3], at[crossing], ends[crossing, 3])
    most = (_MOST_GROWTH * np.maximum(cores[:, 3] - cores[:, 1], letter)).astype(np.int32)
    grown[:, 1] = np.maximum(grown[:, 1], cores[:, 1] - most)
    grown[:, 3] = np.minimum(grown[:, 3], cores[:, 3] + most)
    return grown, tallest


def _underlines(pieces: Boxes, cores: Extents) -> NDArray[np.bool_]:
    """Flat pieces in the lowest part of their line: rests of a rule, where dashes stand higher."""
    flat = pieces[:, 2] >= _FLAT * pieces[:, 3]
    middle = pieces[:, 1] + pieces[:, 3] / 2
    return flat & (middle > cores[:, 3] - _FOOT * (cores[:, 3] - cores[:, 1]))


def _owners(
    lines: Extents, pieces: Boxes, letter: float, shape: tuple[int, int]
) -> tuple[NDArray[np.int64], int]:
    """The line on or beside which each piece has its middle, and how many pixels no line has.

    A piece between two lines belongs to the nearer one; -1 stands for no line.
    """
    rows, columns = shape
    x = np.minimum(pieces[:, 0] + pieces[:, 2] // 2, columns - 1)
    y = np.minimum(pieces[:, 1] + pieces[:, 3] // 2, rows - 1)
    one, other = _claimants(lines, x, y, letter)
    apart = [_apart(lines, pieces, owners) for owners in (one, other)]
    owners = np.where(apart[0] < apart[1], one, other)
    return owners, _pixels_without_line(lines, letter, shape)


def _claimants(
    lines: Extents, x: NDArray[np.int32], y: NDArray[np.int32], letter: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The last and the first line that has the best claim to each point; -1 for none.

    The best is that it lies on the line, then that it is near, then that it is on the line's row.
    """
    last, first = np.full(len(x), -1), np.full(len(x), -1)
    order = np.argsort(y, kind="stable")
    around = round(_ROOM * letter)
    for start in range(0, len(order), _AT_ONCE):
        block = order[start : start + _AT_ONCE]
        least, most = int(y[block[0]]) - around, int(y[block[-1]]) + around
        near = np.flatnonzero((lines[:, 1] <= most) & (lines[:, 3] > least))
        if not len(near):
            continue
        claims = _claims(lines[near], x[block, None], y[block, None], letter)
        best = claims == np.maximum(claims.max(axis=1), 1)[:, None]
        claimed = best.any(axis=1)
        last[block[claimed]] = near[len(near) - 1 - best[claimed, ::-1].argmax(axis=1)]
        first[block[claimed]] = near[best[claimed].argmax(axis=1)]
    return last, first


def _claims(
    lines: Extents, x: NDArray[np.int32], y: NDArray[np.int32], letter: float
) -> NDArray[np.uint8]:
    """How good a claim each line has to each point [n, 1]: 3 the best, 0 none."""
    x0, y0, x1, y1 = lines.T
    aside = [round(each * letter) for each in (_REACH, _REACH_OF_SMALL / 2)]
    around = round(_ROOM * letter)
    row = (y >= y0) & (y < y1)
    beside = row & (x >= x0 - aside[0]) & (x < x1 + aside[0])
    near = (y >= y0 - around) & (y < y1 + around) & (x >= x0 - aside[1]) & (x < x1 + aside[1])
    on = row & (x >= x0) & (x < x1)  # then it is near and beside it, too
    claims = np.maximum(beside.view(np.uint8), near.view(np.uint8) * np.uint8(2))
    return np.asarray(claims + on.view(np.uint8), np.uint8)


def _pixels_without_line(lines: Extents, letter: float, shape: tuple[int, int]) -> int:
    """How many pixels are neither on a line nor beside one."""
    painted = np.zeros(shape, np.uint8)
    for beside, around in ((_REACH, 0.0), (_REACH_OF_SMALL / 2, _ROOM)):
        aside, down = round(beside * letter), round(around * letter)
        wider = np.maximum(lines + np.array([-aside, -down, aside, down]), 0)
        for x0, y0, x1, y1 in wider.tolist():
            painted[y0:y1, x0:x1] = 1
    return int(painted.size - cv2.countNonZero(painted))


def _apart(lines: Extents, pieces: Boxes, owners: NDArray[np.int64]) -> NDArray[Any]:
    """How far each piece lies beside its line."""
    own = lines[owners]
    return np.asarray(
        np.maximum(own[:, 0] - pieces[:, 0] - pieces[:, 2], pieces[:, 0] - own[:, 2]).clip(0)
    )


def _without_doubles(lines: Extents) -> Extents:
    """Lines that overlap along one row become one: fragments of a letter grew to all of it."""
    lines = lines[np.argsort(lines[:, 1], kind="stable")]
    merged, gone = lines.copy(), np.zeros(len(lines), np.bool_)
    for first in range(0, len(lines), _AT_ONCE):
        block = lines[first : first + _AT_ONCE]
        end = int(np.searchsorted(lines[:, 1], block[:, 3].max()))
        pairs = np.argwhere(np.triu(_alike(block, lines[first:end]), 1)) + first
        for one, other in pairs.tolist():
            merged[other, :2] = np.minimum(merged[one, :2], merged[other, :2])
            merged[other, 2:] = np.maximum(merged[one, 2:], merged[other, 2:])
            gone[one] = True
    return merged[~gone]


def _alike(some: Extents, others: Extents) -> NDArray[np.bool_]:
    """Whether each of some lines and each of others are the same line, found twice."""
    (x0, y0, x1, y1), (u0, v0, u1, v1) = some.T[:, :, None], others.T
    across = np.minimum(x1, u1) - np.maximum(x0, u0)
    down = np.minimum(y1, v1) - np.maximum(y0, v0)
    lower, narrower = np.minimum(y1 - y0, v1 - v0), np.minimum(x1 - x0, u1 - u0)
    return np.asarray((across >= _SAME * narrower) & (down >= _SAME * lower), np.bool_)
