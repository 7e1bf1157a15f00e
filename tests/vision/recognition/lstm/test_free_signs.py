"""Lines of characters ten pixels wide and twenty high; a step of the network is 5 pixels."""

import numpy as np
import pytest

from vision.recognition.lstm.charset import SPACE, Alphabet, Glyph
from vision.recognition.lstm.free_signs import part_free_signs

NAMES = (" ", *"abes0125.,%()=+-*<>&", "\N{EM DASH}")
IDS = {name: at for at, name in enumerate(NAMES)}
ALPHABET = Alphabet(NAMES, tuple((at,) for at in range(len(NAMES))), len(NAMES))
HEIGHT, STEP = 40.0, 5.0
SIZE, NARROW, WIDE = 10, 2, 8


def parted(read: str, after: int, gap: int = WIDE, hint: float = 0.02) -> str:
    """How a line reads whose ink has a gap, and the network a hint of a space, behind `after`."""
    x, glyphs, boxes = 0, [], []
    spaces = np.full(400, 1e-5, np.float32)
    for at, letter in enumerate(read):
        if letter == " ":
            x += WIDE
            glyphs.append(Glyph(SPACE, round(x / STEP) - 1, round(x / STEP), 0.9))
            continue
        start = round(x / STEP)
        boxes.append((x, 10, x + SIZE, 30))
        glyphs.append(Glyph(IDS[letter], start, start + 2, 0.99))
        x += SIZE + (gap if at == after else NARROW)
        if at == after:
            spaces[start + 1] = hint
    ink = np.array(boxes, np.int32).reshape(-1, 4)
    found = part_free_signs(glyphs, spaces, ink, (HEIGHT, STEP), ALPHABET)
    return "".join(NAMES[glyph.character] for glyph in found)


@pytest.mark.parametrize(
    ("read", "after", "expected"),
    [
        ("10% =-1.25", 4, "10% = -1.25"),
        ("=-1.25", 0, "= -1.25"),
        ("a +b", 2, "a + b"),
        ("a +b", 1, "a +b"),
        ("a*b", 0, "a *b"),
        ("a&b", 1, "a& b"),
        ("a -see", 2, "a - see"),
        ("-see", 0, "- see"),
        ("\N{EM DASH}see", 0, "\N{EM DASH} see"),
        # A sign belongs to its number, and a hyphen to its word, however far apart they are.
        ("-1.25", 0, "-1.25"),
        ("=-1.25", 1, "=-1.25"),
        ("+5", 0, "+5"),
        ("a-see", 1, "a-see"),
        ("a-see", 0, "a-see"),
        ("a.b", 1, "a.b"),
        ("(a)", 0, "(a)"),
    ],
)
def test_a_sign_that_stands_free_is_a_word_of_its_own(read: str, after: int, expected: str):
    assert parted(read, after) == expected


def test_neither_a_gap_nor_a_hint_alone_parts_a_sign_from_its_neighbour():
    assert parted("=-1", 0, gap=4) == "=-1"
    assert parted("=-1", 0, hint=0.004) == "=-1"


def test_a_line_without_ink_stays_as_it_is():
    glyphs = [Glyph(IDS["="], 0, 1, 0.9), Glyph(IDS["-"], 2, 3, 0.9)]
    spaces, nothing = np.full(9, 0.5, np.float32), np.zeros((0, 4), np.int32)
    assert part_free_signs(glyphs, spaces, nothing, (HEIGHT, STEP), ALPHABET) == glyphs
