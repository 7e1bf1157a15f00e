from itertools import product
from math import exp

import numpy as np
import pytest
from hypothesis import example, given, settings
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


@settings(max_examples=60, deadline=None)
@given(arrays(np.float32, (4, 4), elements=st.integers(1, 20)))
@example(np.array([[1, 6, 6, 6], [6, 6, 6, 6], [6, 6, 6, 6], [6, 6, 1, 6]], np.float32))
@example(np.array([[9, 9, 9, 9], [9, 9, 9, 9], [9, 9, 9, 9], [9, 9, 1, 9]], np.float32))
def test_the_likeliest_reading_is_the_sum_of_its_paths(raw: np.ndarray):
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    plain = Alphabet((" ", "a", "b"), ((3,), (1,), (2,)), 0)
    best = Search(probabilities, plain).hypotheses()[0]
    classes = tuple({0: 3, 1: 1, 2: 2}[each] for each in best.characters)
    totals = exact(probabilities)
    # A beam passes over paths that it gave up, but never counts one twice.
    probability = exp(len(probabilities) * STEP_COST - best.cost)
    assert 0.5 * totals[classes] <= probability <= 1.001 * totals[classes]
    assert totals[classes] >= 0.5 * max(totals.values())


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
    runs = Runs(
        np.array([1, 1, 2, 2, 1]), np.array([0, 2, 3, 5, 6]), np.array([1, 3, 4, 6, 7]),
        np.array([0.9, 0.8, 0.7, 0.6, 0.5], np.float32), 0.7,
    )  # fmt: skip
    glyphs = LETTERS.glyphs(runs)
    assert [each.character for each in glyphs] == [5, 4, 3]
    assert (glyphs[0].start, glyphs[0].end) == (0, 4)
    assert glyphs[0].probability == pytest.approx(0.7)


def test_classes_that_spell_nothing_are_left_out():
    runs = Runs(
        np.array([7, 1]), np.array([0, 1]), np.array([1, 2]), np.array([0.9, 0.9], np.float32), 0.9
    )
    assert [each.character for each in LETTERS.glyphs(runs)] == [3]


def test_of_characters_with_one_code_the_last_is_read():
    twins = Alphabet((" ", "a", "A"), ((3,), (1,), (1,)), 0)
    (runs,) = greedy_runs(heard((0.1, 0.8, 0.05, 0.05))[None], np.array([1], np.int32), 0)
    assert [each.character for each in twins.glyphs(runs)] == [2]
