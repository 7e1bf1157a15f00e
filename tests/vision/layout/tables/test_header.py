import pytest

from vision.core.document import Box, TableCell
from vision.layout.tables.header import header_rows

BOX = Box(0, 0, 1, 1)


def cells(*rows):
    """Cells from rows of texts; a pair gives a text and how many (rows, columns) it spans."""
    made = []
    for row, texts in enumerate(rows):
        column = 0
        for each in texts:
            text, (down, across) = (each, (1, 1)) if isinstance(each, str) else each
            if text != "^":
                made.append(TableCell(row, column, text, BOX, down, across))
            column += across
    return made, len(rows), column


@pytest.mark.parametrize(
    ("rows", "heads"),
    [
        ([["Item", "Price"], ["Tea", "2.10"]], 1),
        ([["Tea", "2.10"], ["Milk", "1.00"]], 0),
        ([["12", "2.10"], ["13", "1.00"]], 0),
        ([["", "2024", "2025"], ["Tea", "1", "2"]], 1),
        ([["Item", ""], ["", ""]], 1),
        ([["Item", "", "", ""], ["", "", "", ""]], 0),
        ([[("Item", (2, 1)), ("Costs", (1, 2))], ["^", "2024", "2025"], ["Tea", "1", "2"]], 2),
        ([["Item", ("Costs", (1, 2))], ["", "now", "then"], ["Tea", "1", "2"]], 2),
        ([[("A list of prices", (1, 2))], ["Tea", "2.10"], ["Milk", "1.00"]], 1),
        ([["only", "one row"]], 0),
    ],
)
def test_the_head_is_the_named_rows_at_the_top(rows, heads):
    assert header_rows(*cells(*rows)) == heads
