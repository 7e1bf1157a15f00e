import csv
import io

from tests.support.readings import small_document
from vision.core.document import Box, Table, TableCell
from vision.export.csv import export, table_csv

BOX = Box(0, 0, 1, 1)


def test_rows_survive_another_parser_with_their_signs_and_quotes():
    cells = (
        TableCell(0, 0, 'the "Ida", 12 m', BOX, column_span=2),
        TableCell(1, 0, "-4.10", BOX),
        TableCell(1, 1, "a\nb", BOX),
    )
    text = table_csv(Table("t1", BOX, 2, 2, cells))
    assert list(csv.reader(io.StringIO(text))) == [['the "Ida", 12 m', ""], ["-4.10", "a b"]]


def test_all_tables_are_one_file():
    (made,) = export(small_document())
    assert made.content == "Grüße,\r\n".encode()
