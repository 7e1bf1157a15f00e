"""Which lines are read again: digits and unlisted words need more confidence than listed words."""

from dataclasses import replace

import pytest

from vision.core.document import Box
from vision.core.stages import CropWord, LineReading, Reread
from vision.recognition.rereading import (
    doubts_only_marks,
    is_garbled,
    is_settled,
    needs_another,
    rescued,
)

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


@pytest.mark.parametrize("settled", [True, False])
def test_a_line_with_accents_that_were_not_read_is_read_again_as_a_whole(settled):
    accented = replace(line(1.0, *LISTED), accented=True)
    assert needs_another(accented, ("eng",), REREAD, settled=settled)
    assert not doubts_only_marks(accented, ("eng",), REREAD)


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


def noise(rejected, confidence):
    return LineReading("", confidence, rejected=rejected)


@pytest.mark.parametrize(
    ("rejected", "confidence", "again"),
    [
        ("1713", 0.585, True),
        ("C", 0.56, True),
        ("1713", 0.4, False),
        ("~ -", 0.55, False),
        ("e'", 0.55, False),
        ("", 0.55, False),
    ],
)
def test_a_line_taken_for_noise_is_read_again_lightly_where_it_may_be_print(
    rejected, confidence, again
):
    assert needs_another(noise(rejected, confidence), ("eng",), REREAD) is again
    if again:
        assert doubts_only_marks(noise(rejected, confidence), ("eng",), REREAD)


@pytest.mark.parametrize(
    ("rejected", "second", "confidence", "text"),
    [
        ("1713", "17.15", 0.97, "17.15"),
        ("1713", "17.15", 0.7, ""),
        ("Cc", "C", 0.94, "C"),
        ("s1 3377", "7", 0.97, ""),
        ("se", "--", 0.99, ""),
        ("1713", "", 0.0, ""),
    ],
)
def test_such_a_line_has_text_where_the_second_reading_is_confident(
    rejected, second, confidence, text
):
    found = rescued(noise(rejected, 0.55), LineReading(second, confidence))
    assert found.text == text


TINY = Reread(0.6, 0.65, "ppocr_tiny")


@pytest.mark.parametrize(
    ("words", "confidence", "settled", "again"),
    [
        (UNLISTED, 0.98, False, True),
        (UNLISTED, 0.98, True, False),
        (LISTED, 0.62, True, False),
        ((("@", None), *LISTED), 0.99, True, False),
        (DIGITS, 0.88, True, True),
        (DIGITS, 0.93, False, False),
        ((*DIGITS, ("Iamps", False)), 0.95, True, True),
    ],
)
def test_the_tiny_network_reads_digits_and_pages_that_were_read_badly(
    words, confidence, settled, again
):
    assert needs_another(line(confidence, *words), ("eng",), TINY, settled=settled) is again


@pytest.mark.parametrize(
    ("lines", "confidence", "reread", "settled"),
    [
        (40, 0.96, TINY, True),
        (40, 0.94, TINY, False),
        (20, 0.99, TINY, False),
        (40, 0.999, REREAD, False),
    ],
)
def test_dense_pages_that_were_read_well_are_settled_for_the_tiny_network(
    lines, confidence, reread, settled
):
    assert is_settled([line(confidence, *LISTED)] * lines, reread) is settled


@pytest.mark.parametrize(
    ("word", "confidence", "listed", "again"),
    [
        ("he-beans", 0.55, None, True),
        ("he-beans", 0.65, None, False),
        ("beans", 0.55, True, False),
        ("\u2014", 0.3, None, False),
        ("!)...", 0.4, None, True),
        ("...", 0.4, None, False),
        ("beans", 0.1, True, True),
    ],
)
def test_a_word_that_is_hardly_one_is_read_again_on_a_confident_line(
    word, confidence, listed, again
):
    weak = CropWord(word, confidence, BOX, listed=listed)
    read = replace(line(0.96, *LISTED), words=(*line(0.96, *LISTED).words, weak))
    assert needs_another(read, ("eng",), REREAD) is again


@pytest.mark.parametrize(
    ("word", "confidence", "garbled"),
    [("-he-be", 0.5, True), ("|\\>", 0.3, True), ("lamqs,", 0.3, False), ("|\\>", 0.9, False)],
)
def test_letters_mixed_with_marks_are_garbled_where_they_are_in_doubt(word, confidence, garbled):
    read = (CropWord("Fill", 0.99, BOX, listed=True), CropWord(word, confidence, BOX))
    assert is_garbled(LineReading(f"Fill {word}", 0.95, read)) is garbled
