"""Which pieces of ink have the size of the page's letters."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes
from vision.imaging.order import median

SMALLEST = 4  # pixels of the longer side; less is speckle
_SIZE_RANGE = (0.5, 2.5)  # of the median; more is graphics, less is dots and noise

# Leaders, dotted rules and noise can outnumber the letters. Most of the ink then lies in pieces
# at least so many times as large as the median piece, ...
_MOST_INK_ABOVE = 2.5
_INK_WITHIN = 12.0  # times the median: larger pieces are panels and drawings
_LONGEST_LETTER = 6.0  # times as long as wide: more is a rule
# Bars of bar codes and walls of combs can outnumber the letters, too: where they are so many of the
# pieces, letters are measured without them. On no page of receipts and forms are they over 0.2.
_MANY_STROKES = 0.35
# ... which is smaller than any readable letter, or a solid dot. A disc fills .79 of its box.
_READABLE = 6.0
_DOT_FILL = 0.75
_DOT_ASPECT = 1.2
_LEAST_LETTER = 0.4  # of the piece that halves the ink


def of_letter_size(pieces: Boxes, areas: Callable[[], NDArray[np.int64]]) -> Boxes:
    """The pieces of ink that have about the commonest size, dots and noise not counted.

    `areas` gives the pixels of ink of each piece; it is called only where dots are suspected.
    """
    longer = np.maximum(pieces[:, 2], pieces[:, 3])
    counted = longer >= SMALLEST
    strokes = counted & (longer >= _LONGEST_LETTER * np.minimum(pieces[:, 2], pieces[:, 3]))
    if np.count_nonzero(strokes) > _MANY_STROKES * np.count_nonzero(counted):
        counted &= ~strokes
    sizes = longer[counted]
    if not len(sizes):
        return pieces[:0]
    typical = median(sizes)
    letter = _size_of_most_ink(pieces, longer, typical)
    if letter >= _MOST_INK_ABOVE * typical and _are_dots(pieces, longer, typical, areas):
        typical = median(sizes[sizes >= _LEAST_LETTER * letter])
    low, high = (share * typical for share in _SIZE_RANGE)
    return pieces[(longer >= max(low, SMALLEST)) & (longer <= high)]


def _size_of_most_ink(pieces: Boxes, longer: NDArray[np.int32], typical: float) -> float:
    """The size of the piece that halves the ink, larger pieces weighed by their squared size."""
    like_letters = longer < _LONGEST_LETTER * np.minimum(pieces[:, 2], pieces[:, 3])
    counted = (longer >= SMALLEST) & (longer <= _INK_WITHIN * typical) & like_letters
    sizes = np.sort(longer[counted]).astype(np.float64)
    if not len(sizes):
        return 0.0
    ink = np.cumsum(sizes**2)
    return float(sizes[np.searchsorted(ink, ink[-1] / 2)])


def _are_dots(
    pieces: Boxes,
    longer: NDArray[np.int32],
    typical: float,
    areas: Callable[[], NDArray[np.int64]],
) -> bool:
    """Whether the pieces of the median size are no letters."""
    if typical <= _READABLE:
        return True
    near = (longer >= 0.5 * typical) & (longer <= 1.5 * typical)
    width, height = pieces[near, 2], pieces[near, 3]
    aspect = median(longer[near] / np.minimum(width, height))
    return bool(aspect <= _DOT_ASPECT and median(areas()[near] / (width * height)) >= _DOT_FILL)
