import hashlib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.kept_readings import KeptReading, KeptReadings, code_hash, others_of
from benchmarks.mark_scoring import LostSigns
from benchmarks.robustness.canvas import Canvas
from benchmarks.robustness.cases import Case, SourcePage, cases
from benchmarks.robustness.disturbances import (
    DISTURBANCES,
    MIDDLE,
    STRENGTHS,
    applies,
    disturbance_half,
    disturbed,
)
from benchmarks.robustness.fonts import FACES, Face, faces_of, missing_packages
from benchmarks.robustness.halves import half_of, seed_of
from benchmarks.robustness.pages import KINDS, DrawnPage, drawn_pages
from benchmarks.robustness.report import by_disturbance, by_program, lost_pages, report
from benchmarks.robustness.scores import Scored, scored, why_lost
from benchmarks.robustness.texts import SENTENCES, sentences


@pytest.fixture(scope="module")
def note() -> SourcePage:
    canvas = Canvas("note", (620, 240), faces_of("sans")[0], 26)
    canvas.paragraph(40, 60, 540, sentences(canvas.random, 3))
    return SourcePage("note", "tuning", np.array(canvas.pixels), canvas.text, marked=True)


def digest(pixels: np.ndarray) -> str:
    return hashlib.sha256(pixels.tobytes()).hexdigest()


@pytest.mark.parametrize("name", DISTURBANCES)
def test_a_disturbance_is_the_same_each_time_and_differs_by_strength(name, note):
    def pixels(strength):
        return disturbed("note", note.pixels, note.text, name, strength).pixels

    drawn = {strength: digest(pixels(strength)) for strength in STRENGTHS}
    assert drawn == {strength: digest(pixels(strength)) for strength in STRENGTHS}
    assert len(set(drawn.values())) == (1 if name == "none" else 3)


@pytest.mark.parametrize("name", DISTURBANCES)
def test_a_disturbed_page_is_a_colour_image_that_is_neither_blank_nor_the_page_itself(name, note):
    before = note.pixels.copy()
    pixels = disturbed("note", note.pixels, note.text, name, MIDDLE).pixels
    assert pixels.dtype == np.uint8
    assert pixels.shape[2] == 3
    assert int(pixels.max()) - int(pixels.min()) >= 40
    assert (digest(pixels) == digest(before)) is (name == "none")
    assert np.array_equal(note.pixels, before)


def test_random_disturbances_differ_by_page(note):
    pages = [disturbed(name, note.pixels, "", "salt", 1).pixels for name in ("a", "b")]
    assert not np.array_equal(*pages)


def test_a_long_strip_says_its_text_as_often_as_it_stands_there(note):
    strip = disturbed("note", note.pixels, note.text, "long-strip", 3)
    height, width = strip.pixels.shape[:2]
    assert height / width == pytest.approx(20, rel=0.05)
    times = height // note.pixels.shape[0]
    assert Counter(strip.text.split()) == Counter(note.text.split() * times)


@pytest.mark.parametrize(
    ("name", "strength", "size", "applied"),
    [
        ("none", 1, (100, 100), False),
        ("none", MIDDLE, (100, 100), True),
        ("long-strip", 1, (900, 700), True),
        ("long-strip", 1, (900, 701), False),
        ("huge", 3, (2500, 1000), True),
        ("huge", 3, (2501, 1000), False),
        ("huge", 1, (2501, 1000), True),
        ("blur", 3, (9000, 9000), True),
    ],
)
def test_a_disturbance_applies_where_it_makes_sense(name, strength, size, applied):
    assert applies(name, strength, np.broadcast_to(np.uint8(0), (*size, 3))) is applied


def test_a_fax_is_stored_with_one_bit_and_its_two_resolutions(note, tmp_path):
    path, text = Case(note, "fax", 2).write(tmp_path)
    assert text == note.text
    with Image.open(path) as image:
        assert image.mode == "1"
        assert tuple(map(float, image.info["dpi"])) == (204.0, 98.0)
        assert image.size == (round(620 * 204 / 150), round(240 * 98 / 150))


