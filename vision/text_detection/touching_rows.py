"""Rows of letters that touch: close lines whose ascenders and descenders leave no empty row."""

import numpy as np

from vision.core.arrays import Boxes, Grey
from vision.imaging.connected_components import ink_of_rows, label

# In heights of the page's commonest letters.
_LEAST_ROW = 0.6
_LETTER = 0.5  # lower pieces are dots, dashes and rests of rules
_OVERLAP = 0.2  # letters may reach so far into the other row
# Of the width of all letters: those that cross both rows, and those of each row. Letters of one
# row of large type cross its middle.
_MOST_CROSSING, _LEAST_OF_A_ROW = 0.25, 0.25
_FEWEST = 4  # letters of a row


def part_touching(
    ink: Grey, row: tuple[int, int], letter: float, highest: float
) -> list[tuple[int, int]]:
    """The rows of letters, start and end (exclusive), within one row of `ink` [height, width].

    `letter` is the height of the page's commonest letters in pixels. Only rows of more than
    `highest` letters may be several.
    """
    top, bottom = row
    if bottom - top <= highest * letter:
        return [row]
    cut = _cut(ink[top:bottom], letter)
    if cut is None:
        return [row]
    halves = ((top, top + cut), (top + cut, bottom))
    return [each for half in halves for each in part_touching(ink, half, letter, highest)]


def _cut(ink: Grey, letter: float) -> int | None:
    """The emptiest row of pixels with letters above and below it; None where letters cross it."""
    least = round(_LEAST_ROW * letter)
    profile = ink_of_rows(ink)[least : len(ink) - least]
    if not len(profile):
        return None
    cut = least + int(profile.argmin())
    return cut if _are_rows(label(ink)[1], cut, letter) else None


def _are_rows(pieces: Boxes, cut: int, letter: float) -> bool:
    letters = pieces[pieces[:, 3] >= _LETTER * letter]
    top, bottom = letters[:, 1], letters[:, 1] + letters[:, 3]
    above = bottom <= cut + _OVERLAP * letter
    below = top >= cut - _OVERLAP * letter
    if min(np.count_nonzero(above), np.count_nonzero(below)) < _FEWEST:
        return False
    widths = letters[:, 2]
    crossing = widths[~above & ~below].sum()
    least = min(widths[above].sum(), widths[below].sum())
    total = widths.sum()
    return bool(crossing <= _MOST_CROSSING * total and least >= _LEAST_OF_A_ROW * total)
