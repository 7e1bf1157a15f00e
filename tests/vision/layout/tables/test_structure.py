import numpy as np
import pytest

from tests.support.readings import IDENTITY, read_line
from vision.core.document import Box, Region
from vision.layout.placed_line import place_lines
from vision.layout.tables.structure import make_table

REGION = Region("r7", "table", 0.9, Box(0, 0, 800, 800), "doc")


def table(*rows, to_layout=IDENTITY, pitch=40):
    """A table from rows of (text, x); rows are 40 pixels apart, letters 10 wide and 20 high.

    `pitch` may give the top of each row instead. A third number moves a line down within its row.
    """
    tops = pitch if isinstance(pitch, list) else [pitch * y for y in range(len(rows))]
    placed = [
        place_lines(
            *zip(*(read_line(text, x, y + sum(down)) for text, x, *down in row), strict=True),
            to_layout,
        )
        for y, row in zip(tops, rows, strict=True)
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


def test_places_without_text_are_empty_cells():
    made = table([("a", 0), ("b", 100), ("c", 200)], [("d", 0), ("f", 200)])
    assert grid(made) == [["a", "b", "c"], ["d", "", "f"]]
    assert len(made.cells) == 6
    assert made.cells[4].box == Box(100, 40, 110, 60)
    assert made.cells[4].confidence is None
    assert made.cells[3].confidence == 0.9


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


def test_cells_that_wrap_stay_one_row():
    made = table(
        [("Term", 0), ("What it means in this agreement", 200)],
        [("Goods", 0), ("all that is sold or lent here,", 200)],
        [("whether it is paid for or not", 200)],
        [("yet, and so on", 200)],
        [("Party", 0), ("whoever signs", 200)],
    )
    assert grid(made) == [
        ["Term", "What it means in this agreement"],
        ["Goods", "all that is sold or lent here, whether it is paid for or not yet, and so on"],
        ["Party", "whoever signs"],
    ]  # fmt: skip
    assert made.cells[3].box == Box(200, 40, 500, 140)


def test_lines_closer_than_rows_carry_a_cell_on_whatever_they_begin_with():
    made = table(
        [("One", 0), ("Made in Geneva and Bern by A.", 100)],
        [("Meier, Basel", 100)],
        [("Two", 0), ("Made in Lausanne", 100)],
        [("Three", 0), ("Unknown", 100)],
        pitch=[0, 22, 60, 100],
    )
    assert grid(made)[0] == ["One", "Made in Geneva and Bern by A. Meier, Basel"]
    assert made.rows == 3


def test_a_first_cell_that_wraps_before_its_values_is_one_with_them():
    made = table(
        [("Buildings and land", 0), ("760", 300), ("12", 400)],
        [("Subtotal of direct", 0)],
        [("site costs", 0), ("830", 300), ("13", 400)],
    )
    assert grid(made) == [
        ["Buildings and land", "760", "12"],
        ["Subtotal of direct site costs", "830", "13"],
    ]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(
            [[("Age", 0), ("below 30", 100), ("12", 300)], [("30 to 50", 100), ("15", 300)]],
            id="values below a value",
        ),
        pytest.param(
            [[("a", 0), ("much text in this cell", 100)], [("more", 100)],
             [("b", 0), ("a cell with yet more text in it", 100)]],
            id="a small word that had room above",
        ),
        pytest.param(
            [[("Surface works", 0)], [("Buildings and more", 0), ("29", 300)],
             [("Site", 0), ("7", 300)]],
            id="a subtitle above its rows",
        ),
        pytest.param(
            [[("which of them asks so much", 0), ("yes", 300)], [("tells a story", 0)],
             [("is about sports", 0)], [("ran", 0), ("no", 300)]],
            id="questions without answers",
        ),
    ],
)  # fmt: skip
def test_rows_of_their_own_are_not_joined(rows):
    assert table(*rows).rows == len(rows)


def test_lines_stacked_beside_a_taller_cell_keep_their_order():
    made = table(
        [("deposition", 0, 11), ("began in most places", 200), ("before the year 1880", 200, 22)],
        [("cutting", 0), ("later", 200)],
        pitch=80,
    )
    assert grid(made)[0] == ["deposition", "began in most places before the year 1880"]


