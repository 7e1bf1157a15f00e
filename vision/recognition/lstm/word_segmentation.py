"""Splits words that a network ran together, where their ink is as far apart as words are.

Old books and tight columns have narrow gaps that were rare in training. There the network gives a
space a probability too low to be read, yet higher than between the letters of a word.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vision.recognition.lstm.charset import SPACE, Alphabet, Glyph
from vision.recognition.lstm.dawg_lexicon import Lexicon
from vision.recognition.lstm.ink_gaps import gaps_after

# Chosen on every second page; half or double the first, or .4 or 1.0 for the others, read about the
# same (docs/research/recognition.md).
_HINT = 0.005  # a space's probability; less than .001 is usual within words
# ... beside a word of one letter, such as `a`: in held-out faces seven of seven such gaps with this
# hint were true, and of eleven without it none.
_FAINT = 0.001
_OF_SPACES = 0.5  # of the line's median gap between words
_OF_A_SPACE = 0.8  # of it, where the word is listed: lists have some pairs of words, as `inthe`
_OF_LETTERS = 1.3  # of the gap that nine of ten pairs of letters within words have at most
_LONE_OF_SPACES, _LONE_OF_LETTERS = 0.85, 1.6  # the same beside a word of one letter
_MOST = 90
_FEWEST = 3  # spaces of a line that show how wide one is
_SHORTEST = 2  # letters of a listed word that shows where another one ends
_CONFIDENT = 0.7  # misread words are better left in one piece than in two


def part_words(
    glyphs: list[Glyph],
    spaces: NDArray[np.float32],
    ink: NDArray[np.int32],
    frame: tuple[float, float],
    alphabet: Alphabet,
    lexicon: Lexicon | None,
) -> list[Glyph]:
    """The characters of a line, as in the image, with spaces where two words were read as one.

    `spaces` [time] is the probability of a space at each step, `ink` as `ink_boxes` gives it,
    `frame` the crop's height and a step's width in its pixels. Words stay whole that are listed or
    have a letter of low confidence; so do numbers, and lines that have hardly any spaces.
    """
    if sum(glyph.character == SPACE for glyph in glyphs) < _FEWEST:
        return glyphs
    faint = _hinted(glyphs, spaces, alphabet)
    hinted = [at for at in faint if _space_after(glyphs, at, spaces) >= _HINT]
    lone = [at for at in faint if _is_beside_letter(glyphs, at, lexicon)]
    if not hinted and not lone:
        return glyphs
    places = [at for at in hinted if _is_doubtful(_word_around(glyphs, at), lexicon)]
    gaps = gaps_after(glyphs, ink, *frame)
    least = _least_gap(glyphs, gaps, hinted) if places else np.inf
    wide = {at for at in places if gaps[at] > least}
    between = _between(glyphs, gaps)
    likely = [
        at for at in hinted if gaps[at] > between * (_OF_SPACES if at in places else _OF_A_SPACE)
    ]
    wide |= _between_listed(glyphs, likely, gaps, lexicon)
    if lone:
        within = _usual_gap(glyphs, gaps, faint)
        least = max(_LONE_OF_SPACES * between, _LONE_OF_LETTERS * within)
        wide.update(at for at in lone if gaps[at] >= least)
    return _split(glyphs, wide, spaces)


def _split(glyphs: Sequence[Glyph], places: set[int], spaces: NDArray[np.float32]) -> list[Glyph]:
    split = list(glyphs)
    for at in sorted(places, reverse=True):
        start, end = glyphs[at].end, glyphs[at + 1].start
        space = Glyph(SPACE, min(start, end), end, _space_after(glyphs, at, spaces))
        split.insert(at + 1, space)
    return split


def _space_after(glyphs: Sequence[Glyph], at: int, spaces: NDArray[np.float32]) -> float:
    """The highest probability of a space from this character to the end of the next."""
    return float(spaces[glyphs[at].start : glyphs[at + 1].end].max())


def _is_beside_letter(glyphs: Sequence[Glyph], at: int, lexicon: Lexicon | None) -> bool:
    """Whether a word falls into a listed one and a single letter that is listed as a word."""
    first, last = _bounds_around(glyphs, at)
    lone = at in (first, last - 2)
    if lexicon is None or not lone or last - first <= _SHORTEST:
        return False
    if min(glyph.probability for glyph in glyphs[first:last]) < _CONFIDENT:
        return False
    parts = glyphs[first : at + 1], glyphs[at + 1 : last]
    return all([each.character for each in part] in lexicon for part in parts)


def _between_listed(
    glyphs: Sequence[Glyph],
    places: Sequence[int],
    gaps: NDArray[np.float64],
    lexicon: Lexicon | None,
) -> set[int]:
    """Those of the places that part a word into listed words of two letters and more.

    How far letters within words are apart tells nothing in a line with a letter-spaced word.
    """
    found: set[int] = set()
    for first, last in _words(glyphs):
        own = [at for at in places if first <= at < last - 1]
        widest = max(own, key=lambda at: float(gaps[at]), default=first)
        for chosen in (own, [widest]) if own else ():
            bounds = [first, *(at + 1 for at in chosen), last]
            if all(_is_listed(glyphs[start:end], lexicon) for start, end in pairwise(bounds)):
                found.update(chosen)
                break
    return found


def _words(glyphs: Sequence[Glyph]) -> Iterator[tuple[int, int]]:
    """Where words begin and end."""
    spaces = [at for at, glyph in enumerate(glyphs) if glyph.character == SPACE]
    for before, after in pairwise([-1, *spaces, len(glyphs)]):
        yield before + 1, after


def _is_listed(word: Sequence[Glyph], lexicon: Lexicon | None) -> bool:
    return (
        lexicon is not None
        and len(word) >= _SHORTEST
        and [each.character for each in word] in lexicon
    )


def _hinted(glyphs: Sequence[Glyph], spaces: NDArray[np.float32], alphabet: Alphabet) -> list[int]:
    """Indices of letters followed by another, with some probability of a space in between."""
    hints = [0, *np.cumsum(spaces >= _FAINT).tolist()]
    names = alphabet.characters
    return [
        at
        for at, (one, other) in enumerate(pairwise(glyphs))
        if hints[other.end] > hints[one.start]
        and names[one.character].isalpha()
        and names[other.character].isalpha()
    ]


def _word_around(glyphs: Sequence[Glyph], at: int) -> Sequence[Glyph]:
    first, last = _bounds_around(glyphs, at)
    return glyphs[first:last]


def _bounds_around(glyphs: Sequence[Glyph], at: int) -> tuple[int, int]:
    first, last = at, at + 1
    while first and glyphs[first - 1].character != SPACE:
        first -= 1
    while last < len(glyphs) and glyphs[last].character != SPACE:
        last += 1
    return first, last


def _is_doubtful(word: Sequence[Glyph], lexicon: Lexicon | None) -> bool:
    """Whether letters of high confidence spell no listed word."""
    if min(glyph.probability for glyph in word) < _CONFIDENT:
        return False
    return lexicon is None or [glyph.character for glyph in word] not in lexicon


def _least_gap(glyphs: Sequence[Glyph], gaps: NDArray[np.float64], hinted: Sequence[int]) -> float:
    """How wide a gap must be to separate words, judged by the other gaps of the line."""
    usual = _usual_gap(glyphs, gaps, hinted)
    return max(_OF_SPACES * _between(glyphs, gaps), _OF_LETTERS * usual)


def _usual_gap(glyphs: Sequence[Glyph], gaps: NDArray[np.float64], hinted: Sequence[int]) -> float:
    """What nine of ten pairs of letters within words have at most."""
    return float(np.percentile(list(_within(glyphs, gaps, hinted)) or [np.inf], _MOST))


def _between(glyphs: Sequence[Glyph], gaps: NDArray[np.float64]) -> float:
    """The line's median gap between words."""
    between = [
        gaps[at] for at, (_, after) in enumerate(pairwise(glyphs)) if after.character == SPACE
    ]
    return float(np.median(between))


def _within(
    glyphs: Sequence[Glyph], gaps: NDArray[np.float64], hinted: Sequence[int]
) -> Iterator[float]:
    """Gaps between letters of one word without a hint of a space."""
    for at, (one, other) in enumerate(pairwise(glyphs)):
        if SPACE not in (one.character, other.character) and at not in hinted:
            yield float(gaps[at])
