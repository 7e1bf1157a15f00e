"""`pagesight read`: documents in, results out, on this machine and without a server."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.console import complain, err, out
from cli.exit_codes import Exit
from cli.rate import Report, progress_bar
from cli.read.crops import write_crops
from cli.read.formats import formats
from cli.read.inputs import STDIN, Input, find_inputs
from cli.read.local_reader import LocalReader, Pending
from cli.read.outputs import output_problem, write
from cli.read.render import render
from cli.settings import load_settings
from jobs.long_lived import keep_loaded_objects
from vision.core.document import Document, PageFailure, PageReading
from vision.core.errors import BadInput, EngineFailure
from vision.core.options import ReadOptions

_FROM_BEST_TO_WORST = (Exit.OK, Exit.PARTIAL, Exit.FAILED)


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """What the command line asks for."""

    files: tuple[str, ...]
    form: str
    output: Path | None
    options: ReadOptions
    crops: Path | None = None


def read_documents(request: ReadRequest) -> int:
    """Read each document and write its result; the worst outcome is the exit code."""
    given = find_inputs(request.files)
    if problem := _usage_problem(request, given):
        complain(problem)
        return Exit.USAGE
    report = Report()
    try:
        with (
            LocalReader(load_settings(), request.options.detectors) as reader,
            _opened(given) as inputs,
        ):
            keep_loaded_objects()
            outcomes = list(_outcomes(reader, inputs, request, report))
    except EngineFailure as failure:
        complain(f"{failure.message}\n`pagesight doctor` checks the whole installation.")
        return Exit.INSTALLATION
    if 1 < len(given) == len(outcomes):  # quiet once nobody takes the results
        err.print(report.line(), markup=False)
    return max(outcomes, key=_FROM_BEST_TO_WORST.index, default=Exit.OK)


def _usage_problem(request: ReadRequest, inputs: Sequence[Input]) -> str | None:
    if not inputs:
        return f"no document in {', '.join(request.files)}"
    if request.form not in formats():
        return f"unknown format {request.form!r}: choose one of {', '.join(formats())}"
    if not formats()[request.form].is_text and request.output is None:
        return f"{request.form} is not text: name a file or folder with --output"
    if request.crops and not request.crops.is_dir():
        return f"--crops {request.crops} must be a folder that exists"
    return output_problem(inputs, request.form, request.output)


@contextmanager
def _opened(inputs: Sequence[Input]) -> Iterator[list[tuple[Input, Path]]]:
    """Documents with the files that hold their bytes; standard input is put into one."""
    with TemporaryDirectory(prefix="pagesight-") as folder:
        stdin = Path(folder) / "stdin"
        if any(each.name == STDIN for each in inputs):
            stdin.write_bytes(sys.stdin.buffer.read())
        yield [(each, stdin if each.name == STDIN else Path(each.name)) for each in inputs]


def _outcomes(
    reader: LocalReader,
    inputs: Sequence[tuple[Input, Path]],
    request: ReadRequest,
    report: Report,
) -> Iterator[Exit]:
    """The outcome of each document. Nothing more is read once nobody takes the results."""
    for given, path in inputs:
        try:
            yield read_one(reader, given, path, request, report)
        except BrokenPipeError:
            out.on_broken_pipe()
            return


def read_one(
    reader: LocalReader, given: Input, path: Path, request: ReadRequest, report: Report
) -> Exit:
    """Read one document, write its result, and count it. BrokenPipeError of standard output."""
    report.documents += 1
    outcome = _read_one(reader, given, path, request, report)
    report.failed += outcome == Exit.FAILED
    return outcome


def _read_one(
    reader: LocalReader, given: Input, path: Path, request: ReadRequest, report: Report
) -> Exit:
    name = given.name
    try:
        pending = reader.open(path, request.options)
    except OSError as error:
        complain(f"{name}: {error.strerror}")
        return Exit.FAILED
    except BadInput as error:
        complain(f"{name}: {error.message} [{error.code}]")
        return Exit.FAILED
    document = _read_pages(reader, name, pending)
    report.pages += len(document.pages)
    for failure in document.failures:
        complain(f"{name}, page {failure.number}: {failure.message} [{failure.code}]")
    if not document.pages or not _write(reader, given, pending, document, request):
        return Exit.FAILED
    return Exit.PARTIAL if document.failures else Exit.OK


def _write(
    reader: LocalReader, given: Input, pending: Pending, document: Document, request: ReadRequest
) -> bool:
    """Whether the result and the pictures could be written. BrokenPipeError of standard output."""
    artefacts = render(document, request.form, reader, pending)
    try:
        write(artefacts, given, request.form, request.output)
        if request.crops:
            write_crops(document, reader, pending, given.place.name, request.crops)
    except BrokenPipeError:
        raise
    except OSError as error:
        where = error.filename or request.output or "standard output"
        complain(f"{given.name}: the result cannot be written to {where}: {error.strerror}")
        return False
    return True


def _read_pages(reader: LocalReader, name: str, pending: Pending) -> Document:
    readings: list[PageReading] = []
    failures: list[PageFailure] = []
    with _progress(name, len(pending.numbers)) as advance:
        for outcome in reader.read(pending):
            if isinstance(outcome, PageReading):
                readings.append(outcome)
            else:
                failures.append(outcome)
            advance()
    return reader.assemble(pending, readings, failures)


@contextmanager
def _progress(name: str, pages: int) -> Iterator[Callable[[], None]]:
    """Show a bar on a terminal and nothing in a pipe; it never mixes with the result."""
    with progress_bar("pages") as bar:
        task = bar.add_task(Path(name).name, total=pages)
        yield lambda: bar.advance(task)
