import functools

import numpy as np
import pytest

from benchmarks.tables.drawn import draw_table
from benchmarks.tables.scores import cell_f1, completed
from benchmarks.tables.styles import STYLES
from benchmarks.tables.teds import parse_table, teds
from benchmarks.tables.truth import TrueCell, TrueTable, table_html

GRID = TrueTable(
    2, 2, (TrueCell(0, 0, "Item"), TrueCell(0, 1, "Price"), TrueCell(1, 0, "Tea"),
           TrueCell(1, 1, "2.10")),
)  # fmt: skip


def html(*rows):
    inside = "".join("<tr>" + "".join(f"<td>{each}</td>" for each in row) + "</tr>" for row in rows)
    return f"<table>{inside}</table>"


@pytest.mark.parametrize(
    ("one", "other", "score"),
    [
        pytest.param(html("ab"), html("ab"), 1.0, id="equal"),
        # Four nodes: table, row, two cells.
        pytest.param(html("ab"), html("a"), 3 / 4, id="a cell is missing"),
        pytest.param(html("ab", "cd"), html("ab"), 4 / 7, id="a row is missing"),
        pytest.param(html(["abcd"]), html(["abxx"]), 1 - 0.5 / 3, id="half of a text differs"),
        pytest.param(
            "<table><tr><td colspan='2'>a</td></tr></table>", html("a"), 2 / 3, id="a span differs"
        ),
        pytest.param(
            "<table><thead><tr><th>a</th></tr></thead></table>", html("a"), 1.0, id="a head"
        ),
        pytest.param(html("a"), "", 0.0, id="nothing found"),
    ],
)
def test_teds_is_the_share_of_nodes_that_need_no_edit(one, other, score):
    assert teds(one, other) == pytest.approx(score)
    assert teds(other, one) == pytest.approx(score)


def test_teds_of_the_structure_leaves_texts_aside():
    assert teds(html(["abcd"]), html(["wxyz"]), structure_only=True) == 1.0


def test_a_table_survives_as_html():
    nodes = parse_table(table_html(GRID.rows, GRID.cells))
    assert [node.text for node in nodes if node.tag == "td"] == ["Item", "Price", "Tea", "2.10"]


def test_cells_count_as_right_with_their_place_and_text():
    other = TrueTable(2, 2, (*GRID.cells[:3], TrueCell(1, 1, "2.70")))
    assert cell_f1(GRID, GRID) == 1.0
    assert cell_f1(GRID, other) == pytest.approx(3 / 4)


def test_places_that_no_cell_covers_become_empty_cells():
    made = completed(2, 2, [TrueCell(0, 0, "wide", column_span=2), TrueCell(1, 1, "x")])
    assert [(cell.row, cell.column) for cell in made.cells if not cell.text] == [(1, 0)]


@functools.cache
def drawn(style, number):
    return draw_table(style, number)


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_each_place_of_a_drawn_table_belongs_to_one_cell_and_it_is_inked(style):
    made = drawn(style, 1)
    places = [
        (cell.row + down, cell.column + across)
        for cell in made.table.cells
        for down in range(cell.row_span)
        for across in range(cell.column_span)
    ]
    assert len(places) == len(set(places)) == made.table.rows * made.table.columns
    x0, y0, x1, y1 = (round(edge) for edge in made.box)
    assert np.ptp(made.pixels[y0:y1, x0:x1]) > 100


def test_a_drawn_table_is_the_same_each_time():
    again = draw_table(STYLES[0], 1)
    assert again.table == drawn(STYLES[0], 1).table
    assert np.array_equal(again.pixels, drawn(STYLES[0], 1).pixels)


def test_both_halves_have_ruled_and_unruled_styles():
    assert {(style.half, style.ruled) for style in STYLES} == {
        (half, ruled) for half in ("tuning", "held-out") for ruled in (True, False)
    }
