"""Entries read as noise are asked for again where they stand in a column of numbers."""

import numpy as np
import pytest

from vision.core.geometry import translation
from vision.core.stages import LineCrop, LineReading
from vision.recognition.lost_entries import lost_entries


def crop(x: float, y: float, width: int = 70, height: int = 25) -> LineCrop:
    return LineCrop(np.zeros((height, width, 3), np.uint8), translation(x, y), ("eng",))


COLUMN = [(crop(300, 40 * at), LineReading("12.50", 0.99)) for at in range(4)]
NOISE = LineReading("", 0.26, rejected="BERE Hha")


@pytest.mark.parametrize(
    ("entry", "reading", "found"),
    [
        (crop(302, 160), NOISE, True),
        (crop(280, 160, 90), NOISE, True),
        (crop(200, 160), NOISE, False),
        (crop(302, 160, height=50), NOISE, False),
        (crop(300, 160, 20), NOISE, False),
        (crop(302, 1600), NOISE, False),
        (crop(302, 160), LineReading("17.15", 0.9), False),
        (crop(302, 160), LineReading("", 0.0), False),
    ],
    ids=["left", "right", "elsewhere", "high", "narrow", "far", "read", "blank"],
)
def test_an_entry_has_the_edge_and_the_height_of_its_column(entry, reading, found):
    crops, readings = zip(*COLUMN, (entry, reading), strict=True)
    assert lost_entries(crops, readings) == [4] * found


def test_words_make_no_column_and_many_lost_entries_are_noise():
    words = [(each, LineReading("Candles", 0.99)) for each, _ in COLUMN]
    crops, readings = zip(*words, (crop(302, 160), NOISE), strict=True)
    assert not lost_entries(crops, readings)
    many = [(crop(302, 10 * at), NOISE) for at in range(13)]
    crops, readings = zip(*COLUMN, *many, strict=True)
    assert not lost_entries(crops, readings)
