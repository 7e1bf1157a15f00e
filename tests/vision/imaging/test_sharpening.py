"""Blurred pages are measured and sharpened, others stay as they are."""

import cv2
import numpy as np
import pytest

from tests.support.lines import page_of_text
from vision.core.stages import PreparedPage
from vision.imaging.connected_components import find_letters
from vision.imaging.sharpening import blur_of, sharpened

PAGE = page_of_text(24)


def blurred(sigma):
    return np.asarray(cv2.GaussianBlur(PAGE, (0, 0), sigma), np.uint8)


def prepared(page):
    return PreparedPage(1, page, page, np.eye(2, 3), None, 0, 0.0)


@pytest.mark.parametrize("sigma", [1.4, 2.0, 2.6])
def test_the_blur_of_a_page_is_measured(sigma):
    assert blur_of(find_letters(blurred(sigma))) == pytest.approx(sigma, rel=0.25)


@pytest.mark.parametrize("sigma", [1.6, 2.2])
def test_a_blurred_page_becomes_more_like_the_sharp_one(sigma):
    page = blurred(sigma)
    result = sharpened(prepared(page))
    assert [each.stage for each in result.preparation] == ["sharpen"]
    before, after = (np.abs(each.astype(int) - PAGE).mean() for each in (page, result.working))
    assert after < 0.8 * before
    assert result.text is not None


@pytest.mark.parametrize(
    "page",
    [PAGE, blurred(0.6), cv2.resize(page_of_text(48), None, fx=2, fy=2)[:1600],
     np.full((300, 400, 3), 255, np.uint8)],
    ids=["sharp", "soft", "large print", "blank"],
)  # fmt: skip
def test_other_pages_stay_as_they_are(page):
    result = sharpened(prepared(page))
    assert result.working is page
    assert result.preparation == ()
