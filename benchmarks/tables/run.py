"""Tables drawn in many styles, read and scored by TEDS and by F1 of their cells.

    python -m benchmarks.tables --half held-out

Styles of the other half are kept aside while constants are tuned. With --img2table, the Python of
an environment with img2table and pytesseract reads the same pages.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2

from benchmarks.conditions import conditions
from benchmarks.robustness.halves import CHOICES
from benchmarks.robustness.run import RESULTS
from benchmarks.tables.drawn import DrawnTable, draw_table
from benchmarks.tables.scores import TableScore, completed, grid_of, report, scored
from benchmarks.tables.styles import STYLES
from benchmarks.tables.truth import TrueCell, TrueTable
from jobs.settings import Settings
from vision.core.document import Box
from vision.core.geometry import iou
from vision.core.options import ReadOptions, with_profile
from vision.core.stages import PageImage
from vision.pipeline import read_page
from workers.engine.engine import build_engine

_CHILD = Path(__file__).with_name("img2table_child.py")


def main() -> int:
    """Command line; prints the scores and writes them to --out."""
    arguments = _arguments()
    drawn = [
        draw_table(style, number)
        for style in STYLES
        if arguments.half in ("all", style.half)
        for number in range(1, arguments.tables + 1)
    ]
    rows = [row for name in arguments.profiles for row in _by_pagesight(name, drawn)]
    if arguments.img2table:
        rows += _by_img2table(arguments.img2table, drawn, arguments.out)
    by_kind = [_of_kind(row, ruled=_is_ruled(row)) for row in rows]
    text = f"{conditions()}; half: {arguments.half}\n\n{report(by_kind)}\n\n{report(rows)}\n"
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / f"tables-{arguments.half}.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--half", choices=CHOICES, default="tuning")
    parser.add_argument("--tables", type=int, default=4, help="of each style")
    parser.add_argument("--profiles", nargs="*", default=["balanced"])
    parser.add_argument("--img2table", help="the Python that has img2table")
    parser.add_argument("--out", type=Path, default=RESULTS / "tables")
    return parser.parse_args()


def _is_ruled(row: TableScore) -> bool:
    return next(style.ruled for style in STYLES if style.name == row.style)


def _of_kind(row: TableScore, *, ruled: bool) -> TableScore:
    kind = "ruled" if ruled else "unruled"
    return TableScore(row.name, kind, row.reader, row.teds, row.structure, row.cell_f1)


def _by_pagesight(profile: str, drawn: Sequence[DrawnTable]) -> Iterator[TableScore]:
    engine = build_engine(Settings())
    options = ReadOptions(**with_profile({"profile": profile}))
    for each in drawn:
        page = read_page(PageImage(1, each.pixels), engine.stages, options, engine.orienter).page
        at = Box(*each.box)
        best = max(page.tables, key=lambda table: iou(table.box, at), default=None)
        found = grid_of(best) if best else None
        row = scored(each.name, each.style.name, f"pagesight:{profile}", each.table, found)
        print(f"{row.name} {row.teds:.2f} {row.cell_f1:.2f}", file=sys.stderr, flush=True)
        yield row


def _by_img2table(python: str, drawn: Sequence[DrawnTable], out: Path) -> Iterator[TableScore]:
    """What img2table finds, ruled or not as the style says, with Tesseract's text."""
    folder = out / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    for each in drawn:
        path = folder / f"{each.name}.png"
        cv2.imwrite(str(path), each.pixels[..., ::-1])
        answer = subprocess.run(
            [python, str(_CHILD), str(path), "ruled" if each.style.ruled else "unruled"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        yield scored(each.name, each.style.name, "img2table", each.table, _largest(answer))


def _largest(answer: str) -> TrueTable | None:
    tables = json.loads(answer.strip().split("\n")[-1] or "[]")  # its OCR may print warnings first
    if not tables:
        return None
    best = max(tables, key=lambda table: len(table["cells"]))
    cells = [TrueCell(**cell) for cell in best["cells"]]
    return completed(best["rows"], best["columns"], cells)
