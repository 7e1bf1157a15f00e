"""Bounds how many lines of a page are read: noise and dust can give thousands of one piece each."""

import numpy as np

from vision.core.document import PageWarning
from vision.text_detection.line_extent import Extents

# Recognisers take 2 to 20 ms for a line. A newspaper page has about 1,500 lines, nearly all of them
# of several letters; tables of single digits with more cells than _MANY are rare.
_MOST_LINES = 3000
_MANY = 600
_LONE = 2.5  # heights of the page's commonest letters: wider lines hold several
_MOSTLY_LONE = 0.7


def bounded(cores: Extents, letter: float) -> tuple[Extents, int]:
    """The lines that are to be read, in their order, and how many are left out.

    Where hundreds of lines are mostly single pieces, single pieces are no evidence of text.
    """
    width = cores[:, 2] - cores[:, 0]
    lone = width < _LONE * letter
    kept = cores
    if len(cores) > _MANY and lone.mean() > _MOSTLY_LONE:
        kept, width = cores[~lone], width[~lone]
    if len(kept) > _MOST_LINES:
        kept = kept[np.sort(np.argsort(-width, kind="stable")[:_MOST_LINES])]
    return kept, len(cores) - len(kept)


def warnings_of(left_out: int, found: int) -> tuple[PageWarning, ...]:
    """The page's warning where lines were left out of those found."""
    if not left_out:
        return ()
    message = (
        f"{left_out} of {found} lines found look like noise and were not"
        " read: clean the picture, or set lines to 'learned'."
    )
    return (PageWarning("too_many_lines", message),)
