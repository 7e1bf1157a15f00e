"""Pagesight's profiles beside pytesseract, tesserocr, OCRmyPDF and RapidOCR on the same pages.

    python -m benchmarks.compare --data ../shared/data --others build/others --docs docs/research

Every page goes through every program before the next page comes, each program in a process of its
own, one at a time, one thread, the order of programs changing from page to page: what slows the
machine slows all. Every reading is kept in compare.jsonl in --out at once, and the same command
goes on where an interrupted one of the same commit and versions stopped; --anew begins again.
Writes the tables and the plot to --out, and with --docs to comparison.md and comparison.png there.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytesseract
from PIL import Image

from benchmarks.compare_plot import draw
from benchmarks.compare_report import extent, full_report, summary
from benchmarks.compare_rows import ReadingsFile
from benchmarks.compare_statistics import Row
from benchmarks.conditions import machine_and_versions
from benchmarks.made_pages import letter
from benchmarks.mark_scoring import has_marks, lost_signs, score_marks, score_numbers
from benchmarks.placed_scoring import score_fields, score_order, score_placed
from benchmarks.readers import OTHERS, ReaderProcess, Reading, python_of
from benchmarks.scoring import edit_distance, folded, score_words
from benchmarks.true_pages import (
    SETS,
    TruePage,
    made_set,
    readable_languages,
    real_set,
    size_of,
    turned_sets,
)

_PROFILES = ("pagesight:fast", "pagesight:balanced", "pagesight:accurate", "pagesight::whole")
_LONGEST_EDITED = 4000  # characters; edits of longer texts take minutes in plain Python
_FIRST = ("sroie", "funsd")
# In --short: an image of a line costs OCRmyPDF and RapidOCR as much as a small page.
_SHORT = {"lines_deu": 20, "lines_ara": 20}


def main() -> int:
    """Command line."""
    arguments = _arguments()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="pagesight-compare-") as name, ExitStack() as stack:
        readers = _started(arguments, stack)
        versions = ", ".join(f"{reader.name} {reader.version}" for reader in readers)
        identity = {"conditions": machine_and_versions(), "programs": versions}
        path = arguments.out / "compare.jsonl"
        readings = ReadingsFile(path, identity, anew=arguments.anew)
        _compare(readers, _pages(arguments, Path(name)), readings, arguments.minutes)
    there = _there(arguments)
    for folder in filter(None, (arguments.out, arguments.docs)):
        _report(readings.rows, identity, there, folder)
    print(summary(readings.rows))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of the evaluation sets")
    parser.add_argument("--others", type=Path, help="environment of the other programs")
    parser.add_argument("--readers", type=_names, default=[*_PROFILES, *OTHERS])
    parser.add_argument("--sets", type=_names, default=[*_FIRST, "turned", "made", *SETS])
    parser.add_argument("--limit", type=int, help="pages of each evaluation set; all without it")
    parser.add_argument("--rounds", type=int, default=2, help="rounds of drawn pages, 9 each")
    parser.add_argument(
        "--short", action="store_true", help="fewer drawn pages, and 20 images of each set of lines"
    )
    parser.add_argument("--minutes", type=float, help="begin no further page after so long")
    parser.add_argument("--anew", action="store_true", help="forget what was read before")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("results"))
    parser.add_argument("--docs", type=Path, help="folder for comparison.md and comparison.png")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def _started(arguments: argparse.Namespace, stack: ExitStack) -> list[ReaderProcess]:
    readers = []
    for name in arguments.readers:
        python = python_of(name, arguments.others)
        if python is None:
            print(f"not run, for want of --others: {name}", file=sys.stderr)
            continue
        log = arguments.out / f"{name.replace(':', '_')}.log"
        readers.append(stack.enter_context(ReaderProcess(name, python, log)))
    return readers


def _pages(arguments: argparse.Namespace, folder: Path) -> Iterator[TruePage]:
    rounds = 1 if arguments.short else arguments.rounds
    for name in dict.fromkeys(arguments.sets):
        if name == "made":
            yield from made_set(folder, rounds)
        elif name == "turned":
            yield from turned_sets(folder, rounds)
        elif arguments.data:
            yield from real_set(arguments.data, name, folder, _limit(arguments, name))


def _limit(arguments: argparse.Namespace, name: str) -> int | None:
    """How many pages of an evaluation set; None is all."""
    limit: int | None = arguments.limit
    return _SHORT.get(name, limit) if arguments.short else limit


def _compare(
    readers: Sequence[ReaderProcess],
    pages: Iterator[TruePage],
    readings: ReadingsFile,
    minutes: float | None,
) -> None:
    """Read what was not read yet, page by page, for as long as `minutes` allow."""
    installed = pytesseract.get_languages()
    began, warmed = time.monotonic(), False
    for number, page in enumerate(pages):
        if readings.has(page.collection, page.path.stem, [reader.name for reader in readers]):
            continue
        if minutes is not None and time.monotonic() - began > minutes * 60:
            print(f"out of time at {page.collection}/{page.name}", file=sys.stderr)
            break
        if not warmed:
            _warm_up(readers, page.path.parent)
            warmed = True
        languages = readable_languages(page.languages, installed)
        turns = [readers[(at + number) % len(readers)] for at in range(len(readers))]
        load = round(os.getloadavg()[0], 1)
        readings.add(
            [_row(each.name, page, each.read(page.path, languages), load) for each in turns]
        )
        print(f"{page.collection}/{page.name}", file=sys.stderr, flush=True)


def _there(arguments: argparse.Namespace) -> dict[str, int]:
    """How many pages each evaluation set has that was asked for."""
    names = [name for name in dict.fromkeys(arguments.sets) if name in SETS and arguments.data]
    return {name: size_of(arguments.data, name) for name in names}


def _report(
    rows: Sequence[Row], identity: dict[str, str], there: dict[str, int], folder: Path
) -> None:
    """comparison.md and comparison.png."""
    if not rows:
        return
    folder.mkdir(parents=True, exist_ok=True)
    loads = [row["load"] for row in rows]
    conditions = f"{identity['conditions']}; load {min(loads)} to {max(loads)} meanwhile"
    if there:
        conditions += f". Read: {extent(rows, there)}"
    draw(rows, folder / "comparison.png")
    report = full_report(rows, conditions, identity["programs"], "comparison.png")
    (folder / "comparison.md").write_text(report, encoding="utf-8")


def _warm_up(readers: Sequence[ReaderProcess], folder: Path) -> None:
    """Models load and caches fill on a page that does not count."""
    path = folder / "warm_up.png"
    Image.fromarray(letter(0).pixels).save(path)
    for reader in readers:
        reader.read(path, "eng")


def _row(name: str, page: TruePage, reading: Reading, load: float) -> Row:
    words = score_words(reading.text, page.text)
    row: Row = {
        "reader": name, "set": page.collection, "page": page.path.stem, "half": page.half,
        "wall_ms": round(reading.wall_ms, 1), "cpu_ms": round(reading.cpu_ms, 1),
        "peak_mb": round(reading.peak_mb), "load": load, "failed": reading.failed,
        "words": [words.matched, words.found, words.true],
    }  # fmt: skip
    if has_marks(page.collection):
        row |= _mark_scores(page, reading)
    if page.ordered and len(page.text) <= _LONGEST_EDITED:
        true = _plain(page.text)
        row["edits"] = [edit_distance(_plain(reading.text), true), len(true)]
    if page.units:
        placed = score_placed(reading.words, page.units)
        row["placed"] = [placed.matched, placed.found, placed.true]
        row["order"] = list(score_order(reading.words, page.units))
    if page.fields:
        row["fields"] = list(score_fields(reading.text, page.fields))
    return row


def _mark_scores(page: TruePage, reading: Reading) -> Row:
    marks, numbers = score_marks(reading.text, page.text), score_numbers(reading.text, page.text)
    signs = lost_signs(reading.text, page.text, reading.doubtful)
    return {
        "marks": [marks.matched, marks.found, marks.true],
        "numbers": [numbers.matched, numbers.found, numbers.true],
        "signs": [signs.lost, signs.unnoticed, signs.signed],
    }


def _plain(text: str) -> str:
    return " ".join(folded(text).split())


if __name__ == "__main__":
    sys.exit(main())
