"""Pagesight's profiles beside pytesseract, tesserocr, OCRmyPDF and RapidOCR on the same pages.

    python -m benchmarks.compare --data ../shared/data --others PATH --sets sroie,funsd

Every page goes through every program before the next page comes, each program in a process of its
own, one at a time, one thread, the order of programs changing from page to page: what slows the
machine slows all. Writes compare.json (every page), compare.md (tables) and compare.svg to --out.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytesseract
from PIL import Image

from benchmarks.compare_report import markdown, scatter
from benchmarks.conditions import conditions as stated_conditions
from benchmarks.made_pages import letter
from benchmarks.placed_scoring import score_fields, score_order, score_placed
from benchmarks.readers import OTHERS, ReaderProcess, Reading, python_of
from benchmarks.scoring import edit_distance, score_words
from benchmarks.true_pages import (
    SETS,
    TruePage,
    made_set,
    readable_languages,
    real_set,
    turned_sets,
)

_PROFILES = ("pagesight:fast", "pagesight:balanced", "pagesight:accurate", "pagesight::whole")
_LONGEST_EDITED = 4000  # characters; edits of longer texts take minutes in plain Python

Row = dict[str, Any]


def main() -> int:
    """Command line."""
    arguments = _arguments()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="pagesight-compare-") as name, ExitStack() as stack:
        readers = _started(arguments, stack)
        pages = _pages(arguments, Path(name))
        rows = list(_compared(readers, pages, pytesseract.get_languages()))
    versions = {reader.name: reader.version for reader in readers}
    conditions = stated_conditions()
    report = {"conditions": conditions, "versions": versions, "rows": rows}
    (arguments.out / "compare.json").write_text(json.dumps(report, indent=0))
    tables = markdown(rows, conditions, versions)
    (arguments.out / "compare.md").write_text(tables)
    (arguments.out / "compare.svg").write_text(scatter(rows))
    print(tables)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of the evaluation sets")
    parser.add_argument("--others", type=Path, help="environment of the other programs")
    parser.add_argument("--readers", type=_names, default=[*_PROFILES, *OTHERS])
    parser.add_argument("--sets", type=_names, default=["made", "turned", *SETS])
    parser.add_argument("--limit", type=int, help="pages of each evaluation set; all without it")
    parser.add_argument("--rounds", type=int, default=2, help="rounds of drawn pages, 8 each")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("results"))
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
    if "made" in arguments.sets:
        yield from made_set(folder, arguments.rounds)
    if "turned" in arguments.sets:
        yield from turned_sets(folder, arguments.rounds)
    for name in arguments.sets:
        if name in SETS and arguments.data:
            yield from real_set(arguments.data, name, folder, arguments.limit)


def _compared(
    readers: list[ReaderProcess], pages: Iterator[TruePage], installed: list[str]
) -> Iterator[Row]:
    warmed = False
    for number, page in enumerate(pages):
        languages = readable_languages(page.languages, installed)
        if not warmed:
            _warm_up(readers, page.path.parent)
            warmed = True
        for at in range(len(readers)):
            reader = readers[(at + number) % len(readers)]
            yield _row(reader.name, page, reader.read(page.path, languages))
        print(f"{page.collection}/{page.name}", file=sys.stderr, flush=True)


def _warm_up(readers: list[ReaderProcess], folder: Path) -> None:
    """Models load and caches fill on a page that does not count."""
    path = folder / "warm_up.png"
    Image.fromarray(letter(0).pixels).save(path)
    for reader in readers:
        reader.read(path, "eng")


def _row(name: str, page: TruePage, reading: Reading) -> Row:
    words = score_words(reading.text, page.text)
    row: Row = {
        "reader": name, "set": page.collection, "page": page.name, "half": page.half,
        "wall_ms": round(reading.wall_ms, 1), "cpu_ms": round(reading.cpu_ms, 1),
        "peak_mb": round(reading.peak_mb),
        "words": [words.matched, words.found, words.true],
    }  # fmt: skip
    if page.ordered and len(page.text) <= _LONGEST_EDITED:
        true = " ".join(page.text.split())
        row["edits"] = [edit_distance(" ".join(reading.text.split()), true), len(true)]
    if page.units:
        placed = score_placed(reading.words, page.units)
        row["placed"] = [placed.matched, placed.found, placed.true]
        row["order"] = list(score_order(reading.words, page.units))
    if page.fields:
        row["fields"] = list(score_fields(reading.text, page.fields))
    return row


if __name__ == "__main__":
    sys.exit(main())
