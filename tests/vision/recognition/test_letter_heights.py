"""The case of letters of one form follows from the heights of the print around them."""

import numpy as np
import pytest

from vision.core.document import Box
from vision.core.geometry import translation
from vision.core.stages import CropWord, LineCrop, LineReading
from vision.recognition.letter_heights import correct_case_by_height

LETTER, GAP, SPACE, BASE = 12, 4, 14, 40
HEIGHTS = {"H": 24, "x": 17, "?": 21}  # capital, small letter, neither


def line_of(text, heights, at):
    """A line image of blocks as high as letters, and its reading; `at` is its place on the page."""
    pixels = np.full((60, 400, 3), 255, np.uint8)
    x, words = 20, []
    for word, own in zip(text.split(), heights.split(), strict=True):
        start, top = x, min(BASE - HEIGHTS[each] for each in own)
        for each in own:
            pixels[BASE - HEIGHTS[each] : BASE, x : x + LETTER] = 0
            x += LETTER + GAP
        words.append(CropWord(word, 0.9, Box(start, top, x - GAP, BASE)))
        x += SPACE
    return LineCrop(pixels, translation(*at), ("eng",)), LineReading(text, 0.9, tuple(words))


def corrected(*lines):
    crops, readings = zip(*(line_of(*line) for line in lines), strict=True)
    return [reading.text for reading in correct_case_by_height(crops, readings)]


@pytest.mark.parametrize(
    ("read", "heights", "printed"),
    [
        ("SO", "xx", "so"),
        ("so", "HH", "SO"),
        ("XI", "xx", "XI"),
        ("COWS", "Hxxx", "Cows"),
        ("SIX", "xHx", "six"),
        ("cows", "HHHH", "COWS"),
        ("COWS", "xxx", "cows"),  # two letters touch
        ("SO", "??", "SO"),
        ("vOW", "xHx", "vOW"),
    ],
)
def test_words_above_and_below_show_the_case(read, heights, printed):
    above, below = ("Rent due", "Hxxx Hxx", (0, 0)), ("name it", "xxxx HH", (0, 100))
    assert corrected(above, (read, heights, (0, 50)), below)[1] == printed


def test_words_on_the_same_line_show_the_case():
    assert corrected(("Rent", "Hxxx", (0, 0)), ("ZOO", "xxx", (300, 0)))[1] == "zoo"
    assert corrected(("we SO", "xx xx", (0, 0))) == ["we so"]
    assert corrected(("and b = C", "xxH H x x", (0, 0))) == ["and b = c"]


def test_letters_of_other_lines_show_nothing_of_a_letter_alone():
    assert corrected(("Rent name", "Hxxx xxxx", (0, 0)), ("X", "x", (0, 60)))[1] == "X"


def test_other_words_of_two_heights_show_both():
    assert corrected(("Zoo", "Hxx", (0, 0)), ("SO", "xx", (0, 60)))[1] == "so"


def test_print_of_several_sizes_shows_nothing():
    lines = [("Rent", "Hxxx", (0, 0)), ("Room", "????", (0, 60)), ("SO", "xx", (0, 120))]
    assert corrected(*lines)[2] == "SO"


def test_words_of_other_letters_stay():
    assert corrected(("Rent name", "Hxxx xxxx", (0, 0)), ("TON", "xxx", (0, 60)))[1] == "TON"
