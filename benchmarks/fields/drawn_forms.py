"""Forms as words at places, with the links of their labels and values: to fit weights on.

Real annotated forms come with licences that forbid commercial use, so the weights of the product
are fitted on these. A form is a stack of sections: pairs side by side, captions over boxes, tables
with heads and row labels, memo heads, lists, prose and headings.
"""

import random
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vision.core.document import Block, Box, Line, Page, Word

_VOCABULARY = tomllib.loads(Path(__file__).with_name("drawn_words.toml").read_text("utf-8"))
_LABELS: list[str] = _VOCABULARY["labels"]
_SMALL: list[str] = _VOCABULARY["small"]
_NAMES: list[str] = _VOCABULARY["names"]
_WORDS: list[str] = _VOCABULARY["prose"]
_MONTHS = ("May", "June", "January", "October")


@dataclass(slots=True)
class Drawn:
    """A form: `entries` are words with boxes, `links` pairs of indices, label first."""

    entries: list[list[Word]] = field(default_factory=list)
    links: set[tuple[int, int]] = field(default_factory=set)

    def page(self, rng: random.Random) -> Page:
        """The form as it would be read: some entries part in two, neighbours join in one line."""
        lines = [_line(part) for entry in self.entries for part in _parts(entry, rng)]
        block = Block("b1", "text", tuple(lines))
        return Page(1, 800, 1000, None, 0, 0.0, ("eng",), "", blocks=(block,))


class _Pen:
    """Writes entries on a form and knows how far down it is."""

    def __init__(self, rng: random.Random, drawn: Drawn) -> None:
        self.rng, self.drawn = rng, drawn
        self.size = rng.uniform(8, 14)
        self.leading = self.size * rng.uniform(1.25, 2.6)
        self.letter = self.size * rng.uniform(0.5, 0.75)
        self.left, self.right = rng.uniform(30, 90), rng.uniform(690, 780)
        self.y = rng.uniform(30, 90)
        self.capitals = rng.random() < 0.4
        self.mark = rng.choice([":", ":", ":", ":", "", "", ".", " --", "....", "?"])

    def write(self, text: str, x: float, y: float | None = None, scale: float = 1.0) -> int:
        """An entry of one or several lines; returns its index."""
        words, at, top = [], x, self.y if y is None else y
        size, letter = self.size * scale, self.letter * scale
        for word in text.split():
            width = letter * len(word)
            jitter = self.rng.gauss(0, 0.06) * size
            height = size * self.rng.uniform(0.75, 1.05)
            words.append(Word(word, 0.9, Box(at, top + jitter, at + width, top + jitter + height)))
            at += width + letter * self.rng.uniform(0.5, 1.2)
        self.drawn.entries.append(words)
        return len(self.drawn.entries) - 1

    def end_of(self, entry: int) -> float:
        return self.drawn.entries[entry][-1].box.x1

    def link(self, label: int, value: int) -> None:
        self.drawn.links.add((label, value))

    def down(self, lines: float = 1.0) -> None:
        self.y += self.leading * lines

    def label(self, words: tuple[int, int] = (1, 3), mark: str | None = None) -> str:
        rng = self.rng
        chosen = [rng.choice(_LABELS).capitalize() for _ in range(rng.randint(*words))]
        if len(chosen) > 1 and rng.random() < 0.3:
            chosen.insert(1, rng.choice(_SMALL))
        text = " ".join(chosen)
        if rng.random() < 0.08:
            text += f" ({rng.choice(_WORDS)})"
        return (text.upper() if self.capitals else text) + (self.mark if mark is None else mark)

    def value(self) -> str:
        rng = self.rng
        return rng.choice(_VALUES)(rng)


def _words(rng: random.Random, least: int, most: int) -> str:
    text = " ".join(rng.choice(_WORDS) for _ in range(rng.randint(least, most)))
    style = rng.choice([0, 1, 2])
    return (text.upper(), text.capitalize(), text.title())[style]


def _figure(rng: random.Random) -> str:
    number = rng.choice([rng.randint(0, 99), rng.randint(100, 99_999), rng.uniform(0, 900)])
    text = f"{number:,.2f}" if isinstance(number, float) else f"{number:,}"
    return rng.choice(["", "", "", "$", "-"]) + text + rng.choice(["", "", "", "%"])


_VALUES: Sequence[Callable[[random.Random], str]] = (
    lambda r: f"{r.choice('ABCDEFGHJKLMRSTW')}. {r.choice(_NAMES)}",
    lambda r: f"{r.choice(_NAMES)}, {r.choice(_NAMES)}",
    lambda r: f"{r.randint(1, 12)}/{r.randint(1, 28)}/{r.randint(60, 99)}",
    lambda r: f"{r.choice(_MONTHS)} {r.randint(1, 30)}, 19{r.randint(60, 99)}",
    _figure,
    _figure,
    lambda r: f"({r.randint(200, 999)}) {r.randint(200, 999)}-{r.randint(1000, 9999)}",
    lambda r: f"{r.choice('ABCDE')}{r.randint(1, 99)}-{r.randint(10, 9999)}",
    lambda r: _words(r, 1, 2),
    lambda r: _words(r, 2, 6),
    lambda r: r.choice(["X", "Yes", "No", "N/A", "None", "1"]),
)


