import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.compare_report import markdown, scatter, speed_ups
from benchmarks.made_pages import MAKERS, made_pages, scanned, skewed, turned
from benchmarks.reader_child import _runs, _shared_out
from benchmarks.true_pages import made_set, readable_languages, turned_sets


def row(reader: str, page: str, cpu_ms: float, matched: int, half: str = "even") -> dict[str, Any]:
    return {
        "reader": reader, "set": "made", "page": page, "half": half, "wall_ms": cpu_ms,
        "cpu_ms": cpu_ms, "peak_mb": 100, "words": [matched, 10, 10], "order": [1, 2],
    }  # fmt: skip


ROWS = [
    row("pytesseract", "a", 100, 8),
    row("pagesight:fast", "a", 50, 9),
    row("pytesseract", "b", 300, 8, "odd"),
    row("pagesight:fast", "b", 50, 10, "odd"),
]


def test_pages_are_the_same_each_time_and_differ_by_seed() -> None:
    for make in MAKERS:
        one, again, other = make(1), make(1), make(2)
        assert np.array_equal(one.pixels, again.pixels)
        assert one.text == again.text
        assert one.text != other.text


@pytest.mark.parametrize("number", range(len(MAKERS)))
def test_every_line_stands_in_its_box(number: int) -> None:
    for page in (MAKERS[number](3), scanned(MAKERS[number](3), 1)):
        for line in page.lines:
            x0, y0, x1, y1 = (round(edge) for edge in line.box)
            assert page.pixels[y0 : y1 + 1, x0 : x1 + 1].min() < 160
            assert x1 <= page.pixels.shape[1]


def test_a_receipt_holds_its_fields() -> None:
    receipt = MAKERS[1](5)
    assert set(receipt.fields) == {"company", "address", "date", "total"}
    assert all(value in receipt.text for value in receipt.fields.values())


def test_turning_four_times_gives_the_page_back() -> None:
    page = MAKERS[0](1)
    quarter = turned(page, 1)
    assert quarter.pixels.shape[:2] == page.pixels.shape[1::-1]
    assert np.array_equal(turned(quarter, 3).pixels, page.pixels)
    assert skewed(page, 2.0).pixels.shape == page.pixels.shape


def test_odd_rounds_look_scanned() -> None:
    names = [page.name for page in made_pages(2)]
    assert len(names) == 2 * len(MAKERS)
    assert all(name.endswith("_scan") for name in names[len(MAKERS) :])


def test_made_pages_become_files_with_their_truth(tmp_path: Path) -> None:
    pages = list(made_set(tmp_path, 1))
    assert all(page.path.exists() and page.units for page in pages)
    assert {page.half for page in pages} == {"even", "odd"}
    turned_page = next(turned_sets(tmp_path, 1))
    assert turned_page.text
    assert not turned_page.units


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("eng", "eng"),
        ("deu_latf", "deu"),
        ("fra", "eng"),
        ("fra+eng", "eng"),
        ("deu+eng", "deu+eng"),
    ],
)
def test_languages_that_are_missing_are_read_as_their_nearest(asked: str, read: str) -> None:
    assert readable_languages(asked, ["deu", "eng"]) == read


def test_speed_is_compared_page_by_page() -> None:
    assert sorted(speed_ups(ROWS, "pagesight:fast")) == [2.0, 6.0]
    assert speed_ups(ROWS, "unknown") == []


def test_the_report_has_a_line_for_each_reader_and_tells_the_halves_apart() -> None:
    said = markdown(ROWS, "a machine", {"pytesseract": "1"})
    assert (
        "| pagesight:fast | 2 | 0.950 | - | - | 0.500 | - | 50 (50-50) | 20.00 | 4.00 | 100 |"
        in said
    )
    assert "pagesight:fast 0.900 / 1.000" in said


def test_the_plot_is_an_svg_with_a_point_for_each_reader() -> None:
    shapes = ET.fromstring(scatter(ROWS))
    assert len(shapes.findall("{http://www.w3.org/2000/svg}circle")) == 2
    assert ET.fromstring(scatter([])).tag.endswith("svg")


def test_a_line_is_shared_out_among_its_words_by_letters() -> None:
    quad = [[0, 0], [90, 0], [90, 10], [0, 10]]
    assert list(_shared_out("ab cd efg", quad)) == [
        ("ab", 0, 0, 20, 10), ("cd", 30, 0, 50, 10), ("efg", 60, 0, 90, 10),
    ]  # fmt: skip
    assert list(_runs("")) == []
