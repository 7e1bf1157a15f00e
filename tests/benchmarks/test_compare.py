import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmarks.compare_plot import draw
from benchmarks.compare_report import extent, full_report, summary
from benchmarks.compare_rows import ReadingsFile
from benchmarks.compare_statistics import f1_difference, f1_spread, speed_ups
from benchmarks.compare_verdict import verdict
from benchmarks.made_pages import MAKERS, made_pages, scanned, skewed, turned
from benchmarks.reader_child import _runs, _shared_out
from benchmarks.readers import ReaderProcess
from benchmarks.true_pages import made_set, readable_languages, turned_sets


def row(reader: str, page: str, cpu_ms: float, matched: int, half: str = "even") -> dict[str, Any]:
    return {
        "reader": reader, "set": "sroie", "page": page, "half": half, "wall_ms": cpu_ms,
        "cpu_ms": cpu_ms, "peak_mb": 100, "words": [matched, 10, 10], "order": [1, 2],
    }  # fmt: skip


IDENTITY = {"conditions": "a machine", "programs": "pytesseract 1"}


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
    made = MAKERS[number](3)
    for page in (made, scanned(made, 1)):
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


def test_a_difference_is_that_of_the_same_pages_and_chance_is_told() -> None:
    difference = f1_difference(ROWS, "pagesight:fast", "pytesseract")
    assert difference.value == pytest.approx(0.15)
    assert (difference.low, difference.high) == pytest.approx((0.1, 0.2))
    spread = f1_spread([each for each in ROWS if each["reader"] == "pytesseract"])
    assert spread == pytest.approx((0.8, 0.8, 0.8))


def test_the_full_report_has_a_line_for_each_program_and_tells_the_held_out_half() -> None:
    said = full_report(ROWS, "a machine", "pytesseract 1", "a.png")
    line = next(line for line in said.splitlines() if line.startswith("| pagesight:fast | 0"))
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[:3] == ["pagesight:fast", "0.950 (0.900-1.000)", "1.000"]
    assert cells[3:6] == ["-", "-", "-"]
    assert cells[8] == "0.500"
    assert cells[10:13] == ["50 (50-50)", "4.00 (3.00-5.00)", "4.00"]


def test_a_program_that_ended_on_a_page_is_named() -> None:
    rows = [*ROWS, row("rapidocr", "a", 10, 0) | {"failed": True}]
    assert "counted as no text: rapidocr on a." in full_report(rows, "", "", "")


def test_the_front_page_gets_a_line_for_each_program() -> None:
    head, _, *lines = summary(ROWS).splitlines()
    assert "receipts (2): word F1" in head
    assert "marks" not in head
    assert lines[0] == "| `pagesight:fast` | .950 ± .050 | 1.000 | 4.0 |"
    assert len(lines) == 2


def test_the_front_page_has_marks_where_the_truth_has_them() -> None:
    head, _, line, _ = summary([each | {"set": "funsd"} for each in reversed(MARKED)]).splitlines()
    assert "marks F1 | numbers F1" in head
    assert "| 1.000 | 0.500 |" in line


def test_a_set_that_is_read_better_than_by_tesseract_is_no_loss() -> None:
    assert "No set is read a point worse" in verdict(ROWS)
    assert "| sroie | 2 | 0.800 (pytesseract) | +0.150 |" in verdict(ROWS)


def marked(each: dict[str, Any], matched: int, signs: list[int]) -> dict[str, Any]:
    numbers = {"numbers": [matched, 4, 4], "marks": [4, 4, 4], "signs": signs}
    return each | {"set": "made"} | numbers


MARKED = [
    marked(row("pytesseract", "a", 100, 8), 4, [0, 0, 4]),
    marked(row("pagesight:fast", "a", 50, 9), 2, [2, 1, 4]),
]


def test_marks_numbers_and_lost_signs_stand_beside_the_word_f1() -> None:
    said = full_report(MARKED, "a machine", "pytesseract 1", "a.png")
    assert "| 1.000 | 0.500 | 2 (1) of 4 |" in said
    assert "| made | numbers | 1.000 (pytesseract) | -0.500 |" in said
    assert "pagesight:fast: of 4 signed numbers 2 lost their sign, 1 of them" in said
    assert "No set with marks" in full_report(ROWS, "", "", "")