def _pairs(pen: _Pen) -> None:
    """Labels with a value beside each, in one to three columns; some are not filled in."""
    rng = pen.rng
    columns = rng.choice([1, 1, 2, 2, 3])
    step = (pen.right - pen.left) / columns
    tab = rng.choice([0.0, rng.uniform(0.25, 0.6) * step])
    for _ in range(rng.randint(1, 7)):
        for column in range(columns):
            x = pen.left + column * step
            if rng.random() < 0.12:
                continue
            label = pen.write(pen.label((1, 3 if columns < 3 else 2)), x)
            end = pen.end_of(label)
            if rng.random() < 0.25:
                continue
            start = max(end + pen.size * rng.uniform(0.4, 3), x + tab)
            text = pen.value()
            if start + pen.letter * len(text) > x + step * 1.02:
                text = _VALUES[2](rng)
            value = pen.write(text, start)
            pen.link(label, value)
            if columns == 1 and rng.random() < 0.15:  # a second line of the same value
                pen.down(0.6)
                pen.link(label, pen.write(pen.value(), start))
        pen.down()


def _boxes(pen: _Pen) -> None:
    """Small captions in a row with the values below them."""
    rng = pen.rng
    columns = rng.randint(2, 5)
    step = (pen.right - pen.left) / columns
    mark = rng.choice(["", "", ":"])
    for _ in range(rng.randint(1, 3)):
        labels = [
            pen.write(pen.label((1, 2), mark), pen.left + at * step, scale=0.85)
            for at in range(columns)
        ]
        pen.down(rng.uniform(0.55, 0.9))
        for at, label in enumerate(labels):
            if rng.random() < 0.8:
                shift = rng.uniform(0, 1.5) * pen.size
                pen.link(label, pen.write(pen.value(), pen.left + at * step + shift))
        pen.down(rng.uniform(0.8, 1.4))


def _table(pen: _Pen) -> None:
    """Heads over columns of cells, with or without a label for each row."""
    rng = pen.rng
    columns, rows = rng.randint(2, 6), rng.randint(2, 9)
    named, step = rng.random() < 0.55, (pen.right - pen.left) / (columns + 1)
    kinds = [rng.choice(_VALUES) if rng.random() < 0.35 else _figure for _ in range(columns)]
    first = 1 if named else 0
    heads = [
        pen.write(pen.label((1, 2), ""), pen.left + (at + first) * step) for at in range(columns)
    ]
    pen.down(rng.uniform(0.8, 1.3))
    centred = rng.random() < 0.4
    for _ in range(rows):
        label = pen.write(pen.label((1, 2), rng.choice(["", "", ":"])), pen.left) if named else None
        for at in range(columns):
            if rng.random() < 0.15:
                continue
            text = kinds[at](rng)
            if pen.letter * len(text) > step * 0.9:
                text = _figure(rng)
            x = pen.left + (at + first) * step
            head = pen.drawn.entries[heads[at]]
            if centred:
                x = (head[0].box.x0 + head[-1].box.x1) / 2 - pen.letter * len(text) / 2
            cell = pen.write(text, x + rng.gauss(0, 0.3) * pen.size)
            pen.link(heads[at], cell)
            if label is not None:
                pen.link(label, cell)
        pen.down(rng.uniform(0.6, 1.0))


def _memo(pen: _Pen) -> None:
    for name in ("To", "From", "Date", "Subject", "cc")[: pen.rng.randint(2, 5)]:
        label = pen.write((name.upper() if pen.capitals else name) + ":", pen.left)
        start = pen.left + pen.size * 6
        pen.link(label, pen.write(pen.value(), start))
        while pen.rng.random() < 0.25:
            pen.down(0.6)
            pen.link(label, pen.write(pen.value(), start))
        pen.down()


def _heading(pen: _Pen) -> None:
    text = _words(pen.rng, 1, 5).upper()
    middle = (pen.left + pen.right) / 2 - pen.letter * len(text) / 2
    pen.write(text, pen.rng.choice([pen.left, middle]), scale=pen.rng.uniform(0.9, 1.6))
    pen.down(1.2)


def _prose(pen: _Pen) -> None:
    start, most = pen.left + pen.rng.choice([0, 40]), int((pen.right - pen.left - 60) / pen.letter)
    for _ in range(pen.rng.randint(1, 5)):
        pen.write(_words(pen.rng, 8, 14)[:most], start)
        pen.down(0.5)
    pen.down(0.5)


def _choices(pen: _Pen) -> None:
    """A question with boxes to tick, of which none is a value."""
    label = pen.write(pen.label((1, 3)), pen.left)
    x = pen.end_of(label) + 2 * pen.size
    for _ in range(pen.rng.randint(2, 4)):
        entry = pen.write(pen.rng.choice(["Yes", "No", *_LABELS]).capitalize(), x)
        x = pen.end_of(entry) + pen.size * pen.rng.uniform(2, 6)
    pen.down()


_SECTIONS = (
    _pairs,
    _pairs,
    _pairs,
    _boxes,
    _table,
    _table,
    _memo,
    _heading,
    _heading,
    _prose,
    _choices,
)


def draw_form(rng: random.Random) -> Drawn:
    """One form of about a page."""
    drawn = Drawn()
    pen = _Pen(rng, drawn)
    while pen.y < 900:
        rng.choice(_SECTIONS)(pen)
        pen.down(rng.uniform(0.2, 1.2))
    return drawn


def _parts(entry: list[Word], rng: random.Random) -> list[list[Word]]:
    """The entry, or two pieces of it where a wide space or a lost word parts it."""
    if len(entry) < 2 or rng.random() > 0.08:
        return [entry]
    at = rng.randrange(1, len(entry))
    return [entry[:at], entry[at:]]


def _line(words: Sequence[Word]) -> Line:
    box = Box(
        words[0].box.x0,
        min(word.box.y0 for word in words),
        words[-1].box.x1,
        max(word.box.y1 for word in words),
    )
    return Line(" ".join(word.text for word in words), 0.9, box, tuple(words))
