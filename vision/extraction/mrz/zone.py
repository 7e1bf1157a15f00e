"""Parses the lines of a machine-readable zone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import product

from vision.extraction.mrz.correction import corrected, holds
from vision.extraction.mrz.layout import LAYOUTS, Kind, Layout

# What recognisers make of fillers, and marks that no zone has.
_FOLDED = str.maketrans(
    dict.fromkeys("\u2039〈({[c£€¢“”", "<")
    | {"\u00ab": "<<", "\u226a": "<<", "|": "I", "!": "I"}
    | dict.fromkeys(" \t.,:*'_-\u2013\u2014")
)
_ALLOWED = re.compile(r"[A-Z0-9<]+")
_CODES = "PIACV"
_SLACK = 2  # characters that a line may have too many or too few
_FEWEST_CHECKS = 2  # that hold, of a zone


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone that was read: its lines as corrected, its fields, and which check digits hold."""

    kind: Kind
    lines: tuple[str, ...]
    read: tuple[str, ...]
    fields: dict[str, str]
    checks: dict[str, bool]

    @property
    def strength(self) -> tuple[int, int, int]:
        """How many check digits hold, how many lines had their length, how little was corrected."""
        pairs = list(zip(self.lines, self.read, strict=True))
        whole = [(made, read) for made, read in pairs if len(made) == len(read)]
        changed = sum(
            one != other for made, read in whole for one, other in zip(made, read, strict=True)
        )
        return sum(self.checks.values()), len(whole), -changed

    @property
    def valid(self) -> bool:
        """Whether all check digits hold."""
        return all(self.checks.values())


def folded(text: str) -> str:
    """The text of a line in the zone's alphabet; empty where it is no line of one."""
    line = text.translate(_FOLDED).upper()
    return line if _ALLOWED.fullmatch(line) else ""


def zone_of(rows: Sequence[Sequence[str]]) -> tuple[Zone, int] | None:
    """The zone in rows from the top, of which each has its possible readings, likelier ones first.

    With the index of its first row. The one with most check digits that hold, at least two of them,
    and the fewest corrections; None where there is none.
    """
    found = [
        (zone, at)
        for layout in LAYOUTS
        for at in range(len(rows) - layout.height + 1)
        for lines in product(*rows[at : at + layout.height])
        if (zone := _zone(lines, layout)) is not None
    ]
    return max(found, key=lambda each: each[0].strength, default=None)


def _zone(lines: Sequence[str], layout: Layout) -> Zone | None:
    if any(abs(len(line) - layout.length) > _SLACK for line in lines):
        return None
    if lines[0][0] not in _CODES:
        return None
    best: Zone | None = None
    for fitted in _fitted(lines, layout.length):
        made = corrected(fitted, layout)
        checks = {check.name: holds(made, check) for check in layout.checks}
        if best is None or sum(checks.values()) > sum(best.checks.values()):
            best = Zone(layout.kind, tuple(made), tuple(lines), _fields(made, layout), checks)
    held = sum(best.checks.values()) if best else 0
    return best if held >= _FEWEST_CHECKS else None


def _fitted(lines: Sequence[str], length: int) -> Iterator[list[str]]:
    """The lines with as many characters as they should have: fillers are lost or seen twice."""
    whole = [_with_length(line, length) for line in lines]
    yield whole
    for at, line in enumerate(lines):
        if len(line) != length:
            for other in _other_lengths(line, length):
                yield [*whole[:at], other, *whole[at + 1 :]]


def _with_length(line: str, length: int) -> str:
    """Fillers are added to the longest run of them, or taken from it."""
    runs = [(each.start(), each.end()) for each in re.finditer("<+", line)]
    start, end = max(runs, key=lambda run: run[1] - run[0], default=(len(line), len(line)))
    fillers = max(0, end - start + length - len(line))
    return (line[:start] + "<" * fillers + line[end:])[:length]


def _other_lengths(line: str, length: int) -> Iterator[str]:
    """The line with one character less at each place, or one filler more."""
    if len(line) == length + 1:
        yield from (line[:at] + line[at + 1 :] for at in range(len(line)))
    elif len(line) == length - 1:
        yield from (line[:at] + "<" + line[at:] for at in range(len(line) + 1))


def _fields(lines: Sequence[str], layout: Layout) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, line, start, end, _ in layout.fields:
        value = lines[line][start:end]
        if name == "names":
            surname, _, given = value.rstrip("<").partition("<<")
            fields |= {"surname": _words(surname), "given_names": _words(given)}
        elif name.endswith("_date"):
            fields[name] = _date(value, past=name == "birth_date")
        else:
            fields[name] = value.strip("<").replace("<", " ")
    return fields


def _words(text: str) -> str:
    return " ".join(part for part in text.split("<") if part)


def _date(digits: str, *, past: bool) -> str:
    """The date in ISO 8601; as it stands where it is none. A birth lies in the past."""
    this = datetime.now(tz=UTC).year
    try:
        year = this - this % 100 + int(digits[:2])
        if past and year > this:
            year -= 100
        return date(year, int(digits[2:4]), int(digits[4:])).isoformat()
    except ValueError:
        return digits
