"""How much of the true text a reading found."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

# Chinese and Japanese are written without blanks: each of their characters counts as a word.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# What truths of old print write and no program does: for our umlauts a small e above a vowel, in
# private code points (Medieval Unicode Font Initiative) or by itself; Arabic's stretching stroke.
_FOLDED = str.maketrans({
    "\ue42c": "ä", "\ue644": "ö", "\ue72b": "ü", "\u0364": "\u0308", "\u0640": None,
})  # fmt: skip
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")


@dataclass(frozen=True, slots=True)
class WordScore:
    """Counts of words over one or many pages; scores add up, so that F1 is micro-averaged."""

    matched: int = 0
    found: int = 0
    true: int = 0

    def __add__(self, other: "WordScore") -> "WordScore":
        return WordScore(
            self.matched + other.matched, self.found + other.found, self.true + other.true
        )

    @property
    def precision(self) -> float:
        """Share of the found words that are true; 1 where nothing was found."""
        return self.matched / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the true words that were found; 1 where there are none."""
        return self.matched / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where nothing was to be found and was not."""
        total = self.found + self.true
        return 2 * self.matched / total if total else 1.0


def words_of(text: str) -> list[str]:
    """Unbroken runs of letters and digits, in any script, without regard to case.

    Punctuation counts for nothing, neither when read nor when missed: `R&D` is two words, `12.50`
    is two, and so are two Chinese characters. Ground truths write blanks and rules in too many
    ways to compare more.
    """
    return _TOKEN.findall(folded(text).casefold())


def folded(text: str) -> str:
    """The text with letters that only differ in how they are encoded written alike (NFC)."""
    return unicodedata.normalize("NFC", text.translate(_FOLDED))


def score_words(found: str, true: str) -> WordScore:
    """Compares two texts as bags of words: the order of lines is not judged here."""
    found_words, true_words = Counter(words_of(found)), Counter(words_of(true))
    return WordScore((found_words & true_words).total(), found_words.total(), true_words.total())


def total(scores: Iterable[WordScore]) -> WordScore:
    """The micro-average: each word weighs the same, whatever page it is on."""
    return sum(scores, WordScore())


def edit_distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Fewest insertions, deletions and substitutions between two sequences (Levenshtein).

    A row at a time: what was reached by an insertion is the least of all to its left, each plus its
    distance.
    """
    numbers = {each: at for at, each in enumerate(dict.fromkeys((*one, *other)))}
    across = np.array([numbers[each] for each in other], np.int64)
    steps = np.arange(len(other) + 1)
    row = steps
    for at, each in enumerate(one, 1):
        direct = np.minimum(row[1:] + 1, row[:-1] + (across != numbers[each]))
        row = np.minimum.accumulate(np.concatenate([[at], direct]) - steps) + steps
    return int(row[-1])


def character_error_rate(found: str, true: str) -> float:
    """Edits needed per true character, white space squeezed; may exceed 1.

    Without a true text it is 0 if nothing was found, else 1.
    """
    found, true = " ".join(found.split()), " ".join(true.split())
    if not true:
        return float(bool(found))
    return edit_distance(found, true) / len(true)
