"""The commonest size of letters, on pages where dots outnumber them."""

import numpy as np
import pytest

from vision.imaging.letter_size import of_letter_size


def pieces_of(sizes):
    return np.array([(0, 0, round(0.7 * size), size) for size in sizes], np.int32)


def dots_of(side, count):
    return np.array([(0, 0, side, side)] * count, np.int32)


def no_areas():
    raise AssertionError("areas were asked for")


def solid(pieces, share):
    return lambda: np.round(share * pieces[:, 2] * pieces[:, 3]).astype(np.int64)


def test_letters_are_those_near_the_median_size():
    found = of_letter_size(pieces_of([3, 6, 14, 15, 16, 17, 18, 60]), no_areas)
    assert found[:, 3].tolist() == [14, 15, 16, 17, 18]


@pytest.mark.parametrize("dots", [300, 1500])
def test_small_dots_are_no_letters_however_many_they_are(dots):
    letters = pieces_of([16, 20, 22] * 40)
    found = of_letter_size(np.concatenate([dots_of(4, dots), letters]), no_areas)
    assert len(found) == len(letters)


@pytest.mark.parametrize(("fill", "size"), [(0.8, 40), (0.45, 8)])
def test_larger_dots_are_told_from_small_print_by_being_solid(fill, size):
    pieces = np.concatenate([dots_of(8, 300), pieces_of([40] * 60)])
    found = of_letter_size(pieces, solid(pieces, fill))
    assert np.median(found[:, 3]) == size


def test_a_page_of_specks_alone_has_no_letters():
    assert of_letter_size(dots_of(3, 50), no_areas).shape == (0, 4)


def test_bars_of_bar_codes_are_no_letters_however_many_they_are():
    bars = np.array([(0, 0, 4, 80)] * 200, np.int32)
    found = of_letter_size(np.concatenate([bars, pieces_of([20, 22, 24] * 10)]), no_areas)
    assert sorted(set(found[:, 3].tolist())) == [20, 22, 24]


def test_thin_letters_among_others_count_as_letters():
    stems = np.array([(0, 0, 3, 22)] * 10, np.int32)
    found = of_letter_size(np.concatenate([stems, pieces_of([16] * 30)]), no_areas)
    assert len(found) == 40


def test_two_pieces_of_which_neither_has_about_the_middle_size_are_no_dots() -> None:
    pieces = np.array([[0, 0, 3, 6], [20, 0, 40, 90]], np.int32)
    found = of_letter_size(pieces, lambda: pieces[:, 2:].prod(axis=1).astype(np.int64))
    assert found.tolist() == [[20, 0, 40, 90]]
