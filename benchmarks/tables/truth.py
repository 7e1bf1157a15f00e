"""Tables as they truly are, and as HTML, which the scores compare."""

import html
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrueCell:
    """A cell: zero-based row and column, how many it spans, its text, whether it is of the head."""

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    header: bool = False


@dataclass(frozen=True, slots=True)
class TrueTable:
    """A grid of `rows` by `columns`; each place belongs to one cell, empty ones included."""

    rows: int
    columns: int
    cells: tuple[TrueCell, ...]

    @property
    def html(self) -> str:
        """The table as HTML without a head of its own, as the scores read it."""
        return table_html(self.rows, self.cells)


def table_html(rows: int, cells: Sequence[TrueCell]) -> str:
    """Rows of `td` with their spans, from the cells in any order."""
    parts = ["<table>"]
    for row in range(rows):
        inside = sorted((each for each in cells if each.row == row), key=lambda cell: cell.column)
        parts.append("<tr>" + "".join(_cell(each) for each in inside) + "</tr>")
    return "".join([*parts, "</table>"])


def _cell(cell: TrueCell) -> str:
    spans = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    spans += f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
    return f"<td{spans}>{html.escape(cell.text)}</td>"
