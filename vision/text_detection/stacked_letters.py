"""Text that runs up the page: a finder of level lines finds each of its letters as a line."""

import numpy as np
from numpy.typing import NDArray

from vision.text_detection.line_extent import Extents

# In heights of the page's commonest letters.
_WIDEST = 2.2  # of a line of letters on their side, with room around it
_ASIDE = 0.5  # between the middles of neighbours
_GAP = 0.4  # between neighbours with their room: less than between lines of a column
_SPACE = 1.6  # to what follows text that runs up: a space, narrow letters not found
_FEWEST, _SHORTEST = 4, 4.5  # letters, and how far they reach
# A column of single digits, set close, has the other columns' entries beside it.
_SAME_ROW, _ALIKE = 0.8, 1.8  # shares of a letter's height: overlap, and the entry's height
_MOST_BESIDE = 0.8  # of a chain's letters


def part_stacked(lines: Extents, letter: float) -> tuple[Extents, Extents]:
    """The level lines, and boxes of text that runs up or down: chains of letters close together."""
    tall = [chain for chain in _chains(lines, letter) if _is_text(lines[chain], lines, letter)]
    if not tall:
        return lines, lines[:0]
    boxes = [_extended(_around(lines[chain]), lines, letter) for chain in tall]
    level: NDArray[np.bool_] = np.ones(len(lines), np.bool_)
    for box in boxes:
        level &= ~_inside(lines, box)
    return lines[level], np.unique(np.array(boxes), axis=0)


def _around(lines: Extents) -> Extents:
    return np.concatenate([lines[:, :2].min(axis=0), lines[:, 2:].max(axis=0)])


def _extended(box: Extents, lines: Extents, letter: float) -> Extents:
    """A box of text that runs up, with what follows and precedes it in its column."""
    while True:
        room = np.array([-_ASIDE, -_SPACE, _ASIDE, _SPACE]) * letter
        column = (lines[:, 0] >= box[0] + room[0]) & (lines[:, 2] <= box[2] + room[2])
        near = column & (lines[:, 3] >= box[1] + room[1]) & (lines[:, 1] <= box[3] + room[3])
        grown = _around(np.vstack([lines[near], box]))
        if np.array_equal(grown, box):
            return np.asarray(box)
        box = grown


def _inside(lines: Extents, box: Extents) -> NDArray[np.bool_]:
    inside = (lines[:, :2] >= box[:2]) & (lines[:, 2:] <= box[2:])
    return np.asarray(inside.all(axis=1), np.bool_)


def _is_text(chain: Extents, lines: Extents, letter: float) -> bool:
    if len(chain) < _FEWEST or chain[:, 3].max() - chain[:, 1].min() < _SHORTEST * letter:
        return False
    top, foot = chain[:, 1, None], chain[:, 3, None]
    shared = np.minimum(foot, lines[:, 3]) - np.maximum(top, lines[:, 1])
    alike = lines[:, 3] - lines[:, 1] <= _ALIKE * (foot - top)
    beside = alike & (shared >= _SAME_ROW * (foot - top))
    return bool((beside.sum(axis=1) > 1).mean() < _MOST_BESIDE)  # each is beside itself


def _chains(lines: Extents, letter: float) -> list[NDArray[np.int64]]:
    """Places of narrow lines, each the next one's upper neighbour."""
    narrow = np.flatnonzero(lines[:, 2] - lines[:, 0] <= _WIDEST * letter)
    narrow = narrow[np.argsort(lines[narrow, 1], kind="stable")]
    middles = (lines[narrow, 0] + lines[narrow, 2]) / 2
    gaps = lines[narrow, 1] - lines[narrow, 3][:, None]  # from the row's foot to the column's top
    close = (np.abs(middles - middles[:, None]) <= _ASIDE * letter) & (gaps <= _GAP * letter)
    below = np.triu(close & (lines[narrow, 1] > lines[narrow, 1][:, None]), 1)
    chain = np.arange(len(narrow))
    for place in range(1, len(narrow)):
        above = np.flatnonzero(below[:, place])
        if len(above):
            chain[place] = chain[above[-1]]
    return [narrow[chain == first] for first in np.unique(chain)]
