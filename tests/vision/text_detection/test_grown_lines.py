"""Parts of one line, as boxes x0, y0, x1, y1; the first of each pair grew by a stop, or did not."""

import numpy as np
import pytest

from vision.text_detection.grown_lines import join_grown

LETTER, WORD_GAP = 20.0, 20
FIRST, CORE = (0, 10, 100, 30), (0, 10, 86, 30)


def joined(
    first: tuple[int, ...], core: tuple[int, ...], after: tuple[int, ...]
) -> list[list[int]]:
    lines, cores = np.array([first, after]), np.array([core, after])
    found, found_cores, tallest = join_grown(lines, cores, np.array([20, 18]), WORD_GAP, LETTER)
    assert len(found) == len(found_cores) == len(tallest)
    return found.tolist()


@pytest.mark.parametrize(
    "after", [(115, 10, 200, 30), (115, 12, 200, 32), (115, 14, 200, 28), (120, 10, 200, 30)]
)
def test_a_part_that_grew_by_a_stop_and_the_next_word_become_one(after):
    (whole,) = joined(FIRST, CORE, after)
    assert whole == [0, min(10, after[1]), 200, max(30, after[3])]


@pytest.mark.parametrize(
    ("core", "after"),
    [
        (FIRST, (115, 10, 200, 30)),  # it did not grow
        ((0, 10, 70, 30), (115, 10, 200, 30)),  # it grew by a dash
        (CORE, (121, 10, 200, 30)),  # too far
        (CORE, (115, 40, 200, 60)),  # the next row
        (CORE, (115, 10, 200, 60)),  # larger print
    ],
)
def test_other_parts_stay_two(core, after):
    assert len(joined(FIRST, core, after)) == 2


def test_a_row_of_three_parts_becomes_one():
    cores = np.array([[0, 10, 50, 30], [80, 10, 130, 30], [160, 10, 200, 30]])
    lines = cores + np.array([0, 0, 15, 0])
    found, _, tallest = join_grown(lines, cores, np.array([20, 24, 20]), WORD_GAP, LETTER)
    assert found.tolist() == [[0, 10, 215, 30]]
    assert tallest.tolist() == [24]


@pytest.mark.parametrize(
    ("before", "at", "expected"),
    [
        ((0, 10, 100, 30), (95, 10, 200, 30), 1),  # the letter between 95 and 105 was cut through
        ((0, 10, 100, 30), (95, 16, 200, 30), 1),
        ((0, 10, 100, 30), (100, 10, 200, 30), 2),  # each has its own letters
        ((0, 10, 100, 30), (95, 10, 200, 60), 2),  # two rows at once
        ((0, 10, 100, 30), (95, 20, 200, 40), 2),  # the end of another row
        ((0, 10, 100, 30), (95, 24, 200, 30), 2),  # a rule
    ],
)
def test_parts_into_which_a_letter_was_cut_become_one(before, at, expected):
    lines = np.array([before, at])
    cores = lines.copy()
    cores[1, 0] = 105
    assert len(join_grown(lines, cores, np.array([20, 20]), WORD_GAP, LETTER)[0]) == expected
    cores[1, 0] = 106
    assert len(join_grown(lines, cores, np.array([20, 20]), WORD_GAP, LETTER)[0]) == 2