def test_the_file_of_a_case_is_the_same_each_time(note, tmp_path):
    (tmp_path / "again").mkdir()
    for kind in ("jpeg", "salt"):
        one, _ = Case(note, kind, 2).write(tmp_path)
        again, _ = Case(note, kind, 2).write(tmp_path / "again")
        assert one.read_bytes() == again.read_bytes()


def test_a_half_holds_about_half_of_disturbances_and_of_typefaces_and_never_changes():
    held = [name for name in DISTURBANCES if name != "none" and half_of(name) == "held-out"]
    assert len(held) == 12
    assert {"salt", "dot-matrix", "quarter-turn"} <= set(held)
    for style in ("sans", "serif", "mono"):
        halves = Counter(face.half for face in FACES if face.style == style)
        assert abs(halves["tuning"] - halves["held-out"]) <= 1


def test_a_seed_depends_on_all_its_parts():
    assert seed_of("a", "b", 1) == seed_of("a", "b", 1)
    assert len({seed_of("a", "b", 1), seed_of("ab", 1), seed_of("a", "b", 2)}) == 3


def source(name: str, half: str) -> SourcePage:
    return SourcePage(name, half, np.zeros((10, 10, 3), np.uint8), "a", marked=True)


PAGES = [source(f"{half}{at}", half) for half in ("tuning", "held-out") for at in range(5)]


@pytest.mark.parametrize("half", ["tuning", "held-out"])
def test_a_half_takes_its_own_pages_under_its_own_disturbances(half):
    chosen = cases(PAGES, half)
    assert {case.page.half for case in chosen} == {half}
    names = {case.disturbance for case in chosen} - {"none"}
    assert {disturbance_half(name) for name in names} == {half}
    assert len(chosen) < len(cases(PAGES, "all")) / 2


def test_a_quick_run_takes_three_pages_for_each_disturbance_in_turns():
    chosen = cases(PAGES, "all", quick=True)
    assert {case.strength for case in chosen} == {MIDDLE}
    assert set(Counter(case.disturbance for case in chosen).values()) == {3}
    assert [case.disturbance for case in chosen] == [*DISTURBANCES] * 3


def test_chosen_disturbances_are_read_whatever_half_they_belong_to():
    assert {case.disturbance for case in cases(PAGES, "tuning", ["salt", "fax"])} == {"salt", "fax"}


@pytest.fixture(scope="module")
def drawn() -> list[DrawnPage]:
    return list(drawn_pages())


@pytest.mark.parametrize("number", range(2 * len(KINDS)))
def test_the_truth_of_a_drawn_page_is_its_print(number, drawn):
    page = drawn[number]
    words = Counter(page.text.split())
    assert not Counter(" ".join(piece.text for piece in page.pieces).split()) - words
    height, width = page.pixels.shape[:2]
    for piece in page.pieces:
        x0, y0, x1, y1 = (round(edge) for edge in piece.box)
        assert 0 <= x0 < x1 <= width
        assert 0 <= y0 < y1 <= height
        inside = page.pixels[y0:y1, x0:x1].astype(int)
        assert inside.max() - inside.min() > 100


def test_each_kind_is_drawn_in_both_halves(drawn):
    assert len(drawn) == 2 * len(KINDS)
    assert Counter(page.half for page in drawn) == {"tuning": len(KINDS), "held-out": len(KINDS)}


def test_a_missing_typeface_is_named_with_its_package():
    missing = Face("None", "sans", "none.ttf", "none-bold.ttf", "fonts-none")
    with pytest.raises(FileNotFoundError, match="apt-get install fonts-none"):
        missing.font(20)
    assert missing_packages([missing, *faces_of("serif")]) == ["fonts-none"]


def test_a_paragraph_is_broken_at_its_width():
    canvas = Canvas("a", (600, 400), faces_of("serif")[0], 24)
    lines = list(canvas.broken(" ".join(SENTENCES[:4]), 500))
    assert " ".join(lines) == " ".join(SENTENCES[:4])
    assert all(canvas.width_of(line) <= 500 for line in lines)
    assert list(canvas.broken("", 500)) == []
    assert list(canvas.broken("unbreakable", 1)) == ["unbreakable"]


