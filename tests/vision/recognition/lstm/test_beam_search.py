from itertools import product
from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vision.recognition.common.ctc_greedy import Runs, greedy_runs
from vision.recognition.lstm.beam_search import Search
from vision.recognition.lstm.charset import Alphabet

# Two letters of one class, one spelt with two: (1,) is whole, and begins (1, 2) as well.
STEP_COST = 0.085  # what each step costs besides -ln p
LETTERS = Alphabet((" ", "-", "-", "a", "b", "ab"), ((3,), (0,), (0,), (1,), (2,), (1, 1, 2)), 0)


def collapsed(path: tuple[int, ...]) -> tuple[int, ...]:
    kept = [each for at, each in enumerate(path) if at == 0 or path[at - 1] != each]
    return tuple(each for each in kept if each)


def exact(probabilities: np.ndarray) -> dict[tuple[int, ...], float]:
    """Every path, added up by the classes it says."""
    totals: dict[tuple[int, ...], float] = {}
    for path in product(range(probabilities.shape[1]), repeat=len(probabilities)):
        chance = float(np.prod([row[each] for row, each in zip(probabilities, path, strict=True)]))
        totals[collapsed(path)] = totals.get(collapsed(path), 0) + chance
    return totals


PLAIN = Alphabet((" ", "a", "b"), ((3,), (1,), (2,)), 0)


def likeliest(raw: np.ndarray) -> tuple[float, float, float]:
    """The chance of the reading found as the search has it, exactly, and that of the best one."""
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    best = Search(probabilities, PLAIN).hypotheses()[0]
    classes = tuple({0: 3, 1: 1, 2: 2}[each] for each in best.characters)
    totals = exact(probabilities)
    probability = exp(len(probabilities) * STEP_COST - best.cost)
    return probability, totals[classes], max(totals.values())


@settings(max_examples=60, deadline=None)
@given(arrays(np.float32, (4, 4), elements=st.integers(1, 20)))
def test_the_chance_of_a_reading_counts_no_path_twice(raw: np.ndarray):
    probability, exactly, _ = likeliest(raw)
    assert 0 < probability <= 1.001 * exactly


@pytest.mark.parametrize(
    "raw",
    [
        [[1, 6, 6, 6], [6, 6, 6, 6], [6, 6, 6, 6], [6, 6, 1, 6]],
        [[9, 9, 9, 9], [9, 9, 9, 9], [9, 9, 9, 9], [9, 9, 1, 9]],
    ],
)
def test_of_nearly_equal_readings_a_likely_one_is_found(raw: list[list[int]]):
    probability, exactly, best = likeliest(np.array(raw, np.float32))
    assert probability >= 0.5 * exactly
    assert exactly >= 0.5 * best


def test_a_beam_rarely_gives_up_the_likeliest_reading():
    """It follows three classes a step, so that it can: of 4,000 such images one in 500 did."""
    random = np.random.default_rng(1)
    found = [likeliest(random.integers(1, 21, (4, 4)).astype(np.float32)) for _ in range(200)]
    assert sum(exactly < 0.5 * best for _, exactly, best in found) <= 2


def heard(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array(rows, np.float32)


def test_a_code_of_several_classes_is_one_character():
    sure = heard((0.01, 0.97, 0.01, 0.01), (0.97, 0.01, 0.01, 0.01),
                 (0.01, 0.97, 0.01, 0.01), (0.01, 0.01, 0.97, 0.01))  # fmt: skip
    search = Search(sure, LETTERS)
    found = {each.characters: each.prefix for each in search.hypotheses()}
    assert (5,) in found
    glyph = search.glyphs(found[5,], 10)[0]
    assert (glyph.character, glyph.start, glyph.end) == (5, 10, 14)
    assert (3, 3, 4) in found


def test_a_reading_that_ends_within_a_code_is_none():
    only = Alphabet((" ", "x"), ((3,), (1, 2)), 0)
    search = Search(heard((0.01, 0.98, 0.005, 0.005)), only)
    assert all(each.characters == () for each in search.hypotheses())


def test_greedy_spelling_takes_the_longest_code():
    chances = [0.9, 0.8, 0.7, 0.6, 0.5]
    runs = Runs([1, 1, 2, 2, 1], [0, 2, 3, 5, 6], [1, 3, 4, 6, 7], chances, 0.7)
    glyphs = LETTERS.glyphs(runs)
    assert [each.character for each in glyphs] == [5, 4, 3]
    assert (glyphs[0].start, glyphs[0].end) == (0, 4)
    assert glyphs[0].probability == pytest.approx(0.7)


def test_classes_that_spell_nothing_are_left_out():
    runs = Runs([7, 1], [0, 1], [1, 2], [0.9, 0.9], 0.9)
    assert [each.character for each in LETTERS.glyphs(runs)] == [3]


def test_of_characters_with_one_code_the_last_is_read():
    twins = Alphabet((" ", "a", "A"), ((3,), (1,), (1,)), 0)
    (runs,) = greedy_runs(heard((0.1, 0.8, 0.05, 0.05))[None], np.array([1], np.int32), 0)
    assert [each.character for each in twins.glyphs(runs)] == [2]
