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


@pytest.mark.parametrize(("clear", "found"), [(0, True), (3, True), (4, False)])
def test_an_accent_is_close_above_its_letter_and_a_speck_is_anywhere(clear, found):
    assert has_unread_accent(*word_of("Munoz", [1], clear=clear, listed=True)) is found


@pytest.mark.parametrize(
    ("width", "height", "found"), [(2, 4, False), (4, 3, True), (4, 1, False), (14, 3, False)]
)
def test_specks_and_rules_have_not_the_size_of_an_accent(width, height, found):
    (word,), ink = word_of("Munoz", [], listed=True)
    accent = [[27 - width // 2, 20 - height, 27 - width // 2 + width, 20]]
    assert has_unread_accent((word,), np.vstack([ink, accent])) is found


@pytest.mark.parametrize(
    ("text", "accents", "found"), [("senor", [2], False), ("resume", [1, 5], True)]
)
def test_above_a_listed_word_in_small_letters_one_piece_is_a_speck(text, accents, found):
    assert has_unread_accent(*word_of(text, accents, listed=True)) is found


def test_a_flat_piece_is_no_dot():
    (word,), ink = word_of("Mufioz", [], listed=False)
    plain = ink[ink[:, 3] == FOOT]
    assert has_unread_accent((word,), np.vstack([plain, [[45, 17, 54, 20]]]))
    assert not has_unread_accent((word,), np.vstack([plain, [[45, 17, 49, 20]]]))


def test_two_dots_that_were_read_as_letters_are_an_accent():
    assert has_unread_accent(*word_of("Jiirgen", []))
    assert not has_unread_accent(*word_of("skiing", [], listed=True))
    assert not has_unread_accent(*word_of("xviii", []))


def test_ink_that_touches_a_letter_and_a_line_without_ink_show_no_accent():
    words, ink = word_of("Dvorak", [3], clear=-4)
    assert not has_unread_accent(words, ink)
    assert not has_unread_accent(words, ink[:0])
