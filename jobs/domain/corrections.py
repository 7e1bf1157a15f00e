"""Corrections of words, kept as revisions of a result beside the original."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

ADDED = "added"
Place = tuple[int, str, int, int]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Correction:
    """What a word really says.

    `page` counts from 1; `block` is the id of a block; `line` and `word` are indexes from 0, all of
    the original result. An empty `text` removes the word; the text as it was read confirms it.
    None takes an earlier correction back. With a `box` (x0, y0, x1, y1 in pixels of the page) it
    is a word that reading missed: then `block` is ADDED, and `word` numbers such words.
    """

    page: int
    block: str
    line: int
    word: int
    text: str | None
    box: Box | None = None

    @property
    def place(self) -> Place:
        """Where the word is."""
        return self.page, self.block, self.line, self.word


@dataclass(frozen=True, slots=True)
class Revision:
    """All corrections of a result up to one change; `number` counts from 1.

    `author` is the id of the API key that saved it.
    """

    job_id: str
    number: int
    created_at: datetime
    author: str
    corrections: tuple[Correction, ...]


def merged(old: Iterable[Correction], new: Iterable[Correction]) -> tuple[Correction, ...]:
    """The corrections after a change: the later one of each word, in the order of the pages."""
    latest = {each.place: each for each in (*old, *new)}
    kept = (each for each in latest.values() if each.text is not None)
    return tuple(sorted(kept, key=lambda each: each.place))


def as_rows(corrections: Iterable[Correction]) -> list[dict[str, Any]]:
    """The corrections as JSON."""
    return [
        {name: value for name, value in asdict(each).items() if name != "box" or value is not None}
        for each in corrections
    ]


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Correction, ...]:
    """The inverse of `as_rows`."""
    return tuple(Correction(**{**row, "box": _box(row.get("box"))}) for row in rows)


def _box(given: Iterable[float] | None) -> Box | None:
    if given is None:
        return None
    x0, y0, x1, y1 = given
    return x0, y0, x1, y1
