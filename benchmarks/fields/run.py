"""Fields of receipts and links of forms, from whole pages as the product reads them.

    python -m benchmarks.fields --data ../shared/data
    python -m benchmarks.fields --data ../shared/data --misses even

Constants were chosen on every second page (`even`); `odd` pages were held out. `--misses` lists
what was wrong on the pages of one half.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.fields.forms import score_given, score_read
from benchmarks.fields.readings import ReadPage, read_set
from benchmarks.fields.receipts import FIELDS, Tally, tally
from benchmarks.scoring import WordScore, total

_RESULTS = Path(__file__).resolve().parents[1] / "results"
_HALVES = ("even", "odd")


def main() -> int:
    """Read, score, print."""
    arguments = _arguments()
    receipts = list(read_set(arguments.data, "sroie", arguments.profile, arguments.kept))
    print(_receipts(receipts))
    print(_forms(list(read_set(arguments.data, "funsd", arguments.profile, arguments.kept))))
    if arguments.misses:
        for miss in tally(each for each in receipts if each.half == arguments.misses).misses:
            print(f"{miss.page} {miss.kind}: {miss.true!r}, found {miss.found!r}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation sets")
    parser.add_argument("--profile", default="balanced")
    parser.add_argument("--misses", choices=_HALVES, help="list what was wrong in this half")
    parser.add_argument("--kept", type=Path, default=_RESULTS / "fields", help="readings are here")
    return parser.parse_args()


def _receipts(pages: Sequence[ReadPage]) -> str:
    """The table of receipts: F1 by field and half."""
    parts = {half: tally(each for each in pages if each.half == half) for half in _HALVES}
    parts["all"] = tally(pages)
    head = "| half | pages | " + " | ".join(FIELDS) + " | F1 | strict F1 | legible |"
    rule = "|---" * (len(FIELDS) + 5) + "|"
    counts = {half: sum(each.half == half for each in pages) for half in _HALVES}
    rows = [_row(half, counts.get(half, len(pages)), each) for half, each in parts.items()]
    return "\n".join(["SROIE, exact-match F1", "", head, rule, *rows, ""])


def _row(half: str, pages: int, result: Tally) -> str:
    by_field = " | ".join(_figure(result.scores[kind].f1) for kind in FIELDS)
    every = total(result.scores.values())
    strict = total(result.strict.values())
    legible = WordScore(sum(result.legible.values()), 0, every.true).recall
    figures = " | ".join(map(_figure, (every.f1, strict.f1, legible)))
    return f"| {half} | {pages} | {by_field} | {figures} |"


def _forms(pages: Sequence[ReadPage]) -> str:
    """The table of forms: F1 of links by half, from entries as given and from pages as read."""
    rows = [
        _links(half, [each for each in pages if half in {each.half, "all"}])
        for half in (*_HALVES, "all")
    ]
    head = [
        "FUNSD, links from questions to answers",
        "",
        "| half | pages | links | entries given |",
    ]
    return "\n".join([*head[:2], head[2] + " as read |", "|---|---|---|---|---|", *rows, ""])


def _links(half: str, pages: Sequence[ReadPage]) -> str:
    given, read = score_given(pages), score_read(pages)
    return f"| {half} | {len(pages)} | {given.true} | {given.f1:.3f} | {read.f1:.3f} |"


def _figure(value: float) -> str:
    return f"{value:.3f}"
