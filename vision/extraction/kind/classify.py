"""The analysis `class`: what kind of document this is, and where one document of a file ends.

A linear model over the features of pages; the weights in weights.toml were fitted by
`python -m benchmarks.classes`, which states pages and folds.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from vision.core.document import Document, Page
from vision.extraction.context import PageText, text_of
from vision.extraction.kind.features import KINDS, features_of
from vision.extraction.kind.splitting import parts_of

Weights = Mapping[str, tuple[float, ...]]


class ClassAnalysis:
    """DocumentAnalysis of the class of a document, and of the documents in a file."""

    name = "class"

    def analyse(self, document: Document) -> dict[str, Any]:
        """The class of the whole with its confidence, and of each document that the file holds."""
        texts = [text_of(page) for page in document.pages]
        pages = list(zip(document.pages, texts, strict=True))
        chances = [chances_of(page, text) for page, text in pages]
        parts = parts_of(texts, chances)
        return {
            **_named(mean_of(chances)),
            "documents": [
                {
                    "pages": [document.pages[at].number for at in part],
                    **_named(mean_of([chances[at] for at in part])),
                }
                for part in parts
            ],
        }


def open_analysis() -> ClassAnalysis:
    """The registry's entry."""
    return ClassAnalysis()


def chances_of(page: Page, text: PageText) -> dict[str, float]:
    """The chance of each class for one page; they sum to 1."""
    values = features_of(page, text)
    odds = {
        kind: sum(weight * value for weight, value in zip(weights, values, strict=True))
        for kind, weights in all_weights().items()
    }
    highest = max(odds.values())
    powers = {kind: math.exp(each - highest) for kind, each in odds.items()}
    total = sum(powers.values())
    return {kind: each / total for kind, each in powers.items()}


def mean_of(chances: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The chances of several pages together: their mean; of no page it is `other`."""
    if not chances:
        return {kind: float(kind == "other") for kind in KINDS}
    return {kind: sum(each[kind] for each in chances) / len(chances) for kind in KINDS}


def _named(chances: Mapping[str, float]) -> dict[str, Any]:
    best = max(chances, key=lambda kind: chances[kind])
    return {"class": best, "confidence": chances[best], "chances": dict(chances)}


@cache
def all_weights() -> Weights:
    """The weights of each class, in the order of features."""
    path = Path(__file__).with_name("weights.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {kind: tuple(table[kind]) for kind in KINDS}
