"""Rows of letters much smaller than the page's commonest ones: labels above large values.

The classical finder measures everything in heights of the commonest letters, and takes what is less
than half as high for specks. What no line has is therefore searched again in its own size.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes, Grey
from vision.core.stages import Letters
from vision.imaging.connected_components import mask_of
from vision.imaging.order import median
from vision.text_detection.line_extent import Extents, whole_pieces

# In heights of the page's commonest letters.
_SMALLEST, _LARGEST = 0.27, 0.62
_LEAST = 6  # pixels; less is not readable
_LEAST_TINY = 9  # less may be the dots of leaders, or of an accent
_MOST_PIECES = 2000  # more are a picture or noise
# In heights of the small letters.
_ALIKE = 0.35  # difference of heights within a word
_MIXED = 0.6  # the same, of capitals beside low letters
_WITHIN_WORD = 0.8
_WIDEST = 2.0
_FEWEST_IN_WORD = 3  # letters side by side
_FEWEST = 6  # letters in such words on the page

_FEWEST_TINY = 3  # letters in words too small to be found beside large ones
_ACROSS = 1.8  # gaps bridged between words
# Cores of lines in a mask, by the height of its letters and the gap between its words.
FindCores = Callable[[Grey, float, int], tuple[Extents, float]]


def small_lines(
    text: Letters, lines: Extents, letter: float, find_cores: FindCores
) -> tuple[Extents, float]:
    """Lines of small print that `lines` leave out, and the height of its letters; 0 for none."""
    nothing = np.zeros((0, 4))
    free = _free(text.pieces, lines, text.grey.shape)
    height = text.pieces[:, 3]
    sized = free & (height >= max(_SMALLEST * letter, _LEAST)) & (height <= _LARGEST * letter)
    sized &= text.pieces[:, 2] <= _WIDEST * height
    if not _FEWEST <= np.count_nonzero(sized) <= _MOST_PIECES:
        return nothing, 0.0
    words = _in_words(text.pieces[sized])
    if len(words) < _FEWEST:
        return nothing, 0.0
    small = median(words[:, 3])
    word_gap = round(_ACROSS * small)
    mask = mask_of(text.labels, free & (height <= _LARGEST * letter))
    cores, _ = find_cores(mask, small, word_gap)
    if not len(cores):
        return nothing, 0.0
    cores = cores[_beside_words(cores, words, small)]
    return whole_pieces(cores, text.pieces[free], small, word_gap, text.grey.shape)[0], small


def has_tiny_words(text: Letters) -> bool:
    """Whether words stand on the page that are too small for `small_lines`: names of a display."""
    letter = median(text.boxes[:, 3]) if len(text.boxes) else 0.0
    height = text.pieces[:, 3]
    tiny = (height >= _LEAST_TINY) & (height < _SMALLEST * letter)
    tiny &= text.pieces[:, 2] <= _WIDEST * height
    if not _FEWEST_TINY <= np.count_nonzero(tiny) <= _MOST_PIECES:
        return False
    return len(_in_words(text.pieces[tiny], _MIXED)) >= _FEWEST_TINY


def _free(pieces: Boxes, lines: Extents, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which pieces have their middle in no line."""
    painted = np.zeros(shape, np.bool_)
    for x0, y0, x1, y1 in lines.round().astype(int).tolist():
        painted[max(y0, 0) : y1, max(x0, 0) : x1] = True
    x, y = (pieces[:, :2] + pieces[:, 2:] // 2).T
    return np.asarray(~painted[y, x], np.bool_)


def _in_words(pieces: Boxes, unlike: float = _ALIKE) -> Boxes:
    """Those that stand in rows of three and more whose heights differ by `unlike` of the lower."""
    pieces = pieces[np.lexsort((pieces[:, 0], _rows(pieces)))]
    x, y, width, height = pieces.T.astype(np.float64)
    lower = np.minimum(height[1:], height[:-1])
    beside = (np.diff(x) > 0) & (x[1:] - (x + width)[:-1] <= _WITHIN_WORD * lower)
    beside &= np.abs(np.diff(y + height)) <= _ALIKE * lower
    beside &= np.abs(np.diff(height)) <= unlike * lower
    starts = np.flatnonzero(np.concatenate([[True], ~beside]))
    lengths = np.diff(np.append(starts, len(x)))
    return pieces[np.repeat(lengths >= _FEWEST_IN_WORD, lengths)]


def _rows(pieces: Boxes) -> NDArray[np.int64]:
    """The number of the row of each piece: their lower edges differ by little from one to next."""
    lower = pieces[:, 1] + pieces[:, 3]
    order = np.argsort(lower, kind="stable")
    steps = np.diff(lower[order], prepend=lower[order[:1]])
    rows = np.zeros(len(pieces), np.int64)
    rows[order] = np.cumsum(steps > _ALIKE / 2 * median(pieces[:, 3]))
    return rows


def _beside_words(cores: Extents, words: Boxes, small: float) -> NDArray[np.bool_]:
    """Which cores stand on the row of letters in words: a word of two letters stands beside one."""
    lower = (words[:, 1] + words[:, 3])[None, :]
    apart = np.abs(cores[:, 3][:, None] - lower)
    wide = cores[:, 2] - cores[:, 0] >= small
    return np.asarray((apart <= _ALIKE * small).any(axis=1) & wide, np.bool_)
