"""Puts a space between a number and a word whose ink is as far apart as words are.

Networks saw few pairs like `5 V` and `12 a.m.` in training, and write `5V` with full confidence and
often without any hint of a space.
"""

import re
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vision.recognition.lstm.charset import SPACE, Alphabet, Glyph
from vision.recognition.lstm.ink_gaps import gaps_after

# Between a digit and a letter, and behind a comma that does not stand within a number; behind a
# stop only where a letter follows the number of a line: `7. e4`.
_DIGIT, _LETTER = r"\d", r"[^\W\d_]"
_PLACES = re.compile(
    rf"(?<={_DIGIT})(?={_LETTER})|(?<={_LETTER})(?={_DIGIT})|(?<={_LETTER},)(?=[^\W_])"
    rf"|(?<={_DIGIT},)(?={_LETTER})|(?<=^{_DIGIT}\.)(?={_LETTER})"
)
_FIRST = re.compile(r"[\d,]")  # most lines have none, and this is seen in a tenth of the time
# In heights of the line's tall letters. In 14 typefaces (18 to 36 pixels an em, clean and blurred)
# it found 298 of 324 lost spaces and no false one; .3 found 10 more and three false ones.
_LEAST = 0.36
# In lines without neighbours of one class, which show how far letters are apart, and beside a `1`,
# which has much room on both sides in most typefaces.
_ALONE = 0.42
_OF_LETTERS = 1.3  # of the gap that nine of ten such neighbours have at most
_OF_SPACES = 0.6  # of the line's median gap between words
_OF_A_STOP = 0.5  # typewriting has about as much room before a stop as behind it
_TALL, _MOST = 0.9, 90  # a quantile, a percentile
_CONFIDENT = 0.7  # specks and halves of letters have less


def part_numbers(
    glyphs: list[Glyph], ink: NDArray[np.int32], frame: tuple[float, float], alphabet: Alphabet
) -> list[Glyph]:
    """The characters of a line with spaces between numbers and words that stand apart.

    The arguments are those of `word_segmentation.part_words`.
    """
    text = "".join([alphabet.characters[glyph.character][0] for glyph in glyphs])
    first = _FIRST.search(text)
    if first is None or not len(ink):
        return glyphs
    before = max(first.start() - 1, 0)
    places = [found.start() - 1 for found in _PLACES.finditer(text, before)]
    if not places:
        return glyphs
    gaps = gaps_after(glyphs, ink, *frame)
    heights = np.sort(ink[:, 3] - ink[:, 1])
    tall = float(heights[int(_TALL * (len(heights) - 1))])
    places = [at for at in places if gaps[at] >= _LEAST * tall]
    if not places:
        return glyphs
    least = _least_gap(text, gaps, tall)
    parted = list(glyphs)
    for at in reversed(places):
        one, other = glyphs[at], glyphs[at + 1]
        sure = min(one.probability, other.probability)
        narrowest = max(least, _ALONE * tall) if "1" in text[at : at + 2] else least
        if gaps[at] < narrowest or sure < _CONFIDENT:
            continue
        if text[at] in ",." and gaps[at - 1] > _OF_A_STOP * gaps[at]:
            continue
        parted.insert(at + 1, Glyph(SPACE, min(one.end, other.start), other.start, sure))
    return parted


def _least_gap(text: str, gaps: NDArray[np.float64], tall: float) -> float:
    """How wide a gap must be, judged by the line's gaps between letters, and between words."""
    pairs = list(enumerate(pairwise(text)))
    alike = [gaps[at] for at, (one, other) in pairs if _are_alike(one, other)]
    between = [gaps[at] for at, (_, other) in pairs if other == " "]
    within = _OF_LETTERS * float(np.percentile(alike, _MOST)) if alike else _ALONE * tall
    return max(_LEAST * tall, within, _OF_SPACES * float(np.median(between)) if between else 0.0)


def _are_alike(one: str, other: str) -> bool:
    if one == "1" or other == "1":
        return False
    return (one.isalpha() and other.isalpha()) or (one.isdigit() and other.isdigit())
