"""O and 0 are told apart by their widths in proportional type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.core.document import Box, Character
from vision.core.stages import CropWord, LineReading
from vision.recognition.letter_widths import correct_by_width, words_to_measure

DIGIT, CAPITAL, ROUND = 16.0, 20.8, 21.6  # widths in print


def line_of(text, widths, *, gap=3.0):
    """A reading whose characters have these widths, each a key of `sizes`."""
    sizes = {".": DIGIT, "N": CAPITAL, "O": ROUND, "?": 18.8}
    x, words = 0.0, []
    for word, own in zip(text.split(), widths.split(), strict=True):
        letters = []
        for letter, width in zip(word, own, strict=True):
            letters.append(Character(letter, 0.9, Box(x, 0, x + sizes[width], 24)))
            x += sizes[width] + gap
        box = Box(letters[0].box.x0, 0, letters[-1].box.x1, 24)
        words.append(CropWord(word, 0.9, box, tuple(letters)))
        x += 6
    return LineReading(text, 0.9, tuple(words))


@pytest.mark.parametrize(
    ("read", "widths", "printed"),
    [
        ("H20", "N.O", "H2O"),
        ("LOT0 25", "NNN. ..", "LOT0 25"),
        ("KO7N", "N..N", "K07N"),
        ("KO7N", "NO.N", "KO7N"),
        ("K07N", "N?.N", "K07N"),
        ("Gas 02", "N.. O.", "Gas O2"),
        ("Gas 02", "N.. ..", "Gas 02"),
    ],
)
def test_a_round_letter_is_as_wide_as_capitals(read, widths, printed):
    assert correct_by_width(line_of(read, widths)).text == printed


def test_in_typewriting_the_reading_stays():
    assert correct_by_width(line_of("KO7N", "....")).text == "KO7N"


def test_without_digits_or_boxes_of_their_own_the_reading_stays():
    assert correct_by_width(line_of("KO7N", "N..N", gap=-1.0)).text == "KO7N"
    bare = LineReading("KO7N", 0.9, (CropWord("KO7N", 0.9, Box(0, 0, 9, 9)),))
    assert correct_by_width(bare) == bare


@given(st.lists(st.text("AO0o27-", min_size=1, max_size=6), min_size=1, max_size=4))
def test_nothing_but_noughts_and_o_changes(words):
    reading = line_of(" ".join(words), " ".join("." * len(word) for word in words))
    read = correct_by_width(reading)
    assert read.text.replace("O", "0") == reading.text.replace("O", "0")


@pytest.mark.parametrize(
    ("words", "places"),
    [(["Part", "B0X"], [0, 1]), (["Total", "10.00"], []), (["a", "K2O"], [1])],
)
def test_boxes_are_asked_for_only_where_a_word_is_open(words, places):
    assert words_to_measure(words) == places
