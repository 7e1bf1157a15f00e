"""Specks all over a page are painted over, marks of print are not."""

import numpy as np
import pytest

from tests.support.lines import page_of_text
from vision.core.stages import PreparedPage
from vision.imaging.connected_components import find_letters
from vision.imaging.salt import without_noise, without_salt


def salted(page, count, level=0):
    page = page.copy()
    height, width = page.shape[:2]
    for x, y in np.random.default_rng(1).integers(0, (width, height), (count, 2)).tolist():
        page[y : y + 2, x : x + 2] = level
    return page


def cleaned(page):
    prepared = PreparedPage(1, page, page, np.eye(2, 3), None, 0, 0.0, text=find_letters(page))
    return without_salt(prepared)


@pytest.mark.parametrize("count", [2000, 6000])
def test_salt_is_painted_like_the_paper_beside_it(count):
    page = page_of_text()
    result = cleaned(salted(page, count))
    assert [each.stage for each in result.preparation] == ["despeckle"]
    salt = np.count_nonzero((salted(page, count) < 128) & (page > 128))
    left = np.count_nonzero((result.working < 128) & (page > 128))
    assert left < 0.25 * salt
    letters = page < 128
    assert (result.working < 128)[letters].mean() > 0.99


@pytest.mark.parametrize(
    "page",
    [
        page_of_text(),
        salted(page_of_text(), 40),
        salted(page_of_text(), 6000, level=200),
        np.full((600, 800, 3), 255, np.uint8),
    ],
    ids=["clean", "a few specks", "pale grain", "blank"],
)
def test_a_page_that_is_not_covered_with_dark_specks_stays_as_it_is(page):
    result = cleaned(page)
    assert result.working is page
    assert result.preparation == ()
    assert result.text is not None


def test_a_screen_is_smoothed_away_and_not_painted_over():
    page = page_of_text().copy()
    for x, y in ((0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (2, 2), (1, 2), (2, 1)):
        page[y::7, x::7] = np.minimum(page[y::7, x::7], 40)
    prepared = PreparedPage(1, page, page, np.eye(2, 3), None, 0, 0.0)
    assert [each.stage for each in without_noise(prepared).preparation] == ["descreen"]
