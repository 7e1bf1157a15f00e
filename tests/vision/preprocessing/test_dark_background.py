"""Dark windows with light print are read in reverse; photographs and paper are not."""

import numpy as np
import pytest

from tests.support.documents import text_page
from vision.core.options import ReadOptions
from vision.core.stages import PageImage
from vision.preprocessing.dark_background import has_dark_background, reverse
from vision.preprocessing.prepare import prepare

PAPER = np.array(text_page(900, 500, 22, 8))


def with_colours(paper: int, ink: int) -> np.ndarray:
    """The page with other colours: 255 is its paper, 0 its ink."""
    return (ink + (PAPER.astype(float) / 255) * (paper - ink)).round().astype(np.uint8)


@pytest.mark.parametrize(
    ("paper", "ink", "dark"),
    [(30, 212, True), (0, 255, True), (100, 250, True), (30, 70, False), (120, 250, False),
     (255, 0, False), (90, 10, False), (248, 44, False)],
)  # fmt: skip
def test_light_print_on_a_dark_background_is_told_from_other_pages(
    paper: int, ink: int, dark: bool
) -> None:
    assert has_dark_background(with_colours(paper, ink)[:, :, 0]) is dark


def test_a_dark_photograph_and_a_blank_page_are_no_dark_background() -> None:
    source = np.random.default_rng(1)
    photograph = source.integers(0, 160, (400, 600), dtype=np.uint8)
    assert not has_dark_background(photograph)
    assert not has_dark_background(np.full((400, 600), 20, np.uint8))


def test_a_dark_page_is_prepared_in_reverse_and_results_keep_its_own_pixels() -> None:
    dark = with_colours(30, 220)
    page = prepare(PageImage(1, dark), ReadOptions(), None)
    assert np.array_equal(page.upright, dark)
    assert page.working.mean() > 150
    (lit,) = (each for each in page.preparation if each.stage == "illumination")
    assert lit.applied
    assert "reversed" in lit.detail


def test_no_page_is_reversed_where_the_light_is_to_stay() -> None:
    dark = with_colours(30, 220)
    page = prepare(PageImage(1, dark), ReadOptions(illumination="off"), None)
    assert np.array_equal(page.working, dark)


def test_the_reverse_of_the_reverse_is_the_picture() -> None:
    assert np.array_equal(reverse(reverse(PAPER)), PAPER)
