"""Decodes a line: greedily where the network is confident, else by a search with word lists."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from vision.recognition.common.ctc_greedy import Probabilities, Runs
from vision.recognition.lstm.beam_search import FOLLOWED, Search
from vision.recognition.lstm.charset import SPACE, Alphabet, Glyph
from vision.recognition.lstm.dawg_lexicon import Lexicon

CONFIDENT = 0.9
# A listed word whose letters are all this likely is what the search would find: skipping it saves
# two fifths of the searches and changes word F1 by .0007 at most.
_PLAIN = 0.5
# Lines with a lower mean probability are noise, long and ambiguous: searching them took a third of
# a page's CPU time (291 ms instead of 184 on receipts) and changed its word F1 by .001.
_HOPELESS = 0.6
_REMEMBERED = 100_000  # words that were looked up


@dataclass(frozen=True, slots=True)
class LineDecoder:
    """Decodes the lines of one model; `lexicon` is None where that has no word list.

    Words whose characters all have the probability `confident` are not searched; a search follows
    the `followed` likeliest classes of each step. With `lists_only` its result is taken only
    where more letters stand in listed words then: numbers, names and marks stay as they were read.
    """

    alphabet: Alphabet
    lexicon: Lexicon | None = None
    confident: float = CONFIDENT
    followed: int = FOLLOWED
    lists_only: bool = False
    _looked_up: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    def decode(
        self, probabilities: Probabilities, runs: Runs, draft: tuple[float, float] = (0.0, 0.0)
    ) -> list[Glyph]:
        """The characters of one line, left to right as in the image.

        `probabilities` [time, classes] of this line alone, `runs` its greedy reading, which is kept
        where its confidence is from `draft[0]` to below `draft[1]`.
        """
        glyphs = self.alphabet.glyphs(runs)
        if not glyphs or not self._is_worth_a_search(runs):
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
            found = self._searched(probabilities[start:end], start)
            decoded += found if self._is_better(found, glyphs[first:last]) else glyphs[first:last]
            done = last
        return decoded + glyphs[done:]

    def listed_share(self, words: Sequence[str]) -> float:
        """The share of letters that belong to listed words, 0 without a list or letters.

        Lists of right-to-left scripts spell words from left to right, as in the image.
        """
        if self.lexicon is None:
            return 0.0
        listed = [word for word in words if self.lists(word)]
        return sum(map(len, listed)) / max(sum(map(len, words)), 1)

    def lists(self, word: str) -> bool:
        """Whether the word is listed, as it is or from right to left."""
        known = self._looked_up.get(word)
        if known is None:
            known = self._is_listed(word) or self._is_listed(word[::-1])
            if len(self._looked_up) < _REMEMBERED:
                self._looked_up[word] = known
        return known

    def _is_better(self, found: Sequence[Glyph], read: Sequence[Glyph]) -> bool:
        if not self.lists_only:
            return bool(found)
        return self._listed_letters(found) > self._listed_letters(read)

    def _listed_letters(self, glyphs: Sequence[Glyph]) -> int:
        names = self.alphabet.characters
        return sum(
            len(word)
            for word in _words(glyphs)
            if self.lexicon and word in self.lexicon and any(names[at].isalpha() for at in word)
        )

    def _is_plain(self, glyphs: Sequence[Glyph]) -> bool:
        """Whether a part consists of listed words likely enough to win any search."""
        if self.lexicon is None or min(glyph.probability for glyph in glyphs) < _PLAIN:
            return False
        return all(word in self.lexicon for word in _words(glyphs))

    def _is_listed(self, word: str) -> bool:
        ids = [self.alphabet.ids.get(letter) for letter in word]
        known = [each for each in ids if each is not None]
        return self.lexicon is not None and len(known) == len(ids) and known in self.lexicon

    def _doubtful(self, glyphs: Sequence[Glyph]) -> Iterator[tuple[int, int]]:
        """Parts to search, as slices of `glyphs`, each between two confident characters."""
        bounds = self._bounds(glyphs)
        chances = [glyph.probability for glyph in glyphs]
        begin: int | None = None
        for left, right in pairwise(bounds):
            doubtful = min(chances[left + 1 : right], default=1.0) < self.confident
            if doubtful and begin is None:
                begin = left
            if begin is not None and not doubtful:
                yield begin + 1, left
                begin = None
        if begin is not None:
            yield begin + 1, len(glyphs)

    def _bounds(self, glyphs: Sequence[Glyph]) -> list[int]:
        """Indices of confident characters between which to search: spaces, if there are any."""
        confident = [
            at
            for at, glyph in enumerate(glyphs)
            if glyph.probability >= self.confident
            and (glyph.character == SPACE or not self.alphabet.spaced)
        ]
        return [-1, *confident, len(glyphs)]

    def _is_worth_a_search(self, runs: Runs) -> bool:
        chances = runs.probabilities
        return min(chances) < self.confident and sum(chances) >= _HOPELESS * len(chances)

    def _searched(self, probabilities: Probabilities, start: int) -> list[Glyph]:
        lexicon = self.lexicon if self.alphabet.spaced else None
        search = Search(probabilities, self.alphabet, lexicon, self.followed)
        found = search.hypotheses()
        return search.glyphs(found[0].prefix, start) if found else []


def _words(glyphs: Sequence[Glyph]) -> list[list[int]]:
    """The character ids of each word."""
    words: list[list[int]] = [[]]
    for glyph in glyphs:
        if glyph.character != SPACE:
            words[-1].append(glyph.character)
        elif words[-1]:
            words.append([])
    return words if words[-1] else words[:-1]


def mean_probability(glyphs: Sequence[Glyph]) -> float:
    """The confidence of a line: the mean probability of its characters except spaces."""
    chances = [glyph.probability for glyph in glyphs if glyph.character != SPACE]
    return sum(chances) / len(chances) if chances else 0.0
