"""The tables of a robustness run: by program, by disturbance and strength, and the lost pages."""

from collections.abc import Sequence
from statistics import fmean

from benchmarks.mark_scoring import LostSigns
from benchmarks.robustness.scores import Scored, of_reader


def report(rows: Sequence[Scored], conditions: str, notes: Sequence[str] = ()) -> str:
    """The whole report in Markdown."""
    parts = [
        "# Robustness: pages under disturbances", "",
        "Written by `python -m benchmarks.robustness`; what the figures mean stands in",
        "[benchmarks/README.md](../README.md).", "", conditions, "", *notes, "",
        "## By program", "", by_program(rows), "",
        "## By disturbance", "",
        "Mean word F1, and in brackets lost pages where there are any.", "",
        by_disturbance(rows), "",
    ]  # fmt: skip
    for reader in readers_of(rows):
        if reader.startswith("pagesight"):
            parts += [f"## Lost by {reader}", "", lost_pages(rows, reader), ""]
    return "\n".join(parts)


def by_program(rows: Sequence[Scored]) -> str:
    """Lost pages first, then mean F1: the score of a profile."""
    head = ["program", "pages", "lost", "misread", "slow", "word F1", "F1 with marks",
            "lost signs (not doubtful)", "CPU ms", "wall ms"]  # fmt: skip
    body = []
    for reader in readers_of(rows):
        mine = of_reader(rows, reader)
        marked = [row.tokens_f1 for row in mine if row.tokens_f1 is not None]
        signs = sum((row.signs for row in mine), LostSigns())
        body.append([
            f"`{reader}`", str(len(mine)), str(sum(row.lost for row in mine)),
            str(sum("misread" in row.reason for row in mine)),
            str(sum("slow" in row.reason for row in mine)),
            f"{fmean(row.words_f1 for row in mine):.3f}", f"{fmean(marked):.3f}" if marked else "-",
            f"{signs.lost} ({signs.unnoticed}) of {signs.signed}",
            f"{fmean(row.cpu_ms for row in mine):.0f}", f"{fmean(row.wall_ms for row in mine):.0f}",
        ])  # fmt: skip
    return _table(head, body)


def by_disturbance(rows: Sequence[Scored]) -> str:
    """A line for each disturbance and strength, a column for each program."""
    readers = readers_of(rows)
    body = []
    for name, strength in dict.fromkeys((row.disturbance, row.strength) for row in rows):
        here = [row for row in rows if (row.disturbance, row.strength) == (name, strength)]
        pages = len({row.case for row in here})
        cells = [_cell(of_reader(here, reader)) for reader in readers]
        body.append([name, str(strength), str(pages), *cells])
    return _table(["disturbance", "strength", "pages", *readers], body)


def lost_pages(rows: Sequence[Scored], reader: str) -> str:
    """The lost pages of one program, the worst first, with their pictures."""
    lost = sorted((row for row in of_reader(rows, reader) if row.lost), key=lambda r: r.words_f1)
    if not lost:
        return "None."
    body = [
        [f"lost/{row.case}", row.reason, f"{row.words_f1:.2f}", row.best_other, f"{row.cpu_ms:.0f}"]
        for row in lost
    ]
    return _table(["picture", "why", "word F1", "best other", "CPU ms"], body)


def readers_of(rows: Sequence[Scored]) -> list[str]:
    """The programs, Pagesight's profiles first."""
    return list(dict.fromkeys(row.reader for row in rows))


def _cell(rows: Sequence[Scored]) -> str:
    if not rows:
        return "-"
    lost = sum(row.lost for row in rows)
    return f"{fmean(row.words_f1 for row in rows):.2f}" + (f" ({lost})" if lost else "")


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
