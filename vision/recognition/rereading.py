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


def needs_another(reading: LineReading, languages: Sequence[str], reread: Reread) -> bool:
    """Whether a line that was read first in this way is to be read by another recogniser.

    `reread.below` is what lines of listed words need; below `reread.at_least` there is no text.
    """
    if reading.confidence < reread.at_least:
        return False
    suspicious = has_suspicious_mark(reading.text) or has_foreign_letter(reading.text, languages)
    return suspicious or reading.gapped or not _is_confident(reading, reread)


def doubts_only_marks(reading: LineReading, languages: Sequence[str], reread: Reread) -> bool:
    """Whether a line that needs another recogniser needs it for a mark at one of its ends alone.

    Its words are confident, and there are neither fractions nor raised or lowered digits in it.
    """
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
