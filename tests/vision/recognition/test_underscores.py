"""Words that an underscore stands between are one."""

import numpy as np
import pytest

from vision.core.document import Box
from vision.core.geometry import translation
from vision.core.stages import CropWord, LineCrop, LineReading
from vision.recognition.underscores import join_at_underscores

LETTER, HIGH, FOOT, ROWS = 10, 20, 24, 30


def line_of(text, read, *, below=False):
    """A line with a block for each letter, a flat piece for `_`, and its reading in words.

    With `below` the image ends at the foot of the letters, and the rows under it stand apart.
    """
    pixels = np.full((ROWS + 8, 12 * len(text) + 40, 3), 255, np.uint8)
    edges = []
    for at, letter in enumerate(text):
        x = 20 + 12 * at
        if letter == "_":
            pixels[FOOT + 2 : FOOT + 4, x : x + LETTER] = 0
        elif letter == "-":
            pixels[FOOT - 8 : FOOT - 6, x : x + LETTER] = 0
        elif letter != " ":
            pixels[FOOT - HIGH : FOOT, x : x + LETTER] = 0
            edges.append((x, x + LETTER))
    words, first = [], 0
    for word in read.split():
        length = sum(letter != "_" for letter in word)
        own = edges[first : first + length]
        words.append(CropWord(word, 0.9, Box(own[0][0], FOOT - HIGH, own[-1][1], FOOT)))
        first += length
    reading = LineReading(read, 0.9, tuple(words))
    cut = FOOT + 1 if below else ROWS
    rows = pixels[cut : cut + 8]
    crop = LineCrop(pixels[:cut], translation(0, 0), ("eng",), below=rows if below else None)
    return crop, reading


@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize(
    ("text", "read", "joined"),
    [
        ("use_id", "use id", "use_id"),
        ("me_fine_name", "me fine name", "me_fine_name"),
        ("use_id", "use _id", "use_id"),
        ("use id", "use id", "use id"),
        ("use  _  id", "use id", "use id"),  # a blank to be filled in
        ("use ___ id", "use id", "use id"),
        ("use_____id", "use id", "use id"),
    ],
)
def test_words_with_an_underscore_between_them_are_one(text, read, joined, below):
    assert join_at_underscores(*line_of(text, read, below=below)).text == joined


def test_a_word_with_an_underscore_that_was_not_read_is_incomplete():
    read = join_at_underscores(*line_of("use_id me_too", "useid me too"))
    assert [word.text for word in read.words] == ["useid", "me_too"]
    assert [word.incomplete for word in read.words] == [True, False]


def test_an_underline_joins_no_words():
    crop, reading = line_of("use id", "use id")
    crop.pixels[FOOT + 2 : FOOT + 4] = 0
    assert join_at_underscores(crop, reading) == reading


def test_a_line_without_letters_that_stand_on_it_stays():
    crop, reading = line_of("py_gy", "py gy")
    assert join_at_underscores(crop, reading) is reading
