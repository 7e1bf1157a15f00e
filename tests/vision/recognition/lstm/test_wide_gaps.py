"""A gap as wide as a space within an unlisted word is noticed."""

import numpy as np
import pytest

from vision.core.document import Box
from vision.core.stages import CropWord
from vision.recognition.lstm.wide_gaps import has_wide_gap

TALL = 20


def line(*words, gaps, between=12, listed=False, stops=()):
    """Words as texts, a piece of ink for each letter; `gaps` lie behind the letters of a word.

    Pieces whose number is among `stops` are low and small.
    """
    read, ink, x = [], [], 0
    for text in words:
        start = x
        for at, _ in enumerate(text):
            small = len(ink) in stops
            width = 4 if small else 12
            ink.append((x, 17 if small else 0, x + width, TALL))
            x += width + (gaps.get((text, at), 2) if at < len(text) - 1 else between)
        read.append(CropWord(text, 1.0, Box(start, 0, x - between, TALL), listed=listed))
    return read, np.array(ink, np.int32)


@pytest.mark.parametrize(
    ("words", "gaps", "wide"),
    [
        (("bandc", "<=", "d"), {("bandc", 0): 12}, True),
        (("bandc", "<=", "d"), {("bandc", 0): 7}, False),
        (("astar", "here"), {("astar", 0): 10}, True),
        (("i=0",), {("i=0", 0): 11}, True),
        (("1234",), {("1234", 1): 11}, True),
        (("1234",), {("1234", 1): 8}, False),
        (("22.80",), {("22.80", 2): 14}, False),
        (("17/05/17",), {("17/05/17", 1): 14}, False),
        (("CUSTOMER'S", "COPY"), {("CUSTOMER'S", 7): 14}, False),
        (("plain", "words"), {}, False),
        (("I",), {}, False),
    ],
)
def test_a_gap_is_compared_with_the_spaces_of_its_line(words, gaps, wide):
    assert has_wide_gap(*line(*words, gaps=gaps)) is wide


def test_listed_words_are_whole():
    assert not has_wide_gap(*line("rail", "road", gaps={("rail", 1): 14}, listed=True))


def test_typewriting_has_wide_gaps_beside_its_stops():
    gaps = {("Q.A", 0): 12, ("Q.A", 1): 12}
    assert not has_wide_gap(*line("Q.A", gaps=gaps, stops=(1,)))
    assert has_wide_gap(*line("Q.A", gaps=gaps))
    assert has_wide_gap(*line("Q.A", "B", gaps=gaps, stops=(1,)))
    assert not has_wide_gap(*line("Q.A", "B", gaps=gaps, stops=(1,), between=20))


def test_a_line_without_ink_has_none():
    words, _ = line("word", gaps={})
    assert not has_wide_gap(words, np.zeros((0, 4), np.int32))
