"""Whole pages, turned and tilted as they come from scanners, read by the real engines."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.made_pages import MadePage, form, letter, receipt, skewed, turned
from benchmarks.scoring import score_words
from jobs.settings import Settings
from tests.support.lines import written
from vision.core.document import Page
from vision.core.options import ReadOptions
from vision.core.stages import PageImage
from vision.pipeline import read_page
from workers.engine.engine import Engine, build_engine

MAKERS: dict[str, Callable[[], MadePage]] = {
    "letter": lambda: letter(11),
    "receipt": lambda: receipt(12),
    "form": lambda: form(13),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = build_engine(Settings(data_dir=tmp_path_factory.mktemp("data")))
    yield engine
    engine.close()


def read(engine: Engine, page: MadePage, lines: str = "auto") -> Page:
    options = ReadOptions(detectors=(), barcodes="off", lines=lines)
    return read_page(PageImage(1, page.pixels), engine.stages, options, engine.orienter).page


def f1(page: Page, true: MadePage) -> float:
    return score_words(page.text, true.text).f1


def with_labels_along_the_edges(page: MadePage) -> MadePage:
    """The page with a label that reads upwards at its left, and at its right one downwards."""
    pixels = page.pixels.copy()
    for text, turns, x in (("Invoice number 00865872", 1, 40), ("Copy for the customer", 3, 1170)):
        label = np.rot90(written(text, 26), turns)
        pixels[500 : 500 + label.shape[0], x : x + label.shape[1]] = label
    return replace(page, pixels=pixels)


def test_labels_that_run_up_and_down_the_page_are_read_after_the_body(engine: Engine) -> None:
    page = read(engine, with_labels_along_the_edges(letter(11)), lines="learned")
    assert f1(page, letter(11)) > 0.9
    *_, upwards, downwards = (line for block in page.blocks for line in block.lines)
    assert (upwards.text, downwards.text) == ("Invoice number 00865872", "Copy for the customer")
    assert upwards.polygon is not None
    assert downwards.polygon is not None
    assert upwards.polygon[0][1] > upwards.polygon[1][1]
    assert downwards.polygon[0][1] < downwards.polygon[1][1]


@pytest.mark.parametrize("kind", MAKERS)
def test_all_four_rotations_of_a_page_read_alike(kind: str, engine: Engine) -> None:
    page = MAKERS[kind]()
    upright = f1(read(engine, page), page)
    assert upright > 0.9
    for quarter_turns in (1, 2, 3):
        found = read(engine, turned(page, quarter_turns))
        assert found.rotation == 360 - 90 * quarter_turns
        assert (found.width, found.height) == page.pixels.shape[1::-1]
        assert abs(f1(found, page) - upright) <= 0.01


@pytest.mark.parametrize("degrees", [-3.0, 2.0])
def test_a_small_skew_costs_no_words(degrees: float, engine: Engine) -> None:
    page = letter(15)
    found = read(engine, skewed(page, degrees))
    assert found.skew == pytest.approx(degrees, abs=0.4)
    assert f1(found, page) >= f1(read(engine, page), page) - 0.01


def test_a_tilted_page_upside_down_is_read(engine: Engine) -> None:
    page = letter(16)
    found = read(engine, turned(skewed(page, 2.0), 2))
    assert found.rotation == 180
    assert f1(found, page) >= f1(read(engine, page), page) - 0.01
