"""Characters that a reading leaves out are counted in the ink of its line."""

import numpy as np
import pytest

from tests.support.lines import crop_of, written
from vision.core.document import Box
from vision.core.stages import CropWord, LineReading
from vision.recognition.unread_ink import has_unread_ink


def reading_of(text, *, listed=None):
    words = [CropWord(each, 0.99, Box(0, 0, 9, 9), listed=listed) for each in text.split()]
    return LineReading(text, 0.99, tuple(words))


@pytest.mark.parametrize(
    ("drawn", "read"),
    [
        ("14", "4"),
        ("1.8%", "18%"),
        ("224.3", "2243"),
        ("\u20ac7.49", "\u20ac749"),
        ("-44", "44"),
        ("Q2", "2"),
        ("0081 X", "081 X"),
        ("6,3 mm", "63 mm"),
    ],
)
@pytest.mark.parametrize("inverted", [False, True], ids=["dark", "light"])
def test_what_a_reading_leaves_out_is_noticed(drawn, read, inverted):
    pixels = written(drawn)
    crop = crop_of(255 - pixels if inverted else pixels)
    assert has_unread_ink(crop, reading_of(read))
    assert not has_unread_ink(crop, reading_of(drawn))


@pytest.mark.parametrize(
    ("accents", "text"), [(1, "n\u00f2no"), (2, "\u00f1\u00f2no"), (2, "n\u00f6no")]
)
def test_an_accent_of_small_print_is_ink_above_a_letter(accents, text):
    pixels = written("nono", 20).copy()
    pixels[1:3, [21, 22] if accents == 1 else [9, 10, 21, 22]] = 0
    crop = crop_of(pixels)
    assert len(pixels) <= 24
    assert has_unread_ink(crop, reading_of("nono", listed=True))
    assert not has_unread_ink(crop, reading_of(text, listed=True))


@pytest.mark.parametrize(
    "text",
    [
        "100%",
        "a:b; c!",
        "i, j?",
        "\u201cOK\u201d",
        "1/2\u2026",
        "(3.50)",
        "=",
        "\u00e9\u00ef\u00f5",
        "\u00bd",
    ],
)
def test_marks_of_several_pieces_are_no_unread_ink(text):
    assert not has_unread_ink(crop_of(written(text)), reading_of(text))


@pytest.mark.parametrize(("read", "unread"), [("3minor", True), ("min", True), ("mino", False)])
def test_longer_words_without_digits_may_have_broken_letters(read, unread):
    assert has_unread_ink(crop_of(written("3 m i n o r s")), reading_of(read)) is unread


def test_blank_paper_and_long_lines_have_none():
    assert not has_unread_ink(crop_of(np.full((30, 90, 3), 255, np.uint8)), reading_of("7"))
    assert not has_unread_ink(
        crop_of(written("1 2 3 4 5 6 7 8 9 0 1 2 3 4")), reading_of("12345678901234")
    )
