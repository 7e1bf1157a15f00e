"""A character alone on its line that looks like others is no noise."""

import numpy as np
import pytest

from vision.recognition.lstm.charset import Alphabet, Glyph
from vision.recognition.lstm.lone_glyphs import ACCEPTED, with_shared_probability

NAMES = (" ", "0", "O", "o", "7", "x")
ALPHABET = Alphabet(NAMES, tuple((at,) for at in range(len(NAMES))), blank=6)


def line(**chances):
    row = np.zeros((3, 7), np.float32)
    for name, chance in chances.items():
        row[1, NAMES.index(name.removeprefix("_"))] = chance
    return row


@pytest.mark.parametrize(
    ("chances", "read", "expected"),
    [
        ({"_0": 0.5, "o": 0.3, "O": 0.18}, "0", ACCEPTED),
        ({"_0": 0.5, "_7": 0.45}, "0", 0.5),
        ({"_7": 0.5, "x": 0.45}, "7", 0.5),
        ({"_0": 0.8, "o": 0.15}, "0", 0.8),
    ],
)
def test_its_likes_count_for_it_where_it_would_be_dropped(chances, read, expected):
    glyph = Glyph(NAMES.index(read), 1, 2, max(chances.values()))
    (found,) = with_shared_probability([glyph], line(**chances), ALPHABET)
    assert found == glyph._replace(probability=pytest.approx(expected))


def test_characters_with_neighbours_are_left_alone():
    glyphs = [Glyph(1, 1, 2, 0.5), Glyph(2, 2, 3, 0.5)]
    assert with_shared_probability(glyphs, line(_0=0.5, o=0.5), ALPHABET) == glyphs
    assert with_shared_probability([], line(), ALPHABET) == []
