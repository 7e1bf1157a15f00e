"""Reads the tables of a picture with img2table, in an environment that has it; prints JSON.

python img2table_child.py PICTURE ruled|unruled
"""

import json
import sys
from typing import Any

from img2table.document import Image
from img2table.ocr import TesseractOCR


def main() -> None:
    """Print the tables: rows, columns and cells of each."""
    picture, kind = sys.argv[1:]
    found = Image(picture, detect_rotation=False).extract_tables(
        ocr=TesseractOCR(lang="eng"), implicit_rows=kind == "unruled",
        borderless_tables=kind == "unruled",
    )  # fmt: skip
    print(json.dumps([_table(each.content) for each in found]))


def _table(content: Any) -> dict[str, Any]:
    """A table whose merged cells come once, with their spans: they repeat with the same box."""
    rows = list(content.values())
    cells: dict[tuple[int, ...], dict[str, Any]] = {}
    for row, inside in enumerate(rows):
        for column, cell in enumerate(inside):
            box = cell.bbox
            key = (box.x1, box.y1, box.x2, box.y2)
            text = " ".join((cell.value or "").split())
            known = cells.setdefault(
                key, {"row": row, "column": column, "text": text, "row_span": 1, "column_span": 1}
            )
            known["row_span"] = row - known["row"] + 1
            known["column_span"] = column - known["column"] + 1
    return {
        "rows": len(rows),
        "columns": max((len(row) for row in rows), default=0),
        "cells": list(cells.values()),
    }


if __name__ == "__main__":
    main()
