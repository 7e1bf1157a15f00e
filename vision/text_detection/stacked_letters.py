"""Text that runs up the page: a finder of level lines finds each of its letters as a line."""

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes
from vision.text_detection.line_extent import Extents

# In heights of the page's commonest letters.
_WIDEST = 2.2  # of a line of letters on their side, with room around it
_ASIDE = 0.5  # between the middles of neighbours
_GAP = 0.4  # between neighbours with their room: less than between lines of a column
_SPACE = 1.6  # to what follows text that runs up: a space, narrow letters not found
# Slivers at a page's edge are narrower; the gaps between digits in a column have .8 of their width
# and more, those between the letters of 30 labels up the margins of forms .35 at most.
_SMALLEST, _CLOSE = 0.4, 0.4
_FEWEST, _SHORTEST = 4, 4.5  # letters, and how far they reach
_LEAST_MARK = 0.12  # less is dust
_ROOM = np.array([-0.15, -0.25, 0.15, 0.25])  # around a line: left, above, right, below
_WIDER = 1.5  # times as wide as text that runs up: no letter of it
# A column of single digits, set close, has the other columns' entries beside it.
_SAME_ROW, _ALIKE = 0.8, 1.8  # shares of a letter's height: overlap, and the entry's height
_MOST_BESIDE = 0.8  # of a chain's letters


def part_stacked(
    lines: Extents, cores: Extents, pieces: Boxes, letter: float
) -> tuple[Extents, Extents]:
    """The level lines, and boxes of text that runs up or down: chains of letters close together.

    `cores` are what the finder found before marks were left out: a low letter on its side is no
    more than a mark. `pieces` are the ink of the page: x, y, width, height.
    """
    roomy = cores + _ROOM * letter
    tall = [
        chain
        for chain in _chains(roomy, letter)
        if _is_set_close(cores[chain], letter) and _is_text(roomy[chain], lines, letter)
    ]
    if not tall:
        return lines, lines[:0]
    pieces = pieces[pieces[:, 2:].max(axis=1) >= _LEAST_MARK * letter]
    ink = np.hstack([pieces[:, :2], pieces[:, :2] + pieces[:, 2:]])
    boxes = [_extended(_around(cores[chain]), ink, letter) for chain in tall]
    boxes = [box + _ROOM[[1, 0, 3, 2]] * letter for box in boxes]
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
    middles = (lines[:, :2] + lines[:, 2:]) / 2
    inside = (middles >= box[:2]) & (middles <= box[2:])
    narrow = lines[:, 2] - lines[:, 0] <= _WIDER * (box[2] - box[0])
    return np.asarray(inside.all(axis=1) & narrow, np.bool_)


def _is_set_close(chain: Extents, letter: float) -> bool:
    """Whether these have the size of letters, and gaps as those within words: not between lines."""
    if len(chain) < _FEWEST:
        return False
    size = float(np.median(chain[:, 2] - chain[:, 0]))
    gaps = chain[1:, 1] - chain[:-1, 3]
    return size >= _SMALLEST * letter and float(np.median(gaps)) <= _CLOSE * size


def _is_text(chain: Extents, lines: Extents, letter: float) -> bool:
    if chain[:, 3].max() - chain[:, 1].min() < _SHORTEST * letter:
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
