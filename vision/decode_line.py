"""What a line says: greedy where the network is sure, beam search and word lists where not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from vision.alphabet import BLANK, Alphabet, Glyph
from vision.ctc import Probabilities, Runs
from vision.ctc_beam import Hypothesis, Search
from vision.lexicon import Lexicon

_SURE = 0.9
# Words outside the dictionary cost 2.25 times as much, as in Tesseract (lstmrecognizer.cpp). Each
# step costs 0.085 there, besides -ln p of its one path; we add paths up, and .15 measures better.
_STEP_COST = 0.15
_OUTSIDE = 2.25


@dataclass(frozen=True, slots=True)
class LineDecoder:
    """Decodes the lines of one model; `lexicon` is None where it has no word list."""

    alphabet: Alphabet
    lexicon: Lexicon | None = None

    def decode(self, probabilities: Probabilities, runs: Runs) -> list[Glyph]:
        """The characters of one line, left to right as they stand in the image.

        `probabilities` [time, classes] of this line alone, `runs` its greedy reading.
        """
        glyphs = self.alphabet.glyphs(runs)
        sure = runs.probabilities.size == 0 or float(runs.probabilities.min()) >= _SURE
        if sure:
            return glyphs
        decoded: list[Glyph] = []
        done = 0
        for first, last in self._doubtful(glyphs):
            start = glyphs[first - 1].end if first else 0
            end = glyphs[last].start if last < len(glyphs) else len(probabilities)
            decoded += glyphs[done:first]
            decoded += self._searched(probabilities[start:end], start) or glyphs[first:last]
            done = last
        return decoded + glyphs[done:]

    def _doubtful(self, glyphs: Sequence[Glyph]) -> Iterator[tuple[int, int]]:
        """Stretches to look at again, as slices of `glyphs`; a sure one stands on either side."""
        bounds = self._bounds(glyphs)
        begin: int | None = None
        for left, right in pairwise(bounds):
            doubtful = any(glyph.probability < _SURE for glyph in glyphs[left + 1 : right])
            if doubtful and begin is None:
                begin = left
            if begin is not None and not doubtful:
                yield begin + 1, left
                begin = None
        if begin is not None:
            yield begin + 1, len(glyphs)

    def _bounds(self, glyphs: Sequence[Glyph]) -> list[int]:
        """Places of sure characters between which to search: blanks where words have them."""
        spaced = self.alphabet.is_plain
        sure = [
            at
            for at, glyph in enumerate(glyphs)
            if glyph.probability >= _SURE and (glyph.character == BLANK or not spaced)
        ]
        return [-1, *sure, len(glyphs)]

    def _searched(self, probabilities: Probabilities, start: int) -> list[Glyph]:
        guide = self.lexicon if self.alphabet.is_plain else None
        search = Search(probabilities, self.alphabet, guide)
        found = search.hypotheses()
        if not found:
            return []
        best = min(found, key=lambda each: self._cost(each, len(probabilities)))
        return search.glyphs(best.prefix, start)

    def _cost(self, hypothesis: Hypothesis, steps: int) -> float:
        cost = steps * _STEP_COST - hypothesis.log_probability
        if self.lexicon is None:
            return cost
        letters = outside = 0
        for word in _words(hypothesis.characters):
            letters += len(word)
            if word not in self.lexicon:
                outside += len(word)
        return cost * (1 + (_OUTSIDE - 1) * outside / max(letters, 1))


def _words(characters: Sequence[int]) -> list[tuple[int, ...]]:
    """The characters between blanks, word by word."""
    cuts = [-1, *(at for at, each in enumerate(characters) if each == BLANK), len(characters)]
    words = (tuple(characters[a + 1 : b]) for a, b in pairwise(cuts))
    return [word for word in words if word]
