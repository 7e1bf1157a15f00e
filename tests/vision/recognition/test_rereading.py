"""Which lines are read again: digits and unlisted words need more confidence than listed words."""

from dataclasses import replace

import pytest

from vision.core.document import Box
from vision.core.stages import CropWord, LineReading, Reread
from vision.recognition.rereading import doubts_only_marks, needs_another

REREAD = Reread(0.6, 0.9)
BOX = Box(0, 0, 1, 1)


def line(confidence, *words):
    """Words as (text, listed)."""
    read = tuple(CropWord(text, confidence, BOX, listed=listed) for text, listed in words)
    return LineReading(" ".join(word.text for word in read), confidence, read)


LISTED = (("Fill", True), ("lamps", True))
DIGITS = (("Fill", True), ("12.50", None))
UNLISTED = (("Fill", True), ("Iamps", False))


@pytest.mark.parametrize(
    ("words", "confidence", "again"),
    [
        (LISTED, 0.59, False),
        (LISTED, 0.6, True),
        (LISTED, 0.89, True),
        (LISTED, 0.91, False),
        (DIGITS, 0.59, False),
        (DIGITS, 0.96, True),
        (DIGITS, 0.98, False),
        (UNLISTED, 0.59, False),
        (UNLISTED, 0.99, True),
        (UNLISTED, 0.998, False),
        ((("lamps", None),), 0.91, False),
    ],
)
def test_what_a_line_holds_decides_how_confident_it_must_be(words, confidence, again):
    assert needs_another(line(confidence, *words), ("eng",), REREAD) is again


def test_a_suspicious_mark_is_read_again_whatever_the_confidence():
    assert needs_another(line(1.0, ("@", None), *LISTED), ("eng",), REREAD)
    assert not needs_another(line(0.5, ("@", None), *LISTED), ("eng",), REREAD)


@pytest.mark.parametrize(
    ("words", "confidence", "only_marks"),
    [
        (LISTED, 0.89, False),
        (LISTED, 0.91, True),
        (DIGITS, 0.96, False),
        (DIGITS, 0.98, True),
        (UNLISTED, 0.99, False),
        (UNLISTED, 0.998, True),
        ((("40", None), ("m?", None), ("of", True), ("H,O", None)), 0.99, False),
        ((("caf\u00e9", None),), 0.99, False),
    ],
)
def test_confident_lines_are_read_again_for_a_mark_at_their_end(words, confidence, only_marks):
    reading = line(confidence, *words, ("|", None))
    assert needs_another(reading, ("eng",), REREAD)
    assert doubts_only_marks(reading, ("eng",), REREAD) is only_marks


def test_a_line_with_a_gap_as_wide_as_a_space_in_a_word_is_read_again():
    confident = line(0.999, *LISTED)
    assert not needs_another(confident, ("eng",), REREAD)
    gapped = replace(confident, gapped=True)
    assert needs_another(gapped, ("eng",), REREAD)
    assert not doubts_only_marks(gapped, ("eng",), REREAD)
