"""Text that runs up the page: a finder of level lines finds each of its letters as a line."""

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes
from vision.imaging.order import median
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
_AROUND = _ROOM[[1, 0, 3, 2]]  # around text that runs up
_WIDER = 1.5  # times as wide as text that runs up: no letter of it
# Fewer letters run up where each is wider than high, as upright digits are not, ...
_FEW, _SHORT, _ON_SIDE = 3, 2.5, (1.15, 3.0)
# ... or where they begin, end or have their middle beside text that runs up, as heads of columns.
_PAIR, _LEVEL_WITH, _UPRIGHT = 2, 1.0, 1.8
# The grain of wood has hundreds of chains, each of which could grow over the whole page.
_MOST, _STEPS = 40, 20
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
    chains = _chains(roomy, letter)
    close = [chain for chain in chains if _is_set_close(cores[chain], letter)]
    close = sorted(close, key=len, reverse=True)[:_MOST]
    pieces = pieces[pieces[:, 2:].max(axis=1) >= _LEAST_MARK * letter]
    ink = np.hstack([pieces[:, :2], pieces[:, :2] + pieces[:, 2:]])
    level, boxes = lines, list[Extents]()
    for _ in range(2):  # the letters of one label are no entries beside the other
        tall = [
            chain
            for chain in close
            if _is_text(roomy[chain], level, letter, on_side=_on_side(cores[chain]))
        ]
        boxes = [_extended(_around(cores[chain]), ink, letter) for chain in tall]
        level = _outside(lines, boxes, letter)
        if not tall or len(tall) == len(close):
            break
    if not boxes:
        return lines, lines[:0]
    pairs = [chain for chain in chains if len(chain) >= _PAIR]
    pairs = pairs if len(pairs) <= _MOST else []
    others = [_extended(_around(cores[pair]), ink, letter) for pair in pairs]
    others = [box for box in others if _is_level_with(box, np.array(boxes), letter)]
    rest = _outside(level, others, letter)
    beside = [box for box in others if not _has_beside(box, rest)]
    level = _outside(level, beside, letter)
    return level, _distinct([*boxes, *beside]) + _AROUND * letter


def _distinct(boxes: list[Extents]) -> Extents:
    """The boxes without those that lie in one before: parts of one text reach equally far."""
    kept: list[Extents] = []
    for box in boxes:
        if not any(_inside(box[None], each).any() for each in kept):
            kept.append(box)
    return np.array(kept)


def _outside(lines: Extents, boxes: list[Extents], letter: float) -> Extents:
    """The lines without those that are parts of text in these boxes."""
    level: NDArray[np.bool_] = np.ones(len(lines), np.bool_)
    for box in boxes:
        level &= ~_inside(lines, box + _AROUND * letter)
    return lines[level]


def _is_level_with(box: Extents, tall: Extents, letter: float) -> bool:
    """Whether high boxes begin, end or have their middle in the same row."""
    ends, theirs = box[[1, 3]], tall[:, [1, 3]]
    places = np.append(ends, ends.mean())
    others = np.column_stack([theirs, theirs.mean(axis=1)])
    aligned = bool((np.abs(others - places) <= _LEVEL_WITH * letter).any())
    return aligned and box[3] - box[1] >= _UPRIGHT * (box[2] - box[0])


def _has_beside(box: Extents, lines: Extents) -> bool:
    shared = np.minimum(box[3], lines[:, 3]) - np.maximum(box[1], lines[:, 1])
    return bool((shared >= _SAME_ROW * (lines[:, 3] - lines[:, 1])).any())


def _around(lines: Extents) -> Extents:
    return np.concatenate([lines[:, :2].min(axis=0), lines[:, 2:].max(axis=0)])


def _extended(box: Extents, lines: Extents, letter: float) -> Extents:
    """A box of text that runs up, with what follows and precedes it in its column."""
    for _ in range(_STEPS):
        room = np.array([-_ASIDE, -_SPACE, _ASIDE, _SPACE]) * letter
        column = (lines[:, 0] >= box[0] + room[0]) & (lines[:, 2] <= box[2] + room[2])
        near = column & (lines[:, 3] >= box[1] + room[1]) & (lines[:, 1] <= box[3] + room[3])
        grown = _around(np.vstack([lines[near], box]))
        if np.array_equal(grown, box):
            break
        box = grown
    return np.asarray(box)


def _inside(lines: Extents, box: Extents) -> NDArray[np.bool_]:
    middles = (lines[:, :2] + lines[:, 2:]) / 2
    inside = (middles >= box[:2]) & (middles <= box[2:])
    narrow = lines[:, 2] - lines[:, 0] <= _WIDER * (box[2] - box[0])
    return np.asarray(inside.all(axis=1) & narrow, np.bool_)


def _is_set_close(chain: Extents, letter: float) -> bool:
    """Whether these have the size of letters, and gaps as those within words: not between lines."""
    if len(chain) < _FEW or (len(chain) < _FEWEST and not _on_side(chain)):
        return False
    size = median(chain[:, 2] - chain[:, 0])
    gaps = chain[1:, 1] - chain[:-1, 3]
    return size >= _SMALLEST * letter and median(gaps) <= _CLOSE * size


def _on_side(chain: Extents) -> bool:
    """Whether all of these are wider than high, but no dashes."""
    width, height = chain[:, 2] - chain[:, 0], chain[:, 3] - chain[:, 1]
    shares = width / height
    low, high = _ON_SIDE
    return bool(shares.min() >= 1 and median(shares) >= low and shares.max() <= high)


def _is_text(chain: Extents, lines: Extents, letter: float, *, on_side: bool) -> bool:
    shortest = _SHORT if on_side else _SHORTEST
    if chain[:, 3].max() - chain[:, 1].min() < shortest * letter:
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
    order = np.argsort(chain, kind="stable")
    starts = np.flatnonzero(np.diff(chain[order])) + 1
    return np.split(narrow[order], starts) if len(order) else []
