"""`pagesight read`: documents in, results out, on this machine and without a server."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.console import complain, err, out
from cli.exit_codes import Exit
from cli.read.crops import write_crops
from cli.read.formats import formats
from cli.read.local_reader import LocalReader, Pending
from cli.read.outputs import output_problem, write
from cli.read.render import render
from cli.settings import load_settings
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
    """Read each file and write its result; the worst outcome is the exit code."""
    if problem := _usage_problem(request):
        complain(problem)
        return Exit.USAGE
    try:
        with LocalReader(load_settings()) as reader, _inputs(request.files) as inputs:
            outcomes = list(_outcomes(reader, inputs, request))
    except EngineFailure as failure:
        complain(f"{failure.message}\n`pagesight doctor` checks the whole installation.")
        return Exit.INSTALLATION
    return max(outcomes, key=_FROM_BEST_TO_WORST.index, default=Exit.OK)


def _usage_problem(request: ReadRequest) -> str | None:
    if request.form not in formats():
        return f"unknown format {request.form!r}: choose one of {', '.join(formats())}"
    if not formats()[request.form].is_text and request.output is None:
        return f"{request.form} is not text: name a file or folder with --output"
    if request.crops and not request.crops.is_dir():
        return f"--crops {request.crops} must be a folder that exists"
    return output_problem(request.files, request.form, request.output)


@contextmanager
def _inputs(names: Sequence[str]) -> Iterator[list[tuple[str, Path]]]:
    """Names with the files that hold their bytes; standard input is put into one."""
    with TemporaryDirectory(prefix="pagesight-") as folder:
        stdin = Path(folder) / "stdin"
        if "-" in names:
            stdin.write_bytes(sys.stdin.buffer.read())
        yield [(name, stdin if name == "-" else Path(name)) for name in names]


def _outcomes(
    reader: LocalReader, inputs: Sequence[tuple[str, Path]], request: ReadRequest
) -> Iterator[Exit]:
    """The outcome of each document. Nothing more is read once nobody takes the results."""
    for name, path in inputs:
        try:
            yield _read_one(reader, name, path, request)
        except BrokenPipeError:
            out.on_broken_pipe()
            return


def _read_one(reader: LocalReader, name: str, path: Path, request: ReadRequest) -> Exit:
    try:
        pending = reader.open(path, request.options)
    except IsADirectoryError:
        complain(f"{name}: is a folder. Name its files, or read them all with `pagesight batch`")
        return Exit.FAILED
    except OSError as error:
        complain(f"{name}: {error.strerror}")
        return Exit.FAILED
    except BadInput as error:
        complain(f"{name}: {error.message} [{error.code}]")
        return Exit.FAILED
    document = _read_pages(reader, name, pending)
    for failure in document.failures:
        complain(f"{name}, page {failure.number}: {failure.message} [{failure.code}]")
    if not document.pages or not _write(reader, name, pending, document, request):
        return Exit.FAILED
    return Exit.PARTIAL if document.failures else Exit.OK


def _write(
    reader: LocalReader, name: str, pending: Pending, document: Document, request: ReadRequest
) -> bool:
    """Whether the result and the pictures could be written. BrokenPipeError of standard output."""
    artefacts = render(document, request.form, reader, pending)
    try:
        write(artefacts, name, request.form, request.output)
        if request.crops:
            write_crops(document, reader, pending, name, request.crops)
    except BrokenPipeError:
        raise
    except OSError as error:
        where = error.filename or request.output or "standard output"
        complain(f"{name}: the result cannot be written to {where}: {error.strerror}")
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
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("pages"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(Path(name).name, total=pages)
        yield lambda: bar.advance(task)
