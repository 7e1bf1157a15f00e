from dataclasses import replace
from pathlib import Path

import cv2
import pytest
from PIL import Image

from benchmarks.made_pages import MadePage, Maker, form, letter, receipt, skewed, table
from benchmarks.reading_order import score_page
from benchmarks.true_pages import TruePage, TrueUnit
from vision.core.geometry import bounding_box, transform_points


def true_page(page: MadePage, folder: Path) -> TruePage:
    path = folder / "page.png"
    Image.fromarray(page.pixels).save(path, compress_level=1)
    units = tuple(TrueUnit(line.text, line.box, at) for at, line in enumerate(page.lines))
    return TruePage("made", page.name, "even", path, "eng", page.text, units)


@pytest.mark.parametrize("make", [letter, receipt, table, form])
def test_simple_pages_are_read_in_order_without_any_region(make: Maker, tmp_path: Path) -> None:
    page = make(7)
    kept, pairs = score_page(true_page(page, tmp_path), ())
    assert kept == pairs == len(page.lines) - 1


def test_of_a_form_with_answers_only_they_are_judged(tmp_path: Path) -> None:
    page = form(7)
    title, name, filled, *_ = (
        TrueUnit(line.text, line.box, at) for at, line in enumerate(page.lines)
    )
    drawn = true_page(page, tmp_path)
    judged = replace(drawn, lines=(title, name, filled), answers=((1, 2), (2, 0), (1, 9)))
    assert score_page(judged, ()) == (1, 2)


def test_a_tilted_form_is_read_as_if_it_were_level(tmp_path: Path) -> None:
    level = form(7)
    height, width = level.pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 2.0, 1.0)
    tilted = true_page(skewed(level, 2.0), tmp_path)
    units = []
    for unit in tilted.units:
        x0, y0, x1, y1 = unit.box
        around = bounding_box(transform_points(turn, [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]))
        units.append(replace(unit, box=tuple(around)))
    kept, pairs = score_page(replace(tilted, units=tuple(units)), ())
    assert kept == pairs == len(level.lines) - 1
