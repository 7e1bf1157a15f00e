"""How many rows at the top of a table are its head."""

from collections.abc import Sequence

from vision.core.document import TableCell

_NAMED = 0.6  # share of the first row's cells with text that are words, not figures
_FILLED = 0.5  # share of the columns whose first row has text
_MOST_HEADS = 4


def header_rows(cells: Sequence[TableCell], rows: int, columns: int) -> int:
    """The rows of the head: 0 where the first row holds figures, more than 1 under shared cells.

    A head goes on as long as a cell of it is over several columns, or beside one that is.
    """
    first = [cell for cell in cells if cell.row == 0]
    filled = [cell for cell in first if cell.text]
    covered = sum(cell.column_span for cell in filled)
    if covered < _FILLED * columns or rows < 2:
        return 0
    if sum(_is_name(cell.text) for cell in filled) < _NAMED * len(filled):
        return 0
    heads = max(cell.row_span for cell in first)
    for row in range(1, min(rows - 1, _MOST_HEADS)):
        above = [cell for cell in cells if cell.row <= row - 1 < cell.row + cell.row_span]
        shared = any(1 < cell.column_span < columns for cell in above if cell.row == row - 1)
        if row >= heads and not shared:
            break
        heads = max(heads, row + 1)
    return heads if heads < rows and heads <= _MOST_HEADS else 1


def _is_name(text: str) -> bool:
    """Whether there are more letters than digits, or a year alone."""
    letters = sum(each.isalpha() for each in text)
    digits = sum(each.isdigit() for each in text)
    return letters >= digits or (digits == 4 and text.isdigit() and text[:2] in {"19", "20"})
