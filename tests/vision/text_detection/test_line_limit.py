"""Lines that are noise are left out before they are read, and the page says so."""

import numpy as np
import pytest

from vision.imaging.connected_components import find_letters
from vision.text_detection.line_limit import bounded, warnings_of
from vision.text_detection.morphology import ClassicalLineFinder, find_lines

LETTER = 10.0


def cores(lone, wide):
    """Lines of one letter and lines of twenty, in turns as far as they go."""
    widths = np.array([8] * lone + [200] * wide)
    np.random.default_rng(1).shuffle(widths)
    y = np.arange(len(widths)) * 12
    return np.column_stack([np.zeros_like(y), y, widths, y + 10])


@pytest.mark.parametrize(
    ("lone", "wide", "kept"),
    [
        (0, 0, 0),
        (0, 100, 100),
        (500, 50, 550),
        (600, 100, 100),
        (601, 0, 0),
        (400, 300, 700),
        (0, 3001, 3000),
        (9000, 3500, 3000),
    ],
)
def test_lone_pieces_are_left_out_where_hundreds_crowd_out_lines(lone, wide, kept):
    lines, left_out = bounded(cores(lone, wide), LETTER)
    assert (len(lines), left_out) == (kept, lone + wide - kept)


def test_the_widest_lines_stay_in_their_order():
    found = cores(0, 4000)
    found[::4, 2] = 50
    lines, left_out = bounded(found, LETTER)
    assert left_out == 1000
    assert (lines[:, 2] == 200).all()
    assert (np.diff(lines[:, 1]) > 0).all()


def test_the_warning_says_how_many_lines_were_left_out():
    assert warnings_of(0, 40) == ()
    (warning,) = warnings_of(900, 940)
    assert warning.code == "too_many_lines"
    assert "900 of 940" in warning.message


def speckled(count):
    """A page of specks as large as letters, far apart."""
    page = np.full((2000, 1500, 3), 255, np.uint8)
    for at in range(count):
        y, x = divmod(at, 32)
        page[40 + y * 46 : 52 + y * 46, 40 + x * 46 : 49 + x * 46] = 0
    return page


def test_a_page_of_specks_is_not_read_line_by_line():
    found = ClassicalLineFinder().find(speckled(1200), ("eng",))
    assert len(found.lines) == 0
    assert [warning.code for warning in found.warnings] == ["too_many_lines"]
    assert find_lines(find_letters(speckled(1200))).left_out == 1200


def test_a_few_lone_letters_are_read():
    found = ClassicalLineFinder().find(speckled(300), ("eng",))
    assert len(found.lines) == 300
    assert found.warnings == ()
