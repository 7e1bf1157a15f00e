"""The squares of squared paper are painted over, tables and plain pages are not."""

import numpy as np
import pytest

from tests.support.lines import page_of_text
from vision.core.stages import PreparedPage
from vision.imaging.connected_components import find_letters
from vision.imaging.squared_paper import without_squares


def ruled(page, *, rows, columns, level):
    page = page.copy()
    for row in rows:
        page[row : row + 2] = np.minimum(page[row : row + 2], level)
    for column in columns:
        page[:, column : column + 2] = np.minimum(page[:, column : column + 2], level)
    return page


def squared(page, pitch=30, level=150):
    height, width = page.shape[:2]
    places = {"rows": range(pitch, height, pitch), "columns": range(pitch, width, pitch)}
    return ruled(page, level=level, **places)


def cleaned(page):
    prepared = PreparedPage(1, page, page, np.eye(2, 3), None, 0, 0.0, text=find_letters(page))
    return without_squares(prepared)


def test_squares_are_painted_over_and_print_on_them_stays():
    page = page_of_text()
    result = cleaned(squared(page))
    (report,) = result.preparation
    assert (report.stage, report.measured, report.applied) == ("squares", 30.0, True)
    lines = (squared(page) < 200) & (page > 200)
    assert ((result.working < 200) & lines).sum() < 0.1 * lines.sum()
    print_ = page < 100
    assert (result.working < 128)[print_].mean() > 0.97


def test_squares_are_followed_where_they_are_tilted_against_the_print():
    page = page_of_text()
    height, width = page.shape[:2]
    tilted = page.copy()
    for row in range(30, height, 30):
        for x in range(width):
            tilted[row + x // 150, x] = 150
    for column in range(30, width, 30):
        tilted[:, column] = 150
    assert [each.stage for each in cleaned(tilted).preparation] == ["squares"]


@pytest.mark.parametrize(
    "page",
    [
        page_of_text(),
        ruled(page_of_text(), rows=range(30, 790, 40), columns=[], level=0),
        ruled(page_of_text(), rows=range(30, 790, 40), columns=[5, 300, 500, 990], level=0),
        np.full((800, 1000, 3), 255, np.uint8),
    ],
    ids=["plain", "ruled", "a table of the whole page", "blank"],
)
def test_other_pages_stay_as_they_are(page):
    result = cleaned(page)
    assert result.working is page
    assert result.preparation == ()
    assert result.text is not None


@pytest.mark.parametrize("width", [1, 2, 5])
def test_a_page_of_fewer_columns_than_bands_stays_as_it_is(width):
    page = np.full((300, width, 3), 255, np.uint8)
    page[::30] = 90
    assert np.array_equal(cleaned(page).working, page)