def test_with_pages_enough_chance_is_judged() -> None:
    rows = [row(each["reader"], f"{each['page']}{at}", 10, each["words"][0])
            for at in range(3) for each in ROWS]  # fmt: skip
    assert re.search(r"\+0\.150 \(\+0\.1.* to \+0\..*\) better", verdict(rows))


def test_a_set_that_got_worse_is_told_with_what_was_lost() -> None:
    rows = [row("tesserocr", "a", 10, 9), row("pytesseract", "a", 10, 8),
            row("pagesight:fast", "a", 5, 6)]  # fmt: skip
    said = verdict(rows)
    assert "0.900 (tesserocr)" in said
    assert "sroie, pagesight:fast: 0.600 for 0.900." in said
    assert "a (6 right words for 9)" in said


def test_without_tesseract_there_is_nothing_to_be_worse_than() -> None:
    assert "did not run" in verdict([row("pagesight:fast", "a", 5, 6)])


def test_the_plot_is_a_small_picture_with_a_panel_for_each_set(tmp_path: Path) -> None:
    draw([*ROWS, *(each | {"set": "funsd"} for each in ROWS)], tmp_path / "both.png")
    draw(ROWS, tmp_path / "one.png")
    with Image.open(tmp_path / "both.png") as both, Image.open(tmp_path / "one.png") as one:
        assert both.width == 2 * one.width
    assert (tmp_path / "both.png").stat().st_size < 60_000


def test_an_interrupted_comparison_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "compare.jsonl"
    ReadingsFile(path, IDENTITY).add(ROWS)
    with path.open("a") as file:
        file.write(json.dumps(row("pytesseract", "c", 1, 1))[:30])
    again = ReadingsFile(path, IDENTITY)
    assert again.rows == ROWS
    assert again.has("sroie", "a", ["pytesseract", "pagesight:fast"])
    assert not again.has("sroie", "a", ["pytesseract", "rapidocr"])
    assert not again.has("sroie", "c", ["pytesseract"])
    again.add([row("pytesseract", "a", 7, 7)])
    assert len(ReadingsFile(path, IDENTITY).rows) == len(ROWS)


def test_readings_of_another_commit_are_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "compare.jsonl"
    ReadingsFile(path, IDENTITY).add(ROWS)
    assert ReadingsFile(path, IDENTITY | {"conditions": "another"}).rows == []
    assert (tmp_path / "compare.old.jsonl").exists()
    ReadingsFile(path, IDENTITY).add(ROWS)
    assert ReadingsFile(path, IDENTITY, anew=True).rows == []


def test_a_program_that_falls_over_is_started_anew_and_has_read_nothing(tmp_path: Path) -> None:
    Image.new("RGB", (60, 40), "white").save(tmp_path / "page.png")
    with ReaderProcess("pytesseract", Path(sys.executable), tmp_path / "log") as reader:
        fallen = reader.read(tmp_path / "missing.png", "eng")
        assert fallen.failed
        assert not fallen.text
        assert not reader.read(tmp_path / "page.png", "eng").failed


def test_a_line_is_shared_out_among_its_words_by_letters() -> None:
    quad = [[0, 0], [90, 0], [90, 10], [0, 10]]
    assert list(_shared_out("ab cd efg", quad)) == [
        ("ab", 0, 0, 20, 10), ("cd", 30, 0, 50, 10), ("efg", 60, 0, 90, 10),
    ]  # fmt: skip
    assert list(_runs("")) == []


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ({}, ""),
        ({"forms": 1}, "every page of forms"),
        ({"forms": 1, "receipts": 3}, "every page of forms; the first 2 of 3 of receipts"),
        ({"letters": 4}, "the first 0 of 4 of letters"),
    ],
)
def test_a_report_says_how_much_of_each_set_was_read(there: dict[str, int], said: str) -> None:
    pages = [("forms", "1"), ("receipts", "1"), ("receipts", "2")]
    rows = [
        {"set": name, "page": page, "reader": reader} for name, page in pages for reader in "ab"
    ]
    assert extent(rows, there) == said
