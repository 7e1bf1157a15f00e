"""A letter that a word beside it has too is given once."""

import numpy as np
import pytest

from vision.core.document import Box
from vision.core.geometry import translation
from vision.core.stages import CropWord, LineCrop, LineReading
from vision.recognition.read_twice import without_repeats


def line_of(text, box):
    x0, y0, x1, y1 = box
    pixels = np.full((y1 - y0, x1 - x0, 3), 255, np.uint8)
    word = CropWord(text, 0.9, Box(0, 0, x1 - x0, y1 - y0))
    return LineCrop(pixels, translation(x0, y0), ("eng",)), LineReading(text, 0.9, (word,))


@pytest.mark.parametrize(
    ("text", "box", "kept"),
    [
        ("S", (0, 0, 12, 24), ""),
        ("s", (0, 0, 12, 24), ""),
        ("S", (100, 0, 112, 24), "S"),  # beside the word
        ("T", (0, 0, 12, 24), "T"),
        ("5", (0, 0, 12, 24), "5"),
        ("S", (0, -20, 12, 4), "S"),  # above it
        ("Soap", (0, 0, 60, 24), "Soap"),
    ],
)
def test_a_letter_that_a_word_covers_is_given_once(text, box, kept):
    crops, readings = zip(line_of(text, box), line_of("Soap", (0, 0, 60, 26)), strict=True)
    assert [each.text for each in without_repeats(crops, readings)] == [kept, "Soap"]
