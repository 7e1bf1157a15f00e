"""What a page looks like and which typical words it has, as numbers."""

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from statistics import mean, median

from vision.core.document import Page
from vision.extraction.context import PageText
from vision.extraction.normalised import folded
from vision.extraction.values.amounts import amounts_in

KINDS = ("receipt", "invoice", "letter", "form", "report", "article", "id", "slide", "other")

_BLOCKS = ("title", "list", "table", "figure", "formula", "signature")
_MRZ = "<<<"
_LONG_ROW = 8  # words: prose


@cache
def typical_words() -> Mapping[str, frozenset[str]]:
    """Typical words by class."""
    path = Path(__file__).with_name("words.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {kind: frozenset(words) for kind, words in table.items()}


def features_of(page: Page, text: PageText) -> list[float]:
    """The features of a page, always in the same order; the first is 1."""
    tokens = [token for piece in text.pieces for token in piece.tokens]
    found = {folded(token.text.strip(".,:;()[]#*-")) for token in tokens}
    typical = [math.log1p(len(found & words)) for words in typical_words().values()]
    return [1.0, *typical, *_shape(page, text, len(tokens)), *_blocks(page)]


def _shape(page: Page, text: PageText, words: int) -> list[float]:
    rows = text.rows
    if not rows:
        return [0.0] * _SHAPES
    heights = median(row.whole.height for row in rows) / max(page.height, 1)
    counts = [len(row.whole.tokens) for row in rows]
    digits = [any(map(str.isdigit, row.whole.tokens[-1].text)) for row in rows]
    amounts = [
        ends and next(amounts_in(row.whole.tokens[-1].text), None) is not None
        for ends, row in zip(digits, rows, strict=True)
    ]
    pieces = [len(row.pieces) for row in rows]
    return [
        math.log(max(page.height, 1) / max(page.width, 1)),
        math.log1p(words),
        math.log1p(len(rows)),
        math.log(max(heights, 1e-4)),
        math.log1p(mean(counts)),
        mean(amounts),
        mean(count > _LONG_ROW for count in counts),
        mean(count > 1 for count in pieces),
        mean(row.whole.text.endswith(":") or ": " in row.whole.text for row in rows),
        float(any(_MRZ in row.whole.text for row in rows)),
        float(any(label.kind == "total" for row in rows for label in row.labels)),
        float(
            any(
                label.kind in {"due_date", "iban", "invoice_number"}
                for row in rows
                for label in row.labels
            )
        ),
    ]


_SHAPES = 12


def _blocks(page: Page) -> list[float]:
    """The share of the page that regions of each kind cover."""
    area = max(page.width * page.height, 1)
    return [
        min(sum(each.box.area for each in page.regions if each.label == kind) / area, 1.0)
        for kind in _BLOCKS
    ]
