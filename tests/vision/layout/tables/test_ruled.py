import numpy as np
import pytest

from tests.support.readings import IDENTITY, read_line
from vision.core.document import Box, Region
from vision.core.grid import GridCell, RuledGrid
from vision.core.stages import Detection
from vision.layout.placed_line import place_lines
from vision.layout.tables.grid_regions import RULINGS, with_grids
from vision.layout.tables.ruled import make_ruled_table

REGION = Region("r2", "table", 0.9, Box(0, 0, 400, 120), "doc")
MIRRORED = np.array([[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
# Two columns, three rows: a head over both columns, then single cells.
GRID = RuledGrid(
    (0.0, 200.0, 400.0),
    (0.0, 40.0, 80.0, 120.0),
    (GridCell(0, 0, 1, 2), *(GridCell(row, column) for row in (1, 2) for column in (0, 1))),
    IDENTITY,
)


def placed(*texts, to_layout=IDENTITY):
    return place_lines(*zip(*(read_line(*text) for text in texts), strict=True), to_layout)


def table(*texts, grid=GRID, to_layout=IDENTITY):
    lines = placed(*texts, to_layout=to_layout)
    places = {
        id(word): ("b1", at, index)
        for at, line in enumerate(lines)
        for index, word in enumerate(line.line.words)
    }
    return make_ruled_table("t1", REGION, grid, lines, IDENTITY, to_layout, places)


def texts_of(made):
    return {(cell.row, cell.column): cell.text for cell in made.cells}


def test_words_go_to_the_cell_around_them_and_empty_cells_stay():
    made = table(("Ships in port", 100, 10), ("Ida", 20, 50), ("31 m", 220, 50), ("Anna", 20, 90))
    assert texts_of(made) == {
        (0, 0): "Ships in port", (1, 0): "Ida", (1, 1): "31 m", (2, 0): "Anna", (2, 1): "",
    }  # fmt: skip
    assert (made.rows, made.columns, made.region) == (3, 2, "r2")
    assert made.cells[0].column_span == 2
    assert made.cells[1].box == Box(0, 40, 200, 80)


def test_a_line_over_two_cells_is_parted_by_its_words():
    made = table(("Ida                     31", 20, 50))
    assert texts_of(made)[1, 0] == "Ida"
    assert texts_of(made)[1, 1] == "31"


def test_lines_of_a_cell_are_read_from_the_top():
    cells = tuple(GridCell(row, column) for row in (0, 1) for column in (0, 1))
    grid = RuledGrid((0.0, 200.0, 400.0), (0.0, 80.0, 120.0), cells, IDENTITY)
    made = table(("and rain", 20, 45), ("wind", 20, 10), ("9", 220, 30), grid=grid)
    assert texts_of(made)[0, 0] == "wind and rain"


def test_a_cell_names_its_words_and_has_their_confidence():
    made = table(("Ida", 20, 50), ("31 m", 220, 50))
    cell = made.cells[2]
    assert cell.words == (("b1", 1, 0), ("b1", 1, 1))
    assert cell.confidence == pytest.approx(0.9)
    empty = made.cells[3]
    assert (empty.words, empty.confidence) == ((), None)


def test_columns_count_from_where_reading_starts():
    made = table(("first", 220, 50), ("second", 20, 50), to_layout=MIRRORED)
    assert texts_of(made)[1, 0] == "first"
    assert texts_of(made)[1, 1] == "second"


FULL = [("Ships in port", 100, 10), ("Ida", 20, 50), ("31 m", 220, 50), ("Anna", 20, 90)]


def regions(texts, grid=GRID, *found):
    lines = placed(*texts)
    return [
        (model, each.label, each.box)
        for model, each in with_grids([("doc", one) for one in found], [grid], lines, IDENTITY)
    ]


def test_a_grid_with_text_is_a_table_without_any_detector():
    assert regions(FULL) == [(RULINGS, "table", Box(0, 0, 400, 120))]


def test_a_grid_takes_the_place_of_the_detected_table_that_it_fills():
    found = Detection("table", 0.6, Box(5, 10, 390, 118))
    assert regions(FULL, GRID, found) == [("doc", "table", Box(0, 0, 400, 120))]


@pytest.mark.parametrize(("of_the_detector", "of_the_table"), [(0.3, 0.6), (0.8, 0.8)])
def test_a_grid_never_ranks_a_doubtful_table_above_certain_ones(of_the_detector, of_the_table):
    found = ("doc", Detection("table", of_the_detector, Box(5, 10, 390, 118)))
    ((_, table),) = with_grids([found], [GRID], placed(*FULL), IDENTITY)
    assert table.confidence == of_the_table


@pytest.mark.parametrize(("of_the_detector", "of_the_table"), [(0.6, 0.15), (0.9, 0.225)])
def test_a_detected_table_without_text_in_its_grid_is_doubtful(of_the_detector, of_the_table):
    found = "doc", Detection("table", of_the_detector, GRID.box)
    outside = placed(("Sales by segment", 10, 900))
    ((_, table),) = with_grids([found], [GRID], outside, IDENTITY)
    assert table.confidence == pytest.approx(of_the_table)


def test_a_grid_is_left_to_a_larger_table_around_it():
    found = Detection("table", 0.9, Box(0, 0, 400, 900))
    assert regions(FULL, GRID, found) == [("doc", "table", found.box)]


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param([("outside", 600, 50)], id="no text inside"),
        pytest.param([("a word across the wall" * 2, 0, 50), ("and one more over it", 100, 90)],
                     id="text across walls"),
        pytest.param([("9", 220, 90)], id="next to nothing filled"),
    ],
)  # fmt: skip
def test_a_grid_without_its_own_text_is_no_table(texts):
    assert regions(texts) == []


def test_a_form_whose_edges_do_not_go_through_is_no_table():
    cells = [GridCell(0, 0, 1, 3), GridCell(1, 0, 1, 2), GridCell(1, 2), GridCell(2, 0),
             GridCell(2, 1, 1, 2), GridCell(3, 0, 1, 3)]  # fmt: skip
    grid = RuledGrid((0.0, 130.0, 260.0, 400.0), (0.0, 30.0, 60.0, 90.0, 120.0),
                     tuple(cells), IDENTITY)  # fmt: skip
    assert regions(FULL, grid) == []
