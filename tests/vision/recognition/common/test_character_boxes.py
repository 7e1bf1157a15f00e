from itertools import pairwise
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.core.document import Box
from vision.core.stages import CropWord
from vision.recognition.common.character_boxes import _assigned, with_characters

WORD = Box(2, 2, 22, 12)


def boxes_of(text: str, windows: list[tuple[float, float]], ink: list[list[int]]) -> list[Box]:
    pieces = np.array(ink, np.int32).reshape(-1, 4)
    letters = [(letter, 0.9) for letter in text]
    (word,) = with_characters([CropWord(text, 0.5, WORD)], [letters], windows, pieces)
    assert [each.text for each in word.characters] == list(text)
    return [each.box for each in word.characters]


@pytest.mark.parametrize(
    ("windows", "ink", "expected"),
    [
        ([(0, 12), (12, 24)], [[2, 4, 10, 12], [13, 2, 22, 12]], [(2, 4, 10, 12), (13, 2, 22, 12)]),
        ([(0, 4), (4, 14)], [[2, 4, 10, 12], [13, 2, 22, 12]], [(2, 4, 10, 12), (13, 2, 22, 12)]),
        ([(0, 12), (12, 24)], [[2, 4, 22, 12]], [(2, 4, 12, 12), (12, 4, 22, 12)]),
        (
            [(0, 12), (12, 24)],
            [[2, 5, 10, 12], [4, 2, 7, 4], [13, 5, 22, 12]],
            [(2, 2, 10, 12), (13, 5, 22, 12)],
        ),
        (
            [(0, 14), (14, 24)],
            [[2, 2, 6, 12], [9, 2, 13, 12], [16, 2, 22, 12]],
            [(2, 2, 13, 12), (16, 2, 22, 12)],
        ),
        ([(12, 24), (0, 12)], [[2, 4, 10, 12], [13, 2, 22, 12]], [(13, 2, 22, 12), (2, 4, 10, 12)]),
        ([(0, 12), (12, 30)], [], [(2, 2, 12, 12), (12, 2, 22, 12)]),
        (
            [(0, 12), (12, 24)],
            [[2, 4, 10, 12], [13, 2, 22, 12], [12, 0, 14, 1], [30, 2, 40, 12]],
            [(2, 4, 10, 12), (13, 2, 22, 12)],
        ),
    ],
    ids=[
        "each its own piece", "steps come early", "touching", "a dot above",
        "a letter of two pieces", "read from the right", "no ink", "ink outside of the word",
    ],
)  # fmt: skip
def test_the_ink_of_a_word_is_shared_among_its_characters(windows, ink, expected):
    assert boxes_of("ab", windows, ink) == [Box(*box) for box in expected]


def test_more_letters_than_one_piece_can_hold_stand_where_they_were_read():
    windows = [(2.0 + at, 3.0 + at) for at in range(20)]
    found = boxes_of("abcdefghijklmnopqrst", windows, [[2, 2, 22, 12]])
    assert found == [Box(x0, 2, x1, 12) for x0, x1 in windows]


def test_each_word_takes_its_own_windows_and_ink():
    words = [CropWord("a", 0.9, Box(0, 0, 5, 9)), CropWord("b", 0.9, Box(10, 1, 15, 8))]
    ink = np.array([[0, 0, 5, 9], [10, 1, 15, 8]], np.int32)
    first, second = with_characters(words, [[("a", 0.7)], [("b", 0.6)]], [(0, 7), (7, 20)], ink)
    assert (first.characters[0].box, first.characters[0].confidence) == (words[0].box, 0.7)
    assert (second.characters[0].box, second.characters[0].confidence) == (words[1].box, 0.6)


def test_words_that_nobody_wants_have_no_characters():
    words = [CropWord("a", 0.9, Box(0, 0, 5, 9)), CropWord("b", 0.9, Box(10, 1, 15, 8))]
    ink = np.array([[0, 0, 5, 9], [10, 1, 15, 8]], np.int32)
    letters, windows = [[("a", 0.7)], [("b", 0.6)]], [(0, 7), (7, 20)]
    first, second = with_characters(words, letters, windows, ink, wanted=[1])
    assert first == words[0]
    assert second.characters[0].box == words[1].box


def test_no_words_have_no_characters():
    assert with_characters([], [], [], np.zeros((0, 4), np.int32)) == ()


_pieces = st.tuples(st.integers(0, 25), st.integers(0, 12), st.integers(1, 9), st.integers(1, 9))


@given(
    st.lists(st.floats(-5, 30), min_size=2, max_size=9).map(sorted), st.lists(_pieces, max_size=8)
)
def test_characters_always_lie_inside_their_word(edges, pieces):
    windows = list(pairwise(edges))
    ink = [[x, y, x + width, y + height] for x, y, width, height in pieces]
    for box in boxes_of("x" * len(windows), windows, ink):
        assert WORD.x0 <= box.x0 <= box.x1 + 1e-9
        assert box.x1 <= WORD.x1 + 1e-9
        assert WORD.y0 <= box.y0 <= box.y1 <= WORD.y1


def test_a_word_of_noise_is_split_as_its_windows_are():
    ink = [[2 + at % 20, 2 + at // 40, 3 + at % 20, 3 + at // 40] for at in range(0, 400, 3)]
    many = "x" * 300
    windows = [(2 + at / 15, 2 + (at + 1) / 15) for at in range(300)]
    boxes = boxes_of(many, windows, ink)
    assert [(box.x0, box.x1) for box in boxes] == windows


def cheapest(spans: list[tuple[float, float]], pieces: list[Box], uneven: float) -> float:
    """The cost of the cheapest assignment, by trying all of them."""
    if not spans or not pieces:
        return 0.0 if not spans and not pieces else inf
    shares = [(1, n) for n in range(1, 5)] + [(n, 1) for n in range(2, 13)]
    return min(
        abs(pieces[0].x0 - spans[0][0])
        + abs(pieces[beside - 1].x1 - spans[more - 1][1])
        + uneven * (more + beside - 2)
        + cheapest(spans[more:], pieces[beside:], uneven)
        for more, beside in shares
        if more <= len(spans) and beside <= len(pieces)
    )


@pytest.mark.parametrize("seed", range(60))
def test_ink_is_assigned_at_the_least_cost(seed: int):
    random = np.random.default_rng(seed)
    letters, parts = int(random.integers(1, 7)), int(random.integers(1, 7))
    edges = np.sort(random.uniform(0, 60, 2 * parts)).reshape(-1, 2).tolist()
    pieces = [Box(x0, 0.0, x1, 9.0) for x0, x1 in edges]
    ends = np.sort(random.uniform(0, 60, letters + 1)).tolist()
    spans = list(pairwise(ends))
    uneven = 2 * (pieces[-1].x1 - pieces[0].x0) / letters
    path = _assigned(spans, pieces)
    shares = list(pairwise(path))
    cost = sum(
        abs(pieces[piece].x0 - spans[letter][0])
        + abs(pieces[until - 1].x1 - spans[to - 1][1])
        + uneven * (to - letter + until - piece - 2)
        for (letter, piece), (to, until) in shares
    )
    least = cheapest(spans, pieces, uneven)
    assert (cost == pytest.approx(least)) if shares else least == inf
