"""Numbers of two columns that were read as one are parted."""

import pytest

from vision.core.document import Box, Character
from vision.core.stages import CropWord, LineReading
from vision.recognition.joined_numbers import part_joined_numbers


def reading(text, *, detailed=False):
    words, x = [], 0
    for word in text.split():
        letters = [
            Character(c, 0.9, Box(x + 10 * at, 0, x + 10 * at + 8, 9)) for at, c in enumerate(word)
        ]
        box = Box(x, 0, x + 10 * len(word), 9)
        words.append(CropWord(word, 0.9, box, tuple(letters) if detailed else ()))
        x += 10 * len(word) + 20
    return LineReading(text, 0.9, tuple(words))


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("Rent 120,00027,500", "Rent 120,000 27,500"),
        ("27,5001,200.00", "27,500 1,200.00"),
        ("30.6392.101,50", "30.639 2.101,50"),
        ("-1,234,567890,123.45", "-1,234,567 890,123.45"),
        ("1,234,567.89 and 12,345", "1,234,567.89 and 12,345"),
        ("1,0000,000", "1,0000,000"),
        ("192.168.100.200", "192.168.100.200"),
        ("2024,1000", "2024,1000"),
    ],
)
def test_groups_of_three_digits_show_where_a_number_ends(read, printed):
    parted = part_joined_numbers(reading(read))
    assert parted.text == printed
    assert [word.text for word in parted.words] == printed.split()


@pytest.mark.parametrize("detailed", [False, True])
def test_each_number_keeps_its_own_ink(detailed):
    first, second = part_joined_numbers(reading("27,5001,200.00", detailed=detailed)).words
    assert (first.box.x0, second.box.x1) == (0, 140)
    assert first.box.x1 == second.box.x0 == pytest.approx(60, abs=2)
    assert "".join(each.text for each in second.characters) == ("1,200.00" if detailed else "")
