"""Print of the other side of the sheet is removed where its lines prove to be mirrored."""

import cv2
import numpy as np
import pytest

from models.loaders.tesseract_lstm import open_lstm_recogniser
from tests.support.lines import page_of_text
from vision.core.protocols import Recogniser
from vision.core.stages import PreparedPage
from vision.engines.tessdata import find_tessdata
from vision.text_detection.bleed_through import without_bleed_through

PAGE = page_of_text(28, 8)
FRONT = np.full_like(PAGE, 255)
FRONT[: PAGE.shape[0] // 2] = PAGE[: PAGE.shape[0] // 2]
BACK = np.full_like(PAGE, 255)
BACK[PAGE.shape[0] // 2 :] = PAGE[: PAGE.shape[0] // 2]


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> Recogniser:
    return open_lstm_recogniser(find_tessdata(None), tmp_path_factory.mktemp("converted"), "cpu")


def printed(back, share=0.3):
    """The front of a sheet, and what stands on `back` below or behind it, paler."""
    soft = cv2.GaussianBlur(back, (0, 0), 1.0).astype(float)
    return (FRONT - (255 - soft) * share).clip(0, 255).astype(np.uint8)


def cleaned(page, recogniser):
    prepared = PreparedPage(1, page, page, np.eye(2, 3), None, 0, 0.0)
    return without_bleed_through(prepared, recogniser, ("eng",))


@pytest.mark.parametrize("share", [0.15, 0.3, 0.45])
@pytest.mark.parametrize("moved", [0, -PAGE.shape[0] // 2 + 17])
def test_mirrored_pale_print_is_painted_over_and_the_front_stays(recogniser, share, moved):
    back = np.roll(BACK[:, ::-1], moved, axis=0)
    result = cleaned(printed(back, share), recogniser)
    assert [each.applied for each in result.page.preparation] == [True]
    assert result.models
    front = FRONT < 128
    assert result.page.working[front].max() < 128
    away = cv2.dilate((FRONT < 200).view(np.uint8)[:, :, 0], np.ones((9, 9), np.uint8)) == 0
    assert result.page.working[away].min() > 225


def test_pale_print_that_reads_as_it_stands_is_kept(recogniser):
    page = printed(BACK)
    result = cleaned(page, recogniser)
    assert [each.applied for each in result.page.preparation] == [False]
    assert result.page.working is page


@pytest.mark.parametrize(
    "page", [PAGE, np.full_like(PAGE, 255), 255 - PAGE], ids=["plain", "blank", "dark"]
)
def test_a_page_of_one_tone_costs_no_reading(page, recogniser):
    result = cleaned(page, recogniser)
    assert result.page.working is page
    assert result.page.preparation == ()
    assert result.models == ()
