"""What the words of a reading say of its language: whether it is the one that was asked for.

Networks read other languages of their script mostly right, accents apart, and with confidence. But
few words are then in their word list, and short words of the other language abound.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vision.core.stages import LineCrop, LineReading
from vision.recognition.language_id import COMMON_WORDS, SCRIPTS, known_shares

_LEAST_LETTERS = 3  # of a word that is worth looking up
# The share of letters in words of the word list, of pages with so many words. English pages have
# .68 and more, German ones of the 15th to 18th century .35; other languages and scripts read as
# English .07 to .67, half of them under .25.
_FEW_LISTED, _DOUBTFUL, _SOME_LISTED, _FEWEST_WORDS = 0.3, 0.45, 0.7, 10
# By how much another language has more letters in its common words. English pages have up to .03 in
# those of some other language; letters in 14 other languages .04 to .26.
_MORE_COMMON, _FEWEST_LETTERS = 0.04, 120
# Where few words are listed: letters of another script, misread, have up to .07 in short words of
# some language.
_STILL_MORE_COMMON, _FAR_MORE_COMMON = 0.02, 0.1
# Letters and digits for each line height of text. Pages in the right script have 1.16 and more.
_FEW_LETTERS = 0.8
_CLOSE = 0.9  # of the best share: neighbours among which the installed one is named


@dataclass(frozen=True, slots=True)
class Evidence:
    """Shares of a reading's letters, 0 to 1, and how many there are.

    `listed` are in words of the word list; None where too few were looked up. The `rival` language
    is `ahead` by so much in common words of those asked for. `density` is letters and digits for
    each line height of text.
    """

    listed: float | None
    rival: str
    ahead: float
    density: float
    letters: int

    @property
    def other_language(self) -> str:
        """Another language of the same script whose words the page shows; empty for none."""
        if self.letters < _FEWEST_LETTERS:
            return ""
        if self.listed is not None and self.listed >= _SOME_LISTED:
            return ""
        least = _STILL_MORE_COMMON if self.few_listed else _MORE_COMMON
        return self.rival if self.ahead >= least else ""

    @property
    def is_settled(self) -> bool:
        """Whether the words show that the languages asked for are right."""
        return self.mostly_listed and not self.other_language and not self.few_letters

    @property
    def is_clear(self) -> bool:
        """Whether `other_language` needs no look at the script."""
        return self.ahead >= (_FAR_MORE_COMMON if self.is_doubtful else _MORE_COMMON)

    @property
    def few_listed(self) -> bool:
        """Whether hardly any word is one of the languages asked for."""
        return self.listed is not None and self.listed < _FEW_LISTED

    @property
    def is_doubtful(self) -> bool:
        """Whether words or letters are so few that the script should be looked at."""
        few_words = self.listed is not None and self.listed < _DOUBTFUL
        return few_words or self.density < _FEW_LETTERS

    @property
    def mostly_listed(self) -> bool:
        """Whether the words are those of the languages asked for."""
        return self.listed is not None and self.listed >= _SOME_LISTED - 0.1

    @property
    def few_letters(self) -> bool:
        """Whether the lines have fewer letters than any text would."""
        return self.density < _FEW_LETTERS


def evidence_of(
    crops: Sequence[LineCrop],
    readings: Sequence[LineReading],
    languages: Sequence[str],
    installed: Sequence[str],
) -> Evidence:
    """What these readings, in `languages`, show; of rivals that are close an installed one."""
    rivals = _rivals(languages)
    shares = known_shares(readings, {*languages, *rivals})
    own = max((shares[code] for code in languages), default=0.0)
    shares = {code: shares[code] for code in rivals}
    best = max(shares.values(), default=0.0)
    close = [code for code, share in shares.items() if share >= _CLOSE * best]
    rival = next((code for code in close if code in installed), close[0] if close else "")
    lengths = sum(crop.pixels.shape[1] / crop.pixels.shape[0] for crop in crops)
    text = "".join(reading.text for reading in readings)
    return Evidence(
        _listed_share(readings),
        rival,
        shares.get(rival, 0.0) - own,
        sum(map(str.isalnum, text)) / max(lengths, 1.0),
        sum(map(str.isalpha, text)),
    )


def _rivals(languages: Sequence[str]) -> list[str]:
    """Other languages of the scripts asked for whose common words are known."""
    scripts = {SCRIPTS.get(code) for code in languages}
    if not all(COMMON_WORDS.get(code) for code in languages):
        return []
    return [
        code
        for code, words in COMMON_WORDS.items()
        if words and SCRIPTS[code] in scripts and code not in languages
    ]


def _listed_share(readings: Sequence[LineReading]) -> float | None:
    looked_up = [
        word
        for reading in readings
        for word in reading.words
        if word.listed is not None and sum(map(str.isalpha, word.text)) >= _LEAST_LETTERS
    ]
    if len(looked_up) < _FEWEST_WORDS:
        return None
    letters = sum(len(word.text) for word in looked_up)
    return sum(len(word.text) for word in looked_up if word.listed) / letters
