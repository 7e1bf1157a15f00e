"""The cheap finder takes even, light pages; the robust one takes the others."""

import numpy as np
import pytest

from tests.support.lines import page_of_text
from vision.core.document import ModelUse
from vision.core.stages import FoundLine, FoundLines
from vision.imaging.connected_components import find_letters
from vision.text_detection.auto import AutoLineFinder, share_of_dark_ground

ROBUST_LINE = FoundLine(((0, 0), (9, 0), (9, 5), (0, 5)))


class RobustFinder:
    """Finds one line on every page."""

    name = "learned"

    def find(self, image, languages, letters=None):
        return FoundLines((ROBUST_LINE,), self.name, self.models())

    def models(self):
        return (ModelUse("robust", "1", "", "CPUExecutionProvider"),)


def shaded(page, dark):
    """The page with its right part under a deep shadow."""
    edge = round(page.shape[1] * (1 - dark))
    page = page.copy()
    page[:, edge:] = page[:, edge:] * 0.3
    return page


def streaked(page):
    """The page with its letters run together from line to line."""
    page = page.copy()
    page[:, 100:900:40] = 0
    page[:, 101:900:40] = 0
    return page


def dusty(page):
    """The page with dust as large as hyphens on it."""
    page = page.copy()
    height, width = page.shape[:2]
    for x, y in np.random.default_rng(1).integers(0, (width, height), (900, 2)).tolist():
        page[y : y + 5, x : x + 8] = 0
    return page


def noisy(page):
    """The page as a sensor in the dark sees it."""
    noise = np.random.default_rng(1).normal(0, 30, page.shape)
    return np.clip(page + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("page", "finder"),
    [
        (page_of_text(), "classical"),
        (shaded(page_of_text(), 0.1), "classical"),
        (shaded(page_of_text(), 0.4), "learned"),
        (255 - page_of_text(), "learned"),
        (dusty(page_of_text()), "learned"),
        (noisy(page_of_text()), "learned"),
        (np.full((600, 800, 3), 255, np.uint8), "classical"),
        (np.zeros((600, 800, 3), np.uint8), "classical"),
    ],
    ids=[
        "plain",
        "small shadow",
        "large shadow",
        "light on dark",
        "dusty",
        "noisy",
        "white",
        "black",
    ],
)
def test_the_background_decides(page, finder):
    found = AutoLineFinder(RobustFinder()).find(page, ("eng",))
    assert found.finder == finder
    assert (found.lines == (ROBUST_LINE,)) == (finder == "learned")
    assert [use.name for use in found.models] == (["robust"] if finder == "learned" else [])


def test_the_lines_are_those_of_the_finder_chosen():
    auto = AutoLineFinder(RobustFinder())
    assert len(auto.find(page_of_text(lines=3), ("eng",)).lines) == 3
    assert [use.name for use in auto.models()] == ["robust"]


@pytest.mark.parametrize("dark", [0.0, 0.3, 0.6])
def test_dark_ground_is_measured_by_its_area(dark):
    page = shaded(np.full((600, 800, 3), 240, np.uint8), dark)
    assert share_of_dark_ground(find_letters(page).ground) == pytest.approx(dark, abs=0.08)
