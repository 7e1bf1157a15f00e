"""Codes in a column have letters and digits at the same places."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.core.document import Box
from vision.core.geometry import translation
from vision.core.stages import CropWord, LineCrop, LineReading
from vision.recognition.code_columns import correct_codes

CHARACTER, HIGH, PITCH = 10, 20, 40


def corrected(*columns):
    """The words of one column, or of several side by side, as they come out."""
    crops, readings = [], []
    for at, texts in enumerate(zip(*columns, strict=True)):
        words = tuple(
            CropWord(text, 0.9, Box(x, 0, x + CHARACTER * len(text), HIGH))
            for x, text in zip(range(0, 1000, 200), texts, strict=False)
        )
        pixels = np.full((HIGH, 1000, 3), 255, np.uint8)
        crops.append(LineCrop(pixels, translation(0, PITCH * at), ("eng",)))
        readings.append(LineReading(" ".join(texts), 0.9, words))
    return [reading.text for reading in correct_codes(crops, readings)]


@pytest.mark.parametrize(
    ("read", "others", "printed"),
    [
        ("AUS", ["BS4", "AA9", "HU7"], "AU5"),
        ("O299", ["1471", "0074", "3913"], "0299"),
        ("l451", ["1477", "0374", "3913"], "1451"),
        ("S14", ["AI4", "SU9", "BA7"], "SI4"),
        ("A-OI", ["K-37", "R-94", "T-76"], "A-01"),
        ("AUS", ["BS4", "AA9"], "AUS"),
        ("AUS", ["BS4", "AA9", "HUK"], "AUS"),
        ("AUS", ["BS1", "AA0", "HU5"], "AUS"),
        ("TOM", ["BS4", "AA9", "HU7"], "TOM"),
        ("1.5S", ["1.54", "7.39", "3.97"], "1.55"),
        ("SO.5", ["1.54", "7.39", "3.97"], "SO.5"),
        ("SO", ["10", "15", "20"], "SO"),
        ("CASH", ["1734", "9937", "4479"], "CASH"),
        ("CASH7", ["C7334", "K9937", "T4479"], "CASH7"),
    ],
)
def test_a_character_has_the_class_of_those_above_and_below(read, others, printed):
    assert corrected([read, *others])[0] == printed


def test_codes_of_other_columns_show_nothing():
    rows = corrected(["AUS", "Rent", "Coal", "Rope"], ["BS4", "BS4", "AA9", "HU7"])
    assert rows[0] == "AUS BS4"


@given(st.lists(st.text("AOIS0157", min_size=2, max_size=4), min_size=1, max_size=6))
def test_nothing_but_letters_and_digits_alike_changes(words):
    alike = str.maketrans("OIS", "015")
    for before, after in zip(words, corrected(words), strict=True):
        assert before.translate(alike) == after.translate(alike)
