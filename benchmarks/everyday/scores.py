"""Which everyday cases each program reads right, and the tables of a run."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from benchmarks.everyday.cases import EverydayCase
from benchmarks.kept_readings import KeptReading
from benchmarks.mark_scoring import LostSigns, lost_signs, score_bags, tokens_of
from benchmarks.scoring import edit_distance

RIGHT_AT = 0.97  # F1 of words and marks
# Kinds that are read across their columns at full F1: the order of their words counts besides.
ORDERED = ("narrow_gutter",)

# The truth writes raised and lowered digits as plain ones.
_PLAIN = str.maketrans(
    "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
    "\u2080\u2081\u2082\u2083\u2084\u2085\u2086\u2087\u2088\u2089",
    "01234567890123456789",
)  # fmt: skip


_FRACTIONS = {"1/2": "\u00bd", "1/4": "\u00bc", "3/4": "\u00be"}
_FRACTION = re.compile(r"(?<!\d)(?:(\d) )?(1/2|1/4|3/4)(?!\d)")
_DOTS = re.compile(r"[.\u00b7\u2026\u2022]+")


@dataclass(frozen=True, slots=True)
class ScoredCase:
    """One program's reading of one case; `order` is None where it is not judged."""

    case: str
    kind: str
    reader: str
    f1: float
    order: float | None
    signs: LostSigns
    cpu_ms: float

    @property
    def right(self) -> bool:
        """Whether words and marks are read right, and in order where that is judged."""
        return self.f1 >= RIGHT_AT and (self.order is None or self.order >= RIGHT_AT)


def scored_case(case: EverydayCase, readings: Mapping[str, KeptReading]) -> list[ScoredCase]:
    """Scores of all programs on one case."""
    true = tokens_of(case.text)
    rows = []
    for reader, read in readings.items():
        found = tokens_of(as_written(read.text, case.kind))
        f1 = score_bags(found, true).f1
        order = in_order(found, true) if case.kind in ORDERED else None
        signs = lost_signs(read.text, case.text, read.doubtful)
        rows.append(ScoredCase(case.name, case.kind, reader, f1, order, signs, read.cpu_ms))
    return rows


def as_written(text: str, kind: str) -> str:
    """A reading with what a person takes as the same thing written as the truth writes it.

    Raised and lowered digits are plain ones; of leaders any dots may be kept; `2 1/4` is `2¼`, but
    not `21/4`; dots of towns on a map, and samples of colour in a legend, may be read as marks.
    """
    text = text.translate(_PLAIN)
    if kind == "leaders":
        text = _DOTS.sub(" ", text)
    if kind in ("map_sheet", "pie_chart", "line_chart"):
        text = re.sub("[\u2014\u2013\u2212\u2022\u25cf\u25aa\u25a0\u25e6\u25cb\u00b7]", " ", text)
    if kind.startswith("fraction"):
        text = _FRACTION.sub(lambda found: (found[1] or "") + _FRACTIONS[found[2]], text)
    return text


def in_order(found: Sequence[str], true: Sequence[str]) -> float:
    """1 less the edits between both sequences for each true token; never under 0."""
    return max(0.0, 1 - edit_distance(found, true) / max(len(true), 1))


def table(rows: Sequence[ScoredCase]) -> str:
    """A line for each kind: right cases, and the mean F1; a last one for all."""
    readers = list(dict.fromkeys(row.reader for row in rows))
    kinds = list(dict.fromkeys(row.kind for row in rows))
    by_kind = [_line(kind, [row for row in rows if row.kind == kind], readers) for kind in kinds]
    lines = [["kind", "cases", *readers], ["---"] * (len(readers) + 2), *by_kind]
    lines += [_line("**all**", rows, readers), _signs(rows, readers), _costs(rows, readers)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _line(name: str, rows: Sequence[ScoredCase], readers: Sequence[str]) -> list[str]:
    cells = []
    for reader in readers:
        mine = [row for row in rows if row.reader == reader]
        cells.append(f"{sum(row.right for row in mine)} ({fmean(row.f1 for row in mine):.2f})")
    return [name, str(len({row.case for row in rows})), *cells]


def _signs(rows: Sequence[ScoredCase], readers: Sequence[str]) -> list[str]:
    cells = []
    for reader in readers:
        lost = sum((row.signs for row in rows if row.reader == reader), LostSigns())
        cells.append(f"{lost.lost} ({lost.unnoticed}) of {lost.signed}")
    return ["lost signs (not doubtful)", "", *cells]


def _costs(rows: Sequence[ScoredCase], readers: Sequence[str]) -> list[str]:
    means = (fmean(row.cpu_ms for row in rows if row.reader == reader) for reader in readers)
    return ["CPU ms", "", *(f"{mean:.0f}" for mean in means)]
