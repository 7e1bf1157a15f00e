import pytest

from tests.support.readings import IDENTITY, read_line
from vision.core.document import Box
from vision.core.stages import Detection
from vision.layout.placed_line import place_lines
from vision.layout.tables.edge_rows import with_edge_rows

ROWS = [("Rope", "120", "steel"), ("Paint", "18", "blue oil"), ("Nails", "240", "iron"),
        ("Boards", "31", "oak, dry")]  # fmt: skip
CUT = Box(40, 128, 520, 262)  # from above the first row of cells to below the last one
COLUMNS = (50, 250, 400)


def rows(*texts, y):
    """Words at the columns, ten pixels a letter; a row each 36 pixels from `y` on."""
    return [
        read_line(text, x, y + 36 * at)
        for at, row in enumerate(texts)
        for text, x in zip(row, COLUMNS, strict=False)
        if text
    ]


def grown(*lines, label="table"):
    placed = place_lines(*zip(*lines, strict=True), IDENTITY)
    ((model, found),) = with_edge_rows([("doc", Detection(label, 0.8, CUT))], placed)
    assert (model, found.label, found.confidence) == ("doc", label, 0.8)
    return found.box


CELLS = rows(*ROWS, y=130)


def test_a_head_that_was_cut_off_joins_its_table():
    box = grown(*CELLS, *rows(("Goods", "Number", "Kind"), y=94))
    assert (box.y0, box.y1) == (94, CUT.y1)


def test_two_rows_of_heads_join():
    assert (
        grown(*CELLS, *rows(("", "Store", "Made of"), ("Goods", "Number", "Kind"), y=58)).y0 == 58
    )


@pytest.mark.parametrize(
    "line",
    [
        read_line("Table 3. Goods in the store of the harbour office", 50, 94),
        read_line("Stock", 50, 94),
        read_line("Goods    and things     of", 60, 40),
        read_line("Number of things   kind", 250, 94),
    ],
    ids=["a caption", "one word", "too far above", "words over the gap between columns"],
)
def test_what_is_no_head_stays_outside(line):
    assert grown(*CELLS, line) == CUT


def test_the_last_line_of_a_cell_joins_its_table():
    assert grown(*CELLS, read_line("and planed", 400, 264)).y1 == 284


@pytest.mark.parametrize(
    ("text", "x", "y"), [("Source: the office", 50, 264), ("and planed", 440, 264),
                         ("and planed", 400, 300)],
    ids=["below the first column", "aligned with no cell", "too far below"],
)  # fmt: skip
def test_a_note_below_stays_outside(text, x, y):
    assert grown(*CELLS, read_line(text, x, y)) == CUT


def test_only_tables_grow():
    assert grown(*CELLS, *rows(("Goods", "Number", "Kind"), y=94), label="text") == CUT


def test_a_table_without_lines_stays_as_it_is():
    assert grown(read_line("far away", 50, 900)) == CUT
