"""Pages under disturbances, read by Pagesight's profiles and by other programs.

    python -m benchmarks.robustness --data ../shared/data --half tuning
    python -m benchmarks.robustness --quick --half all

A page is lost by a program that reads it worse by .2 word F1 than the best of pytesseract,
tesserocr and RapidOCR on the same image, or takes more than 5 s of processor time. Every reading is
kept in --out at once: an interrupted run goes on, and the other programs read each image only once.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.conditions import conditions
from benchmarks.kept_readings import KeptReadings, code_hash, read_all
from benchmarks.readers import ReaderProcess, python_of
from benchmarks.robustness.cases import Case, cases, source_pages
from benchmarks.robustness.disturbances import DISTURBANCES
from benchmarks.robustness.fonts import missing_message
from benchmarks.robustness.halves import CHOICES
from benchmarks.robustness.report import by_program, report
from benchmarks.robustness.scores import Scored, scored

OTHERS = ("pytesseract:file", "tesserocr", "rapidocr:file")
_ROOT = Path(__file__).resolve().parents[2]
RESULTS = _ROOT / "benchmarks" / "results"


def main() -> int:
    """Command line; prints the table by program and writes the whole report."""
    arguments = _arguments()
    if missing := missing_message():
        print(missing, file=sys.stderr)
    arguments.out.mkdir(parents=True, exist_ok=True)
    limit = arguments.limit if arguments.limit is not None else (2 if arguments.quick else 4)
    chosen = cases(
        source_pages(arguments.data, limit), arguments.half, arguments.kinds, quick=arguments.quick
    )
    with started(arguments.profiles, arguments.others, arguments.out) as readers:
        rows = [row for each in _read(chosen, readers, arguments) for row in each]
    header = f"{conditions()}; reading code {code_hash()}; half: {arguments.half}"
    name = f"robustness-{arguments.half}{'-quick' if arguments.quick else ''}.md"
    done = len({row.case for row in rows})
    notes = [f"Read: {done} of {len(chosen)} cases.", missing]
    (arguments.out / name).write_text(report(rows, header, notes), encoding="utf-8")
    print(by_program(rows))
    print(f"\n{notes[0]} Report: {arguments.out / name}; pictures of lost pages: lost/ beside it")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of the evaluation sets; else drawn pages")
    parser.add_argument("--half", choices=CHOICES, default="tuning")
    parser.add_argument("--limit", type=int, help="pages of each evaluation set; 4, or 2 if quick")
    parser.add_argument("--kinds", type=_kinds, default=[], help="disturbances, with commas")
    parser.add_argument("--minutes", type=float, help="begin no further page after so long")
    parser.add_argument("--quick", action="store_true", help="few pages, the middle strength")
    add_reader_arguments(parser)
    return parser.parse_args()


def add_reader_arguments(parser: argparse.ArgumentParser) -> None:
    """What says which programs read, and where readings are kept."""
    parser.add_argument("--profiles", type=names, default=["fast", "balanced", "accurate"])
    parser.add_argument("--others", type=Path, default=_ROOT / "build" / "others")
    parser.add_argument("--out", type=Path, default=RESULTS / "robustness")
    parser.add_argument("--jobs", type=int, default=2, help="programs that read at a time")


def names(text: str) -> list[str]:
    """Names separated by commas."""
    return [name for name in text.split(",") if name]


def _kinds(text: str) -> list[str]:
    if unknown := set(names(text)) - DISTURBANCES.keys():
        raise argparse.ArgumentTypeError(
            f"No such disturbance: {', '.join(sorted(unknown))}. "
            f"There are {', '.join(DISTURBANCES)}."
        )
    return names(text)


@contextmanager
def started(
    profiles: Sequence[str], others: Path, out: Path, programs: Sequence[str] = OTHERS
) -> Iterator[list[ReaderProcess]]:
    """All programs, each in a process of its own; the others where their environment is there."""
    wanted = [f"pagesight:{profile}:file" for profile in profiles]
    if others.is_dir():
        wanted += programs
    else:
        print(f"Other programs are not run: no environment in {others}.", file=sys.stderr)
    with ExitStack() as stack:
        readers = []
        for name in wanted:
            python = python_of(name, others)
            assert python is not None
            log = out / f"{name.replace(':', '_')}.log"
            readers.append(stack.enter_context(ReaderProcess(name, python, log)))
        yield readers


def _read(
    chosen: Sequence[Case], readers: Sequence[ReaderProcess], arguments: argparse.Namespace
) -> Iterator[list[Scored]]:
    """Scores of each case; pictures of lost pages stay in `lost`."""
    kept = KeptReadings(arguments.out / "readings.jsonl")
    lost = arguments.out / "lost"
    lost.mkdir(exist_ok=True)
    began = time.monotonic()
    with TemporaryDirectory() as folder, ThreadPoolExecutor(arguments.jobs) as pool:
        for number, case in enumerate(chosen, 1):
            if arguments.minutes and time.monotonic() - began > arguments.minutes * 60:
                print("Out of time; the same command goes on from here.", file=sys.stderr)
                return
            path, text = case.write(Path(folder))
            rows = scored(case, text, read_all(path, path, "eng", readers, kept, pool))
            (lost / path.name).unlink(missing_ok=True)
            if any(row.lost for row in rows if row.reader.startswith("pagesight")):
                path.replace(lost / path.name)
            path.unlink(missing_ok=True)
            print(f"{number} of {len(chosen)}: {case.name}", file=sys.stderr, flush=True)
            yield rows
