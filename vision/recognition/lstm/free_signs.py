"""Puts a space beside a sign whose ink is as far from its neighbour as words are from each other.

Networks saw few pairs like `= -1` in training and write `=-1`, though they noticed the gap.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vision.recognition.lstm.charset import SPACE, Alphabet, Glyph
from vision.recognition.lstm.ink_gaps import gaps_after

_DASHES = frozenset("-\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}")  # inside a word they join it
_FREE = _DASHES | frozenset("=+*<>&\N{MULTIPLICATION SIGN}\N{DIVISION SIGN}")
_OF_NUMBERS = frozenset("+-\N{MINUS SIGN}\N{PLUS-MINUS SIGN}")  # belong to the digit that follows
# A space's probability: in three typefaces it was at most .004 between a sign and its own number,
# and at least .014 between free signs.
_HINT = 0.005
# In heights of the line's tall letters. Spaces have .26 and more, of signs .37 to .56; a sign and
# its own number .22 at most.
_LEAST_GAP = 0.33
_TALL = 90  # percentile of the heights of a line's pieces of ink


def part_free_signs(
    glyphs: list[Glyph],
    spaces: NDArray[np.float32],
    ink: NDArray[np.int32],
    frame: tuple[float, float],
    alphabet: Alphabet,
) -> list[Glyph]:
    """The characters of a line with spaces beside signs that stand free.

    The arguments are those of `word_segmentation.part_words`.
    """
    names = [alphabet.characters[glyph.character] for glyph in glyphs]
    if _FREE.isdisjoint(names):
        return glyphs
    places = [at for at in range(len(glyphs) - 1) if _may_part(names, at)]
    if not places or not len(ink):
        return glyphs
    least = _LEAST_GAP * float(np.percentile(ink[:, 3] - ink[:, 1], _TALL))
    gaps = gaps_after(glyphs, ink, *frame)
    parted = list(glyphs)
    for at in reversed(places):
        start, end = glyphs[at].start, glyphs[at + 1].end
        hint = float(spaces[start:end].max(initial=0.0))
        if hint >= _HINT and gaps[at] >= least:
            between = glyphs[at].end, glyphs[at + 1].start
            parted.insert(at + 1, Glyph(SPACE, min(between), between[1], hint))
    return parted


def _may_part(names: Sequence[str], at: int) -> bool:
    """Whether the characters at `at` and after it may be a free sign and its neighbour."""
    one, other = names[at], names[at + 1]
    if " " in (one, other):
        return False
    if one in _OF_NUMBERS and other.isdigit():
        return False
    if one in _DASHES:
        return at == 0 or names[at - 1] == " "
    return one in _FREE or (other in _FREE and other not in _DASHES)