@pytest.mark.parametrize(
    ("f1", "best", "cpu_ms", "reason"),
    [
        (0.5, 0.69, 10, ""),
        (0.5, 0.75, 10, "misread"),
        (0.5, None, 10, ""),
        (0.9, 0.2, 5000, ""),
        (0.9, 0.2, 5001, "slow"),
        (0.1, 0.9, 9000, "misread and slow"),
    ],
)
def test_a_page_is_lost_where_it_is_read_far_worse_than_by_others_or_too_slowly(
    f1, best, cpu_ms, reason
):
    assert why_lost(f1, best, cpu_ms) == reason


READ = {
    "pagesight:fast:file": KeptReading("450.00 wool", (), 40, 50, failed=False),
    "pytesseract:file": KeptReading("-450.00 wool by hand", (), 90, 99, failed=False),
    "tesserocr": KeptReading("", (), 6000, 9, failed=False),
}


@pytest.fixture
def rows() -> list[Scored]:
    return scored(Case(source("page", "tuning"), "salt", 2), "-450.00 wool by hand", READ)


def test_every_program_is_scored_against_the_best_of_the_others(rows):
    ours, best, slow = rows
    assert (ours.reason, best.reason, slow.reason) == ("misread", "", "misread and slow")
    assert ours.best_other == "pytesseract:file 1.00"
    assert ours.signs == LostSigns(1, 1, 1)
    assert best.tokens_f1 == 1
    assert others_of(READ) == ["pytesseract:file", "tesserocr"]


def test_without_marks_in_the_truth_only_words_are_scored():
    page = SourcePage("page", "tuning", np.zeros((9, 9, 3), np.uint8), "", marked=False)
    row, *_ = scored(Case(page, "salt", 2), "-450.00 wool", READ)
    assert row.tokens_f1 is None
    assert row.signs == LostSigns()


def test_the_report_counts_lost_pages_first_and_names_their_pictures(rows):
    program = by_program(rows).splitlines()[2]
    assert program.startswith("| `pagesight:fast:file` | 1 | 1 | 1 | 0 | 0.7")
    assert "1 (1) of 1" in program
    assert "| salt | 2 | 1 | 0.75 (1) | 1.00 | 0.00 (1) |" in by_disturbance(rows)
    assert "| lost/page-salt-2 | misread | 0.75 | pytesseract:file 1.00 | 40 |" in lost_pages(
        rows, "pagesight:fast:file"
    )
    assert lost_pages(rows, "pytesseract:file") == "None."
    whole = report(rows, "a machine", ["Fonts are missing"])
    assert "Fonts are missing" in whole
    assert "## Lost by pagesight:fast:file" in whole
    assert "## Lost by tesserocr" not in whole


def test_kept_readings_outlast_a_line_that_was_cut_off(tmp_path: Path):
    path = tmp_path / "readings.jsonl"
    kept = KeptReadings(path)
    reading = READ["pagesight:fast:file"]
    kept.add(("sha", "pagesight:fast:file", "1"), reading)
    with path.open("a") as file:
        file.write('{"sha": "ot')
    again = KeptReadings(path)
    assert again.get(("sha", "pagesight:fast:file", "1")) == reading
    assert again.get(("sha", "pagesight:fast:file", "2")) is None
    again.add(("other", "tesserocr", "1"), READ["tesserocr"])
    assert KeptReadings(path).get(("other", "tesserocr", "1")) == READ["tesserocr"]


def test_the_code_that_reads_has_a_hash_of_its_own(tmp_path: Path):
    for folder in ("vision", "models", "workers/engine", "benchmarks"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.py").write_text("1")
    before = code_hash(tmp_path)
    (tmp_path / "benchmarks" / "a.py").write_text("2")
    assert code_hash(tmp_path) == before
    (tmp_path / "vision" / "a.py").write_text("2")
    assert code_hash(tmp_path) != before
