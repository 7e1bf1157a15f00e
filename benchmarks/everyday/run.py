"""Small everyday cases, read by Pagesight's profiles, pytesseract and RapidOCR.

    python -m benchmarks.everyday --half tuning

A case is right at F1 .97 of words and marks together. The other half of the cases is kept aside
while constants are tuned. The files are written to --out, for looking at.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdfium2

from benchmarks.conditions import conditions
from benchmarks.everyday.cases import ALL_KINDS, EverydayCase, everyday_cases
from benchmarks.everyday.scores import ScoredCase, scored_case, table
from benchmarks.kept_readings import KeptReadings, code_hash, read_all
from benchmarks.readers import ReaderProcess
from benchmarks.robustness.fonts import missing_message
from benchmarks.robustness.halves import CHOICES
from benchmarks.robustness.run import RESULTS, add_reader_arguments, names, started

OTHERS = ("pytesseract:file", "rapidocr:file")


def main() -> int:
    """Command line; prints the table and writes it to --out."""
    arguments = _arguments()
    if missing := missing_message():
        print(missing, file=sys.stderr)
    folder: Path = arguments.out / "cases"
    folder.mkdir(parents=True, exist_ok=True)
    chosen = list(everyday_cases(arguments.half, tuple(arguments.kinds)))
    kept = KeptReadings(arguments.out / "readings.jsonl")
    with (
        started(arguments.profiles, arguments.others, arguments.out, OTHERS) as readers,
        ThreadPoolExecutor(arguments.jobs) as pool,
    ):
        rows = [row for each in _read(chosen, folder, readers, kept, pool) for row in each]
    header = f"{conditions()}; reading code {code_hash()}; half: {arguments.half}. {missing}"
    report = f"# Everyday cases\n\n{header}\n\n{table(rows)}\n\n{_not_right(rows)}\n"
    (arguments.out / f"everyday-{arguments.half}.md").write_text(report, encoding="utf-8")
    print(table(rows))
    print(_not_right(rows))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--half", choices=CHOICES, default="tuning")
    parser.add_argument("--kinds", type=_kinds, default=[], help="with commas; all without it")
    add_reader_arguments(parser)
    parser.set_defaults(out=RESULTS / "everyday")
    return parser.parse_args()


def _kinds(text: str) -> list[str]:
    if unknown := set(names(text)) - set(ALL_KINDS):
        raise argparse.ArgumentTypeError(
            f"No such kind: {', '.join(sorted(unknown))}. There are {', '.join(ALL_KINDS)}."
        )
    return names(text)


def _read(
    cases: Sequence[EverydayCase],
    folder: Path,
    readers: Sequence[ReaderProcess],
    kept: KeptReadings,
    pool: ThreadPoolExecutor,
) -> Iterator[list[ScoredCase]]:
    for case in cases:
        path = case.write(folder)
        (folder / f"{case.name}.txt").write_text(case.text + "\n", encoding="utf-8")
        picture = _drawn(path) if case.suffix == ".pdf" else path
        yield scored_case(case, read_all(path, picture, "eng", readers, kept, pool))
        print(case.name, file=sys.stderr, flush=True)


def _drawn(path: Path) -> Path:
    """The first page of a PDF as a picture of 300 dots an inch, for programs that take no PDF."""
    picture = path.with_suffix(".png")
    with pypdfium2.PdfDocument(path) as document:
        document.init_forms()
        document[0].render(scale=300 / 72, may_draw_forms=True).to_pil().save(picture)
    return picture


def _not_right(rows: Sequence[ScoredCase]) -> str:
    """For each program, the cases it does not read right, with F1."""
    lines = []
    for reader in dict.fromkeys(row.reader for row in rows):
        wrong = [row for row in rows if row.reader == reader and not row.right]
        listed = ", ".join(f"{row.case} {row.f1:.2f}" for row in wrong) or "none"
        lines.append(f"- not right by {reader}: {listed}")
    return "\n".join(lines)
