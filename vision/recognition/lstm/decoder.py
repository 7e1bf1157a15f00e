"""What a line says: greedy where the network is sure, beam search and word lists where not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from vision.recognition.common.ctc_greedy import Probabilities, Runs
from vision.recognition.lstm.beam_search import Search
from vision.recognition.lstm.charset import SPACE, Alphabet, Glyph
from vision.recognition.lstm.dawg_lexicon import Lexicon

_SURE = 0.9
# A listed word whose letters are all this likely is what the search finds: without it two fifths
# of the searches are spared, and word F1 moves by .0007 at most.
_PLAIN = 0.5
# Lines read less surely than this on the whole are noise, long and full of choices: searching them
# took a third of a page's CPU time (291 to 184 ms on receipts) and moved its word F1 by .001.
_HOPELESS = 0.6


@dataclass(frozen=True, slots=True)
class LineDecoder:
    """Decodes the lines of one model; `lexicon` is None where it has no word list."""

    alphabet: Alphabet
    lexicon: Lexicon | None = None

    def decode(
        self, probabilities: Probabilities, runs: Runs, draft: tuple[float, float] = (0.0, 0.0)
    ) -> list[Glyph]:
        """The characters of one line, left to right as they stand in the image.

        `probabilities` [time, classes] of this line alone, `runs` its greedy reading, which will do
        where its confidence is from `draft[0]` to below `draft[1]`.
        """
        glyphs = self.alphabet.glyphs(runs)
        if not glyphs or not _worth_a_search(runs):
            return glyphs
        if draft[0] <= mean_probability(glyphs) < draft[1]:
            return glyphs
        decoded: list[Glyph] = []
        done = 0
        for first, last in self._doubtful(glyphs):
            if self._is_plain(glyphs[first:last]):
                continue
            start = glyphs[first - 1].end if first else 0
            end = glyphs[last].start if last < len(glyphs) else len(probabilities)
            decoded += glyphs[done:first]
            decoded += self._searched(probabilities[start:end], start) or glyphs[first:last]
            done = last
        return decoded + glyphs[done:]

    def listed_share(self, words: Sequence[str]) -> float:
        """The share of the letters that stand in listed words, 0 without a list or letters.

        Lists of right-to-left scripts spell words as they stand in the image.
        """
        if self.lexicon is None:
            return 0.0
        listed = [word for word in words if self._is_listed(word) or self._is_listed(word[::-1])]
        return sum(map(len, listed)) / max(sum(map(len, words)), 1)

    def _is_plain(self, glyphs: Sequence[Glyph]) -> bool:
        """Whether a stretch is made of listed words, read likely enough to win any search."""
        if self.lexicon is None or min(glyph.probability for glyph in glyphs) < _PLAIN:
            return False
        letters = groupby(glyphs, lambda glyph: glyph.character == SPACE)
        words = [[glyph.character for glyph in word] for blank, word in letters if not blank]
        return all(word in self.lexicon for word in words)

    def _is_listed(self, word: str) -> bool:
        ids = [self.alphabet.ids.get(letter) for letter in word]
        known = [each for each in ids if each is not None]
        return self.lexicon is not None and len(known) == len(ids) and known in self.lexicon

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
        sure = [
            at
            for at, glyph in enumerate(glyphs)
            if glyph.probability >= _SURE and (glyph.character == SPACE or not self.alphabet.spaced)
        ]
        return [-1, *sure, len(glyphs)]

    def _searched(self, probabilities: Probabilities, start: int) -> list[Glyph]:
        lexicon = self.lexicon if self.alphabet.spaced else None
        search = Search(probabilities, self.alphabet, lexicon)
        found = search.hypotheses()
        return search.glyphs(found[0].prefix, start) if found else []


def mean_probability(glyphs: Sequence[Glyph]) -> float:
    """How sure a line was read: the mean of its characters' probabilities, blanks apart."""
    chances = [glyph.probability for glyph in glyphs if glyph.character != SPACE]
    return sum(chances) / len(chances) if chances else 0.0


def _worth_a_search(runs: Runs) -> bool:
    doubtful = float(runs.probabilities.min()) < _SURE
    return doubtful and float(runs.probabilities.mean()) >= _HOPELESS
