import functools
import io
from collections import Counter

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from benchmarks.everyday.cases import (
    ALL_KINDS,
    KINDS,
    PDF_KINDS,
    EverydayCase,
    everyday_cases,
    half_of_case,
)
from benchmarks.everyday.scores import as_written, in_order, scored_case, table
from benchmarks.kept_readings import KeptReading

PALE = {"pale_print", "faded_thermal", "carbon_copy"}
# Their stored picture is noisier, coarser or clearer than what was drawn.
STORED_OTHERWISE = {"fax", "salt", "jpeg_specks", "on_transparency"}


@functools.cache
def every_case() -> dict[tuple[str, int], EverydayCase]:
    return {(case.kind, case.number): case for case in everyday_cases()}


@pytest.fixture
def case(kind: str, number: int) -> EverydayCase:
    return every_case()[kind, number]


def test_of_each_kind_one_case_is_for_tuning_and_one_is_held_out():
    assert len(every_case()) == 2 * len(ALL_KINDS) == 364
    for kind in ALL_KINDS:
        assert {half_of_case(kind, 1), half_of_case(kind, 2)} == {"tuning", "held-out"}
    assert Counter(case.half for case in every_case().values()) == {"tuning": 182, "held-out": 182}
    tuning = everyday_cases("tuning", ("fax", "salt", "menu"))
    assert [case.half for case in tuning] == ["tuning"] * 3
    assert len(list(everyday_cases("held-out", ("fax", "salt")))) == 2


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_case_is_the_same_each_time(kind):
    (again,) = everyday_cases("tuning", (kind,))
    assert again == every_case()[kind, again.number]


def test_cases_differ_from_each_other():
    cases = every_case().values()
    assert len({case.content for case in cases}) == len(cases)
    assert len({case.text for case in cases}) == len(cases)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_the_print_of_a_drawn_case_lies_within_the_picture_and_has_ink(case):
    with Image.open(io.BytesIO(case.content)) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    height, width = pixels.shape[:2]
    for piece in case.pieces:
        x0, y0, x1, y1 = (round(edge) for edge in piece.box)
        assert 0 <= x0 <= x1
        assert 0 <= y0 <= y1
        if case.kind not in STORED_OTHERWISE:
            assert x1 <= width
            assert y1 <= height
            inside = pixels[y0 : y1 + 1, x0 : x1 + 1]
            assert inside.max() - inside.min() > (50 if case.kind in PALE else 80)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_every_printed_letter_stands_in_the_truth(case):
    printed = Counter("".join(piece.text for piece in case.pieces).replace(" ", ""))
    assert not printed - Counter(case.text)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("kind", PDF_KINDS)
def test_a_pdf_opens_and_its_print_has_ink(case):
    with pypdfium2.PdfDocument(case.content) as document:
        document.init_forms()
        drawn = document[0].render(scale=1, may_draw_forms=True).to_numpy()
        assert len(document) == 1
    assert drawn.min() < 120


def layer_of(kind: str, number: int) -> str:
    with pypdfium2.PdfDocument(every_case()[kind, number].content) as document:
        return str(document[0].get_textpage().get_text_range()).replace("\r\n", "\n")


@pytest.mark.parametrize("number", [1, 2])
def test_text_layers_say_more_or_other_than_what_is_seen(number):
    unseen = every_case()["unseen_text", number]
    assert layer_of("unseen_text", number).startswith(unseen.text + "\n")
    false = every_case()["false_codes", number]
    layer = layer_of("false_codes", number)
    assert layer != false.text
    # Each digit of the second font is told as the third one after it.
    prose, rows = (text.split("\n") for text in (false.text, layer))
    moved = str.maketrans("0123456789", "3456789012")
    assert [line.translate(moved) for line in prose] == rows


def test_ticked_fields_look_ticked_only_where_the_truth_says_so():
    case = every_case()["form_fields", 1]
    with pypdfium2.PdfDocument(case.content) as document:
        document.init_forms()
        drawn = document[0].render(scale=2, may_draw_forms=True).to_numpy()
    for at, line in enumerate(case.text.split("\n")):
        bottom = 600 - (240 - at * 40 - 2) * 2
        middle = drawn[bottom - 20 : bottom - 6, 86:100]
        assert bool(middle.min() < 128) is line.startswith("\u2611")


@pytest.mark.parametrize(
    ("text", "kind", "same"),
    [
        ("40 m\u00b3 of H\u2082O", "indices", "40 m3 of H2O"),
        ("Ropes ... . 19", "leaders", "Ropes     19"),
        ("Ropes ... 19", "bullets", "Ropes ... 19"),
        ("2 1/4 cups, 1/2 pint", "fractions", "2\u00bc cups, \u00bd pint"),
        ("21/4 cups", "fractions", "21/4 cups"),
        ("3/4", "receipt", "3/4"),
    ],
)
def test_what_a_person_takes_as_the_same_is_written_alike(text, kind, same):
    assert as_written(text, kind).split() == same.split()


@pytest.mark.parametrize(
    ("found", "true", "share"),
    [("a b c d", "a b c d", 1), ("c d a b", "a b c d", 0), ("a b", "a b c d", 0.5), ("", "", 1)],
)
def test_order_is_judged_by_edits_between_sequences(found, true, share):
    assert in_order(found.split(), true.split()) == pytest.approx(share)


def reading(text: str) -> KeptReading:
    return KeptReading(text, (), 100, 100, failed=False)


def test_a_case_is_right_with_its_marks_and_in_order_where_that_is_judged():
    columns = every_case()["narrow_gutter", 1]
    lines = columns.text.split("\n")
    half = len(lines) // 2
    across = [line for pair in zip(lines[:half], lines[half:], strict=False) for line in pair]
    rows = scored_case(
        columns,
        {
            "whole": reading(columns.text),
            "across": reading("\n".join(across)),
            "bare": reading(columns.text.replace(".", "").replace(",", "")),
        },
    )
    assert [row.right for row in rows] == [True, False, False]
    assert rows[1].f1 > 0.97
    assert rows[2].f1 < 0.97


def test_the_table_counts_right_cases_by_kind_and_program():
    amounts = every_case()["signed_amounts", 1]
    bare = amounts.text.translate({ord(sign): None for sign in "-+()\u2212"})
    rows = scored_case(amounts, {"one": reading(amounts.text), "two": reading(bare)})
    kind, everything, signs, costs = table(rows).splitlines()[2:]
    assert kind.startswith("| signed_amounts | 1 | 1 (1.00) | 0 (0.")
    assert everything.startswith("| **all** | 1 | 1 (1.00) | 0 (0.")
    assert signs == "| lost signs (not doubtful) |  | 0 (0) of 6 | 6 (6) of 6 |"
    assert costs == "| CPU ms |  | 100 | 100 |"
