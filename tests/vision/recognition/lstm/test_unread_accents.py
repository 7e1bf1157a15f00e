"""Ink above the letters of a word that is no dot of an i or j is an accent."""

import numpy as np
import pytest

from vision.core.document import Box
from vision.core.stages import CropWord
from vision.recognition.lstm.unread_accents import has_unread_accent

WIDE, HIGH, LOW = 14, 24, 17
FOOT = 40


def word_of(text, accents, *, clear=3, listed=False):
    """A word and its ink: letters, with a small piece above each whose place is in `accents`."""
    ink = []
    for at, letter in enumerate(text):
        x0, top = 20 * at, FOOT - (HIGH if letter.isupper() or letter in "lkdt" else LOW)
        ink.append((x0, top, x0 + WIDE, FOOT))
        if at in accents or letter in "ij":
            ink.append((x0 + 4, top - clear - 4, x0 + 8, top - clear))
    word = CropWord(text, 0.99, Box(0, 0, 20 * len(text), FOOT), listed=listed)
    return (word,), np.array(ink, np.int32)


@pytest.mark.parametrize(
    ("text", "accents", "found"),
    [
        ("Dvorak", [3, 4], True),
        ("Antonin", [5], False),  # the dot of the i itself
        ("Antonin", [3], True),
        ("Orseg", [0, 4], True),
        ("lamps", [], False),
        ("filling", [], False),
        ("ab", [0], False),
        ("12a", [2], False),
        ("LAMPS", [1], False),
        ("crumbled", [0, 1, 2, 3, 4, 5], False),
    ],
)
def test_a_piece_of_ink_above_a_letter_without_a_dot_is_an_accent(text, accents, found):
    assert has_unread_accent(*word_of(text, accents)) is found


def test_above_a_listed_word_two_pieces_side_by_side_are_an_accent():
    (word,), ink = word_of("Miller", [], listed=True)
    assert not has_unread_accent((word,), np.vstack([ink, [[24, 9, 28, 13]]]))
    dots = np.array([[21, 16, 25, 20], [29, 16, 33, 20]])
    plain = ink[(ink[:, 3] == FOOT)]
    assert has_unread_accent((word,), np.vstack([plain, dots]))
    assert not has_unread_accent(*word_of("Miller", [2], listed=True))


def test_ink_that_touches_a_letter_and_a_line_without_ink_show_no_accent():
    words, ink = word_of("Dvorak", [3], clear=-4)
    assert not has_unread_accent(words, ink)
    assert not has_unread_accent(words, ink[:0])
