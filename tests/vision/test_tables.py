import numpy as np
import pytest

from tests.support.readings import IDENTITY, read_line
from vision.placed import place_lines
from vision.tables import make_table
from vision.types import Box, Region

REGION = Region("r7", "table", 0.9, Box(0, 0, 800, 800), "doc")


def table(*rows, to_layout=IDENTITY):
    """A table from rows of (text, x); rows are 40 pixels apart."""
    placed = [
        place_lines(*zip(*(read_line(text, x, 40 * y) for text, x in row), strict=True), to_layout)
        for y, row in enumerate(rows)
    ]
    return make_table("t1", REGION, placed, to_layout)


def grid(made):
    cells = [[""] * made.columns for _ in range(made.rows)]
    for cell in made.cells:
        cells[cell.row][cell.column] = cell.text
    return cells


def test_words_in_rows_and_columns_make_a_grid():
    made = table(
        [("Item", 0), ("Qty", 200), ("Price", 300)],
        [("Coffee beans", 0), ("2", 210), ("9.50", 310)],
    )
    assert grid(made) == [["Item", "Qty", "Price"], ["Coffee beans", "2", "9.50"]]
    assert (made.id, made.region, made.box) == ("t1", "r7", REGION.box)


def test_a_row_found_as_one_line_is_parted_where_its_words_stand_apart():
    made = table([("Item          Price", 0)], [("Tea           3.00", 0)])
    assert grid(made) == [["Item", "Price"], ["Tea", "3.00"]]


def test_places_without_text_have_no_cell():
    made = table([("a", 0), ("b", 100), ("c", 200)], [("d", 0), ("f", 200)])
    assert grid(made) == [["a", "b", "c"], ["d", "", "f"]]
    assert len(made.cells) == 5


def test_a_head_over_two_columns_spans_them():
    made = table(
        [("Year", 0), ("Costs and gains", 105)],
        [("2024", 0), ("1.00", 100), ("2.00", 200)],
        [("2025", 0), ("3.00", 100), ("4.00", 200)],
        [("2026", 0), ("5.00", 100), ("6.00", 200)],
        [("2027", 0), ("7.00", 100), ("8.00", 200), ("x", 300)],
    )
    head = next(cell for cell in made.cells if cell.text == "Costs and gains")
    assert (head.row, head.column, head.column_span) == (0, 1, 2)


def test_a_cell_box_is_around_its_words_on_the_page():
    made = table([("a b", 10), ("c", 100)], [("d", 10), ("e", 100)])
    assert made.cells[0].box == Box(10, 0, 40, 20)


def test_columns_count_from_where_reading_starts():
    mirrored = np.array([[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    made = table([("c", 0), ("a", 200)], [("d", 0), ("b", 200)], to_layout=mirrored)
    assert grid(made) == [["a", "c"], ["b", "d"]]


@pytest.mark.parametrize(
    "rows",
    [
        [[("only", 0), ("one row", 200)]],
        [[("one column", 0)], [("of text", 0)], [("only", 0)]],
    ],
)
def test_a_row_or_a_column_is_no_grid(rows):
    assert table(*rows) is None


def test_no_two_cells_overlap_however_untidy_the_rows():
    made = table(
        [("aaaa bbbb", 0), ("cc", 200)],
        [("dd", 0), ("ee", 60), ("ff", 200)],
        [("gggg", 50), ("hh", 92), ("i", 300)],
    )
    taken = [
        (cell.row, column)
        for cell in made.cells
        for column in range(cell.column, cell.column + cell.column_span)
    ]
    assert len(taken) == len(set(taken))
    assert all(column < made.columns for _, column in taken)
