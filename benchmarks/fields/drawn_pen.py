"""The pen that writes drawn forms: printed labels, values filled in by another hand, and texts."""

import random
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vision.core.document import Block, Box, Line, Page, Word

_VOCABULARY = tomllib.loads(Path(__file__).with_name("drawn_words.toml").read_text("utf-8"))
LABELS: list[str] = _VOCABULARY["labels"]
SMALL: list[str] = _VOCABULARY["small"]
NAMES: list[str] = _VOCABULARY["names"]
WORDS: list[str] = _VOCABULARY["prose"]
THINGS: list[str] = _VOCABULARY["things"]
CHOICES: list[str] = _VOCABULARY["choices"]
_MONTHS = ("May", "June", "January", "October", "Sept.", "Dec.")
_BESIDE = 3.0  # heights between parts of one line
_MARKS = ("X", "X", "x", "✓", "☑", "XX")


@dataclass(slots=True)
class Drawn:
    """A form: `entries` are words with boxes, `links` pairs of indices, label first.

    `kinds` names the role of each entry: label, value, heading or other.
    """

    entries: list[list[Word]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    links: set[tuple[int, int]] = field(default_factory=set)

    def page(self, rng: random.Random) -> Page:
        """The form as it would be read: line by line, some parted in two, some words lost."""
        noise = rng.choice([0.0, 0.02, 0.06])
        rows = [
            [_misread(word, rng, noise) for word in part]
            for entry in self.entries
            for part in _parts(entry, rng)
            if rng.random() > noise
        ]
        lines = [_line(row) for row in (_in_lines(rows) if rng.random() < 0.8 else rows)]
        block = Block("b1", "text", tuple(lines))
        return Page(1, 800, 1000, None, 0, 0.0, ("eng",), "", blocks=(block,))


class Pen:
    """Writes entries on a form and knows how far down it is."""

    def __init__(self, rng: random.Random, drawn: Drawn) -> None:
        self.rng, self.drawn = rng, drawn
        self.size = rng.uniform(8, 14)
        self.leading = self.size * rng.uniform(1.25, 2.6)
        self.letter = self.size * rng.uniform(0.45, 0.75)
        self.left, self.right = rng.uniform(30, 90), rng.uniform(690, 780)
        self.y = rng.uniform(30, 90)
        self.capitals = rng.random() < 0.4
        self.mark = rng.choice([":", ":", ":", ":", "", "", "", "", ".", " --", "....", "?"])
        self.always_marked = rng.random()
        self.shouts = rng.random() < 0.35  # values in capitals
        self.fill = rng.uniform(0.85, 1.35)  # size of what is filled in
        strong = rng.random() < 0.2  # typed beside the printed line
        self.shift = rng.gauss(0, 0.6 if strong else 0.15), rng.gauss(0, 0.5 if strong else 0.12)
        self.wide_stops = rng.choice(
            [0, 0.1, 0.8]
        )  # of stops that a typist leaves two spaces behind
        self.loose = rng.choice([0, 0, 0.03, 0.08])
        self.blank = rng.choice([0.05, 0.15, 0.3, 0.6])

    def write(self, text: str, x: float, y: float | None = None, scale: float = 1.0,
              kind: str = "other", width: float | None = None) -> int:  # fmt: skip
        """An entry, in several lines where it is wider than `width`; returns its index."""
        words: list[Word] = []
        at, top = x, self.y if y is None else y
        size, letter = self.size * scale, self.letter * scale
        for word in text.split():
            wide = letter * len(word)
            if width is not None and words and at + wide > x + width:
                at, top = x, top + max(size * 1.15, self.leading * 0.7)
            jitter = self.rng.gauss(0, 0.06) * size
            height = size * self.rng.uniform(0.75, 1.05)
            words.append(Word(word, 0.9, Box(at, top + jitter, at + wide, top + jitter + height)))
            at += wide + letter * self.rng.uniform(0.5, 1.2)
            stop = word[-1] in ".,;" and self.rng.random() < self.wide_stops
            if stop or self.rng.random() < self.loose:
                at += letter * self.rng.uniform(0.8, 2.2)
        self.drawn.entries.append(words)
        self.drawn.kinds.append(kind)
        return len(self.drawn.entries) - 1

    def fill_in(self, text: str, x: float, y: float | None = None,
                width: float | None = None, scale: float = 1.0) -> int:  # fmt: skip
        """A value, in the hand and at the offset of what is filled in."""
        dx, dy = (each * self.size for each in self.shift)
        y = (self.y if y is None else y) + dy + self.rng.gauss(0, 0.08) * self.size
        text = text.upper() if self.shouts else text
        return self.write(text, x + dx, y, self.fill * scale, "value", width)

    def print_label(self, text: str, x: float, y: float | None = None, scale: float = 1.0,
                    width: float | None = None) -> int:  # fmt: skip
        """A printed label."""
        return self.write(text, x, y, scale, "label", width)

    def box(self, entry: int) -> Box:
        """The box around an entry."""
        boxes = [word.box for word in self.drawn.entries[entry]]
        return Box(min(b.x0 for b in boxes), min(b.y0 for b in boxes),
                   max(b.x1 for b in boxes), max(b.y1 for b in boxes))  # fmt: skip

    def end_of(self, entry: int) -> float:
        """Where the last line of an entry ends."""
        return self.drawn.entries[entry][-1].box.x1

    def link(self, label: int, value: int) -> None:
        """Link a label with its value."""
        self.drawn.links.add((label, value))

    def down(self, lines: float = 1.0) -> None:
        """Go down by some lines."""
        self.y += self.leading * lines

    def is_blank(self) -> bool:
        """Whether a place is left empty."""
        return self.rng.random() < self.blank

    def label(self, words: tuple[int, int] = (1, 3), mark: str | None = None) -> str:
        """The text of a label: words that forms ask by, or what is counted."""
        rng, count = self.rng, self.rng.randint(*words)
        source = LABELS if rng.random() < 0.75 else THINGS
        chosen = [rng.choice(source).capitalize() for _ in range(count)]
        if len(chosen) > 1 and rng.random() < 0.3:
            chosen.insert(1, rng.choice(SMALL))
        if rng.random() < 0.08:
            chosen.append(f"({rng.choice(WORDS)})")
        text = " ".join(chosen)
        mark = self.mark if mark is None else mark
        marked = rng.random() < (0.96 if self.always_marked < 0.75 else 0.5)
        return (text.upper() if self.capitals else text) + (mark if marked else "")

    def value(self) -> str:
        """The text of a value of any kind."""
        return self.rng.choice(VALUES)(self.rng)

    def tick(self) -> str:
        """The mark in a box."""
        return self.rng.choice(_MARKS)


def words(rng: random.Random, least: int, most: int) -> str:
    """Words in one of three styles."""
    text = " ".join(rng.choice(WORDS) for _ in range(rng.randint(least, most)))
    style = rng.choice([0, 1, 1, 2])
    return (text.upper(), text.capitalize(), text.title())[style]


def figure(rng: random.Random) -> str:
    """A number with or without a unit."""
    number = rng.choice([rng.randint(0, 99), rng.randint(100, 99_999), rng.uniform(0, 900)])
    text = f"{number:,.2f}" if isinstance(number, float) else f"{number:,}"
    return rng.choice(["", "", "", "$", "-", "+"]) + text + rng.choice(["", "", "", "%", " mm"])


def date(rng: random.Random) -> str:
    """A date in one of three notations."""
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(60, 99)
    return rng.choice((f"{month}/{day}/{year}", f"{rng.choice(_MONTHS)} {day}, 19{year}",
                       f"{month}- {day}- {year}"))  # fmt: skip


def name(rng: random.Random) -> str:
    """A person's name."""
    initials = f"{rng.choice('ABCDEFGHJKLMRSTW')}. "
    last = rng.choice(NAMES)
    return rng.choice((f"{initials}{last}", f"{initials}{initials}{last}", f"Dr. {initials}{last}",
                       f"{rng.choice(NAMES)} {last}", f"{last}, {initials}"))  # fmt: skip


def company(rng: random.Random) -> str:
    """A company's name."""
    tail = rng.choice(("Co.", "Inc.", "Company", "Laboratories", "& Sons", "Service", "Corp."))
    return f"{rng.choice(NAMES)} {rng.choice(WORDS).title()} {tail}"


def thing(rng: random.Random) -> str:
    """A product, place or material, sometimes with a word that labels have too."""
    text = rng.choice(THINGS).title()
    more = (rng.choice(THINGS).title(), str(rng.randint(1, 900)), rng.choice(LABELS).title())
    return f"{text} {rng.choice(('', *more))}".strip()


def short(rng: random.Random) -> str:
    """A word or two."""
    return words(rng, 1, 2)


VALUES: Sequence[Callable[[random.Random], str]] = (
    name, name, date, date, figure, figure, company, thing, thing,
    lambda r: f"({r.randint(200, 999)}) {r.randint(200, 999)}-{r.randint(1000, 9999)}",
    lambda r: f"{r.choice('ABCDE')}{r.randint(1, 99)}-{r.randint(10, 9999)}",
    lambda r: f"{r.randint(10, 99)}- {r.randint(100, 999)}{r.choice('ABCD')}",
    lambda r: words(r, 1, 2),
    lambda r: words(r, 2, 6),
    lambda r: r.choice(["X", "Yes", "No", "N/A", "None", "1", "TBD", "Unknown", "Unk."]),
)  # fmt: skip


def _parts(entry: list[Word], rng: random.Random) -> list[list[Word]]:
    """The lines of an entry; a wide space or a lost word parts some of them in two."""
    rows: list[list[Word]] = []
    for word in entry:
        new = not rows or word.box.x0 < rows[-1][-1].box.x0
        rows.append([word]) if new else rows[-1].append(word)
    parts: list[list[Word]] = []
    for row in rows:
        at = rng.randrange(1, len(row)) if len(row) > 1 and rng.random() < 0.08 else len(row)
        parts += [part for part in (row[:at], row[at:]) if part]
    return parts


def _in_lines(rows: list[list[Word]]) -> list[list[Word]]:
    """Rows that stand side by side as one line each, as recognisers find them."""
    lines: list[list[Word]] = []
    for row in sorted(rows, key=lambda row: row[0].box.x0):
        line = next((line for line in lines if _follows(line[-1].box, row[0].box)), None)
        if line is None:
            lines.append(list(row))
        else:
            line += row
    return lines


def _follows(one: Box, other: Box) -> bool:
    shared = min(one.y1, other.y1) - max(one.y0, other.y0)
    near = 0 < other.x0 - one.x1 < _BESIDE * one.height
    return near and shared > 0.6 * min(one.height, other.height)


def _misread(word: Word, rng: random.Random, noise: float) -> Word:
    """The word as a recogniser may read it: another letter, a lost or another mark, a rule."""
    text = word.text
    if rng.random() < noise * 2:
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice("abceilorstOIl1|.,") + text[at + 1 :]
    if text[-1] in ":.?" and rng.random() < noise * 3:
        text = text[:-1] + rng.choice(["", ".", ";", ",", ":_", ":."])
    if rng.random() < noise / 2:
        text = rng.choice("|'_\u2018.~") + text
    return Word(text or ".", word.confidence, word.box)


def _line(row: Sequence[Word]) -> Line:
    box = Box(
        row[0].box.x0,
        min(word.box.y0 for word in row),
        row[-1].box.x1,
        max(word.box.y1 for word in row),
    )
    return Line(" ".join(word.text for word in row), 0.9, box, tuple(row))
