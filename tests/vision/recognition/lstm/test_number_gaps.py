"""Lines of characters ten pixels wide and twenty high; a step of the network is 5 pixels."""

import numpy as np
import pytest

from vision.recognition.lstm.charset import SPACE, Alphabet, Glyph
from vision.recognition.lstm.number_gaps import part_numbers

NAMES = (" ", *"aegmtVA01257.,-")
IDS = {name: at for at, name in enumerate(NAMES)}
ALPHABET = Alphabet(NAMES, tuple((at,) for at in range(len(NAMES))), len(NAMES))
FRAME = (40.0, 5.0)
SIZE, SPACED = 10, 16
CERTAIN = 0.99


def parted(
    read: str, after: int = -1, *, gap: int = 9, usual: int = 2, probability: float = CERTAIN
) -> str:
    """How a line reads whose ink has a gap behind `after`, and usual ones elsewhere."""
    x, glyphs, boxes = 0, [], []
    for at, letter in enumerate(read):
        start = round(x / FRAME[1])
        if letter == " ":
            x += SPACED
            glyphs.append(Glyph(SPACE, start - 1, start, CERTAIN))
            continue
        boxes.append((x, 10, x + SIZE, 30))
        glyphs.append(Glyph(IDS[letter], start, start + 2, probability))
        x += SIZE + (gap if at == after else usual)
    ink = np.array(boxes, np.int32).reshape(-1, 4)
    found = part_numbers(glyphs, ink, FRAME, ALPHABET)
    return "".join(NAMES[glyph.character] for glyph in found)


@pytest.mark.parametrize(
    ("read", "after", "expected"),
    [
        ("5V", 0, "5 V"),
        ("12am", 1, "12 am"),
        ("gate7", 3, "gate 7"),
        ("5V,10mA", 2, "5V, 10mA"),
        ("7.e2", 1, "7. e2"),
        # Numbers, words and names of files stay whole, however far apart their characters are.
        ("12", 0, "12"),
        ("am", 0, "am"),
        ("1,250", 1, "1,250"),
        ("2.50", 1, "2.50"),
        ("a.m", 1, "a.m"),
        ("gem-2.gem", 5, "gem-2.gem"),
        ("5-V", 0, "5-V"),
    ],
)
def test_a_number_and_a_word_that_stand_apart_are_two_words(read: str, after: int, expected: str):
    assert parted(read, after) == expected


@pytest.mark.parametrize(("gap", "expected"), [(7, "5mA7m"), (8, "5mA7 m")])
def test_a_gap_is_a_share_of_the_height_of_letters(gap: int, expected: str):
    assert parted("5mA7m", 3, gap=gap) == expected


@pytest.mark.parametrize(("usual", "expected"), [(6, "5 mage"), (7, "5mage")])
def test_a_gap_is_wider_than_those_within_words(usual: int, expected: str):
    assert parted("5mage", 0, gap=9, usual=usual) == expected


def test_a_gap_is_about_as_wide_as_the_others_between_words():
    assert parted("7 a m 5mage", 6, gap=11) == "7 a m 5 mage"
    assert parted("7 a m 5mage", 6, gap=10) == "7 a m 5mage"


def test_a_one_has_more_room_than_other_digits():
    assert parted("2mag", 0, gap=8) == "2 mag"
    assert parted("1mag", 0, gap=8) == "1mag"
    assert parted("1mag", 0, gap=9) == "1 mag"
    assert parted("11AV5V", 4, gap=8, usual=4) == "11AV5 V"


def test_typewriting_has_room_on_both_sides_of_a_comma():
    assert parted("V,5", 1, usual=2) == "V, 5"
    assert parted("V,5", 1, usual=5) == "V,5"


def test_characters_of_low_confidence_are_left_as_they_are():
    assert parted("5V", 0, probability=0.69) == "5V"


def test_lines_without_ink_or_without_characters_stay_as_they_are():
    assert parted("") == ""
    glyphs = [Glyph(IDS["5"], 0, 1, CERTAIN), Glyph(IDS["V"], 4, 5, CERTAIN)]
    assert part_numbers(glyphs, np.zeros((0, 4), np.int32), FRAME, ALPHABET) == glyphs