def close_columns(count, *heads):
    """Rows of letters 6 wide and 20 high: words 6 apart, columns 12 apart."""
    texts = [[("ab cd", 0), (f"ef {n:02}", 42), (f"gh {n:02}", 100)] for n in range(count)]
    rows = [[*heads], *texts] if heads else texts
    placed = [
        place_lines(
            *zip(
                *(read_line(text, x, 40 * y, width=6 * len(text)) for text, x in row), strict=True
            ),
            IDENTITY,
        )
        for y, row in enumerate(rows)
    ]
    return make_table("t1", REGION, placed, IDENTITY)


def test_many_rows_part_columns_that_stand_close_and_few_do_not():
    assert grid(close_columns(9))[4] == ["ab cd", "ef 04", "gh 04"]
    assert grid(close_columns(3))[1] == ["ab cd ef 01", "gh 01"]


def test_a_head_across_close_columns_stays_whole():
    head = close_columns(9, ("x yyyyyy z", 0), ("w", 100)).cells[0]
    assert (head.text, head.column, head.column_span) == ("x yyyyyy z", 0, 2)


def spans(made):
    return {(c.text, c.column, c.row_span, c.column_span) for c in made.cells if c.row == 0}


BODY = [("Rope", 0), ("120", 210), ("5.50", 310), ("7", 420), ("9.10", 500)]


def test_a_head_over_two_columns_parts_them_all_the_same():
    """It bridges the gap between them, as wide rows must not."""
    made = table(
        [("Item", 0), ("Stock", 200), ("Price", 300), ("Sold abroad", 415)],
        [("No", 410), ("Total", 500)],
        BODY,
        BODY,
    )
    assert made.columns == 5
    assert spans(made) == {
        ("Item", 0, 2, 1), ("Stock", 1, 2, 1), ("Price", 2, 2, 1), ("Sold abroad", 3, 1, 2),
    }  # fmt: skip
    assert made.header_rows == 2
    assert grid(made)[1] == ["", "", "", "No", "Total"]


def test_a_head_narrower_than_its_columns_stands_in_their_middle():
    made = table(
        [("Home", 240), ("Away", 440)],
        [("Team", 0), ("Won", 200), ("Lost", 300), ("Won", 400), ("Lost", 500)],
        [("Ely", 0), ("12", 200), ("3", 300), ("8", 400), ("7", 500)],
        [("Ware", 0), ("10", 200), ("5", 300), ("6", 400), ("9", 500)],
    )
    assert spans(made) == {("", 0, 1, 1), ("Home", 1, 1, 2), ("Away", 3, 1, 2)}
    assert made.header_rows == 2


def test_a_narrow_head_spans_both_columns_of_a_table_of_three():
    made = table(
        [("Matter", 0), ("Visit", 285)],
        [("Forward", 200), ("Village", 350)],
        *([("Period factor", 0), ("D955", 200), ("17.01.2026", 350)] for _ in range(4)),
    )
    assert spans(made) == {("Matter", 0, 2, 1), ("Visit", 1, 1, 2)}


def test_heads_that_stand_above_single_columns_span_nothing():
    made = table(
        [("Team", 0), ("Lost", 300)],
        [("Ely", 0), ("12", 200), ("3", 300)],
        [("Ware", 0), ("10", 200), ("5", 300)],
    )
    assert {(text, across) for text, _, _, across in spans(made)} == {
        ("Team", 1), ("", 1), ("Lost", 1),
    }  # fmt: skip


def test_a_full_second_row_leaves_the_heads_above_it_one_row_high():
    made = table(
        [("Item", 0), ("Sold abroad", 215)],
        [("Kind", 0), ("No", 210), ("Total", 300)],
        [("Rope", 0), ("12", 210), ("3.00", 300)],
        [("Nail", 0), ("10", 210), ("5.00", 300)],
    )
    assert {rows for _, _, rows, _ in spans(made)} == {1}
