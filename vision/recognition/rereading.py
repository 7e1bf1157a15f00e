"""Which lines are worth a second reading: the less confident ones, and those likely to be wrong.

At the same confidence, lines differ in what a second reading gains. Of the letters that PP-OCR
corrects per millisecond, lines of listed words give a third of what lines with digits give, and
these a third of what lines with a word give that no list has. The tiny network gains most by lines
with digits, and little by other lines of pages that were read well (docs/research/profiles.md).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vision.core.stages import CropWord, LineReading, Reread
from vision.recognition.suspicious_marks import (
    has_foreign_letter,
    has_mark_within,
    has_suspicious_mark,
)

# Of 398 readings under .6 on even receipts and forms most are specks, rules and handwriting. Of
# the short ones from .5, or .45 with a digit, one in seven is print, amounts among them; long ones
# are rules, and cost most.
_MAYBE_TEXT, _MAYBE_DIGITS, _LONGEST = 0.5, 0.45, 12
# A word that no list has, read like this, is wrong in most lines, however confident the others are.
# So is a row of different marks, and a listed word that hardly stands there.
_WEAK_WORD, _WEAK_LISTED = 0.6, 0.2
_AROUND_WORDS = ".,;:!?()'\u2019\""
_MARKS = re.compile(r"(?=.*[^.\-_=*])\W{2,}")
# The confidence that a second reading of such a line needs to be taken for text.
_SURE = 0.9


@dataclass(frozen=True, slots=True)
class _Worth:
    """The doubt (1 - confidence) from which lines are read again, as shares of what `below` asks.

    Lines with digits, lines with a word that the word list lacks, and lines with both. `settled` is
    the confidence of dense pages on which lines without digits are not read again.
    """

    digits: float
    unlisted: float
    both: float
    settled: float


# Chosen on even receipts and forms.
_WORTH = _Worth(0.3, 0.04, 0.04, settled=2.0)
_WORTH_OF = {"ppocr_tiny": _Worth(0.26, 0.04, 0.12, settled=0.95)}
# Pages of fewer lines take little time, whatever is read again.
_DENSE = 30


def is_settled(readings: Sequence[LineReading], reread: Reread) -> bool:
    """Whether a page of many lines was read so well that its words need no other recogniser.

    Judged by the mean confidence of its lines by their letters.
    """
    letters = [len(reading.text) for reading in readings if reading.text]
    if len(letters) < _DENSE:
        return False
    weighted = sum(reading.confidence * len(reading.text) for reading in readings)
    return weighted / sum(letters) >= _worth(reread).settled


def drafts_of(reread: Reread) -> tuple[float, float]:
    """From and below which confidence a line is certain to be read again, whatever it holds."""
    certain = _worth(reread).settled > 1
    return (reread.at_least, reread.below) if certain else (0.0, 0.0)


def needs_another(
    reading: LineReading, languages: Sequence[str], reread: Reread, *, settled: bool = False
) -> bool:
    """Whether a line that was read first in this way is to be read by another recogniser.

    `reread.below` is what lines of listed words need; below `reread.at_least` there is no text.
    On a `settled` page only lines with digits are, and those with accents that were not read.
    """
    if settled and not (reading.accented or _has_digits(reading)):
        return False
    if reading.confidence < reread.at_least:
        return may_be_text(reading)
    suspicious = has_suspicious_mark(reading.text) or has_foreign_letter(reading.text, languages)
    unread = reading.gapped or reading.accented
    return suspicious or unread or not _is_confident(reading, reread)


def may_be_text(reading: LineReading) -> bool:
    """Whether a line that was read as noise may be print: faint, worn, or one letter in a cell."""
    text = reading.rejected
    letters = sum(letter.isalnum() for letter in text)
    least = _MAYBE_DIGITS if any(letter.isdigit() for letter in text) else _MAYBE_TEXT
    enough = letters > 1 or (letters == 1 and len(text) == 1)
    return reading.confidence >= least and enough and len(text) <= _LONGEST


def rescued(first: LineReading, second: LineReading) -> LineReading:
    """The second reading of a line that was taken for noise, if it is one of print, or no text.

    A single character must be one that was read first.
    """
    letters = sum(letter.isalnum() for letter in second.text)
    alike = letters > 1 or {second.text.casefold()} == set(first.rejected.casefold())
    return second if alike and second.confidence >= _SURE else first


def doubts_only_marks(reading: LineReading, languages: Sequence[str], reread: Reread) -> bool:
    """Whether a line that needs another recogniser needs it for a mark at one of its ends alone.

    Its words are confident, and there are neither fractions nor raised or lowered digits in it.
    So is a line that is hardly text: the lighter recogniser is enough to tell.
    """
    if reading.rejected:
        return True
    if reading.gapped or reading.accented or has_foreign_letter(reading.text, languages):
        return False
    return _is_confident(reading, reread) and not has_mark_within(reading.text)


def _is_confident(reading: LineReading, reread: Reread) -> bool:
    """Whether the words of a line need no other recogniser, whatever its marks are."""
    if any(_is_weak(word) for word in reading.words):
        return False
    most = (1 - reread.below) * _share_of_doubt(reading, _worth(reread))
    return not reread.covers(reading.confidence) and 1 - reading.confidence <= most


def is_garbled(reading: LineReading) -> bool:
    """Whether letters and marks are mixed where print is pale: several words are read as one."""
    return any(
        _is_weak(word) and not word.text.strip(_AROUND_WORDS).isalnum() for word in reading.words
    )


def _is_weak(word: CropWord) -> bool:
    if word.listed:
        return word.confidence < _WEAK_LISTED
    letters = any(character.isalnum() for character in word.text)
    return word.confidence < _WEAK_WORD and (letters or _MARKS.fullmatch(word.text) is not None)


def _share_of_doubt(reading: LineReading, worth: _Worth) -> float:
    digits = _has_digits(reading)
    if any(word.listed is False for word in reading.words):
        return worth.both if digits else worth.unlisted
    return worth.digits if digits else 1.0


def _worth(reread: Reread) -> _Worth:
    return _WORTH_OF.get(reread.second, _WORTH)


def _has_digits(reading: LineReading) -> bool:
    texts = [word.text for word in reading.words] or [reading.rejected]
    return any(letter.isdigit() for text in texts for letter in text)
