"""Words of a page as evidence: where each is in the result, and pieces of text made of them.

A piece is a run of words of one row without a wide gap. Boxes are in pixels of the page.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from vision.core.document import Box, Line, Page

# In heights of the line: wider than the space between words of even typewritten text.
_GAP = 1.15
_MOST_PIECES = 3000  # of a page; what is beyond them is not searched


class WordRef(NamedTuple):
    """Where a word is in the result: page number, id of the block, indices of line and word."""

    page: int
    block: str
    line: int
    word: int

    def as_json(self) -> dict[str, Any]:
        """The reference as results give it."""
        return self._asdict()


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its reference. `level` is its box where the page is level."""

    text: str
    confidence: float
    box: Box
    level: Box
    ref: WordRef


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one row that stand close together; `kind` is that of their block.

    `level` is the box around them in the levelled page, `starts` where each word begins in `text`.
    """

    tokens: tuple[Token, ...]
    kind: str
    text: str
    level: Box
    starts: tuple[int, ...] = field(repr=False)

    @classmethod
    def of(cls, tokens: Sequence[Token], kind: str = "text") -> "Piece":
        """A piece of at least one word."""
        starts, at = [], 0
        for token in tokens:
            starts.append(at)
            at += len(token.text) + 1
        text = " ".join(token.text for token in tokens)
        level = around([t.level for t in tokens]) if len(tokens) > 1 else tokens[0].level
        return cls(tuple(tokens), kind, text, level, tuple(starts))

    @property
    def height(self) -> float:
        """The height of its box in pixels."""
        return self.level.height

    def part(self, start: int, end: int) -> "Piece":
        """The words that the characters from `start` to `end` of the text touch."""
        return Piece.of(self.tokens[slice(*self.words_at(start, end))], self.kind)

    def words_at(self, start: int, end: int) -> tuple[int, int]:
        """The range of words that these characters touch; at least one word."""
        first = max(i for i, at in enumerate(self.starts) if at <= start)
        last = max(i for i, at in enumerate(self.starts) if at < max(end, start + 1))
        return first, last + 1


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box around at least one box."""
    # A loop, since this runs for every piece of a page.
    rest = iter(boxes)
    x0, y0, x1, y1 = next(rest)
    for box in rest:
        x0, y0 = min(x0, box.x0), min(y0, box.y0)
        x1, y1 = max(x1, box.x1), max(y1, box.y1)
    return Box(x0, y0, x1, y1)


def confidence_of(tokens: Iterable[Token]) -> float:
    """The confidence of words together: the mean, each weighted by its letters."""
    weights = [(max(len(token.text), 1), token.confidence) for token in tokens]
    total = sum(weight for weight, _ in weights)
    return sum(weight * confidence for weight, confidence in weights) / total if total else 0.0


def pieces_of(page: Page) -> list[Piece]:
    """The pieces of a page from the top, each row from the left; text up or down is left out."""
    slope = math.tan(math.radians(page.skew))
    found: list[Piece] = []
    for block in page.blocks:
        for number, line in enumerate(block.lines):
            if not _is_level(line) or len(found) >= _MOST_PIECES:
                continue
            tokens = list(_tokens(page.number, block.id, number, line, slope))
            found += (Piece.of(run, block.kind) for run in _runs(tokens))
    return sorted(found, key=lambda piece: (piece.level.y0, piece.level.x0))


def rows_of(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces that stand side by side, rows from the top, each from the left."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda each: each.level.y0 + each.level.y1):
        if rows and side_by_side(rows[-1][-1].level, piece.level):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece.level.x0) for row in rows]


def side_by_side(one: Box, other: Box) -> bool:
    """Whether two boxes share over half of the smaller height."""
    shared = min(one.y1, other.y1) - max(one.y0, other.y0)
    return shared > 0.5 * min(one.height, other.height)


def _is_level(line: Line) -> bool:
    """Whether the line runs from left to right, rather than up or down the page."""
    if line.polygon is None or len(line.polygon) < 2:
        return True
    (x0, y0), (x1, y1) = line.polygon[:2]
    return x1 > x0 and abs(y1 - y0) < x1 - x0


def _tokens(page: int, block: str, number: int, line: Line, slope: float) -> Iterator[Token]:
    for at, word in enumerate(line.words):
        if word.text.strip():
            box = word.box
            level = _levelled(box, slope) if slope else box
            yield Token(word.text, word.confidence, box, level, WordRef(page, block, number, at))


def _levelled(box: Box, slope: float) -> Box:
    shift = slope * (box.x0 + box.x1) / 2
    return Box(box.x0, box.y0 + shift, box.x1, box.y1 + shift)


def _runs(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The words of a line from the left, split at wide gaps and where they are stacked.

    A row of a table is one line, though its cells may have several lines of text.
    """
    for row in _stacked(tokens):
        gap = _GAP * median(token.level.height for token in row)
        run = [row[0]]
        for left, right in pairwise(row):
            if right.level.x0 - left.level.x1 > gap:
                yield run
                run = []
            run.append(right)
        yield run


def _stacked(tokens: Sequence[Token]) -> list[list[Token]]:
    """The words of each line of text, from the left."""
    rows: list[list[Token]] = []
    for token in sorted(tokens, key=lambda each: each.level.x0):
        row = next((row for row in rows if side_by_side(row[-1].level, token.level)), None)
        if row is None:
            rows.append([token])
        else:
            row.append(token)
    return rows
