"""Letters ten pixels wide; capitals and digits are twenty high and small letters fourteen."""

import pytest

from vision.core.document import Box, Character
from vision.core.stages import CropWord
from vision.recognition.lstm.letter_case import correct_case

TALL, SMALL, WIDTH = 20.0, 14.0, 10.0


def word(read: str, drawn: str, *, split: bool = False) -> CropWord:
    """A word read so whose ink shows other letters; `split`, its last two share one piece."""
    boxes = [
        Box(at * WIDTH, 30 - (SMALL if letter.islower() else TALL), at * WIDTH + 9, 30.0)
        for at, letter in enumerate(drawn)
    ]
    if split:
        x0, y0, x1, y1 = boxes.pop()
        boxes += [Box(x0, y0, (x0 + x1) / 2, y1), Box((x0 + x1) / 2, y0, x1, y1)]
    characters = tuple(
        Character(letter, 0.99, box) for letter, box in zip(read, boxes, strict=True)
    )
    return CropWord(read, 0.99, Box(0, 10, WIDTH * len(drawn), 30), characters)


def corrected(read: str, drawn: str, *, split: bool = False) -> str:
    (found,) = correct_case((word(read, drawn, split=split),))
    return found.text


@pytest.mark.parametrize(
    ("read", "drawn", "expected"),
    [
        ("Zinc:", "zinc:", "Zinc:"),  # no code
        ("5Qx", "5QX", "5QX"),
        ("BA1s", "BA1S", "BA1S"),
        ("BA1s", "BA1s", "BA1s"),
        ("10x", "10X", "10x"),  # no code without a capital
    ],
)
def test_a_letter_has_the_case_that_its_ink_shows(read: str, drawn: str, expected: str):
    assert corrected(read, drawn) == expected


def test_a_capital_that_was_read_twice_in_one_piece_of_ink_counts_once():
    assert corrected("5QXx", "5QX", split=True) == "5QX"
    assert corrected("5QXx", "5QXx") == "5QXx"


def test_a_word_without_boxes_of_its_characters_stays_as_it_is():
    words = (CropWord("of", 0.9, Box(0, 0, 9, 20)), CropWord("5Qx", 0.9, Box(0, 0, 9, 20)))
    assert correct_case(words) == words
