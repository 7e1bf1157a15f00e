"""Pages whose letters are split along a row: a dead pin of a printer, a scratch, flaps of a board.

The classical finder takes both halves for lines of their own.
"""

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes
from vision.core.stages import Letters
from vision.imaging.order import median

_FEWEST = 12  # pieces of the size of letters
_MOST = 120  # that are looked at: a sample of more
# Of them with another half right below: 0.5 where all letters are split. Of 106 receipts and forms
# one has 0.26.
_LEAST_SHARE = 0.36
# In heights of the pieces.
_GAP = 0.35  # between the halves, in rows of which there is one at least
_LOWEST = 0.4  # the other half
_SHARED = 0.6  # of the narrower half's width, that both have
_ACROSS = (0.1, 0.3, 0.5, 0.7, 0.9)  # where ink is looked for below, in widths


def has_split_letters(text: Letters) -> bool:
    """Whether a third of the pieces have another one right below them, and nothing below that.

    Where lines stand close, most have a further one below them.
    """
    if len(text.boxes) < _FEWEST:
        return False
    letter = median(text.boxes[:, 3])
    some = text.boxes[:: len(text.boxes) // _MOST + 1]
    lower = _right_below(text, some, letter)
    least = _LEAST_SHARE * len(some)
    return len(lower) >= least and len(lower) - len(_right_below(text, lower, letter)) >= least


def _right_below(text: Letters, boxes: Boxes, letter: float) -> Boxes:
    """The pieces that stand right below those that have one."""
    x, y, width, height = boxes.astype(np.int64).T
    rows, columns = text.labels.shape
    down = np.arange(max(1, round(_GAP * letter)) + 1)
    across = x[:, None] + (width[:, None] * np.array(_ACROSS)).astype(np.int64)
    below = np.minimum((y + height)[:, None, None] + down, rows - 1)
    found = text.labels[below, np.minimum(across, columns - 1)[:, :, None]].reshape(len(x), -1)
    place = np.maximum(found, 1).astype(np.int64) - 1
    left, top, wide, high = np.moveaxis(text.pieces[place].astype(np.int64), -1, 0)
    shared = np.minimum(left + wide, (x + width)[:, None]) - np.maximum(left, x[:, None])
    lower: NDArray[np.bool_] = (found > 0) & (top >= (y + height)[:, None] - 1)
    lower &= (high >= _LOWEST * letter) & (high <= letter / _LOWEST)
    lower &= shared >= _SHARED * np.minimum(wide, width[:, None])
    has_one = lower.any(axis=1)
    first = place[np.arange(len(x)), lower.argmax(axis=1)]
    return np.asarray(text.pieces[first[has_one]], np.int32)
