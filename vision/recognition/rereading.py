"""Which lines are worth a second reading: the less confident ones, and those likely to be wrong.

At the same confidence, lines differ in what a second reading gains. Of the letters that PP-OCR
corrects per millisecond, lines of listed words give a third of what lines with digits give, and
these a third of what lines with a word give that no list has (docs/research/profiles.md).
"""

from collections.abc import Sequence

from vision.core.stages import LineReading, Reread
from vision.recognition.suspicious_marks import (
    has_foreign_letter,
    has_mark_within,
    has_suspicious_mark,
)

# The doubt (1 - confidence) from which lines with digits, and lines with a word that the word list
# lacks, are read again, as a share of what the option asks for. Chosen on even receipts and forms.
_WITH_DIGITS, _UNLISTED = 0.3, 0.04
# Of 398 readings under .6 on even receipts and forms most are specks, rules and handwriting. Of
# the short ones from .5, or .45 with a digit, one in seven is print, amounts among them; long ones
# are rules, and cost most.
_MAYBE_TEXT, _MAYBE_DIGITS, _LONGEST = 0.5, 0.45, 12
# The confidence that a second reading of such a line needs to be taken for text.
_SURE = 0.9


def needs_another(reading: LineReading, languages: Sequence[str], reread: Reread) -> bool:
    """Whether a line that was read first in this way is to be read by another recogniser.

    `reread.below` is what lines of listed words need; below `reread.at_least` there is no text.
    """
    if reading.confidence < reread.at_least:
        return may_be_text(reading)
    suspicious = has_suspicious_mark(reading.text) or has_foreign_letter(reading.text, languages)
    return suspicious or reading.gapped or not _is_confident(reading, reread)


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
    if reading.gapped or has_foreign_letter(reading.text, languages):
        return False
    return _is_confident(reading, reread) and not has_mark_within(reading.text)


def _is_confident(reading: LineReading, reread: Reread) -> bool:
    """Whether the words of a line need no other recogniser, whatever its marks are."""
    most = (1 - reread.below) * _share_of_doubt(reading)
    return not reread.covers(reading.confidence) and 1 - reading.confidence <= most


def _share_of_doubt(reading: LineReading) -> float:
    if any(word.listed is False for word in reading.words):
        return _UNLISTED
    digits = any(letter.isdigit() for word in reading.words for letter in word.text)
    return _WITH_DIGITS if digits else 1.0
