"""`pagesight watch`: read what is put into a folder, until Ctrl-C."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.console import complain, err
from cli.exit_codes import Exit
from cli.rate import Report
from cli.read.command import ReadRequest, read_one
from cli.read.formats import formats
from cli.read.inputs import Input, documents_in
from cli.read.local_reader import LocalReader
from cli.read.outputs import target
from cli.settings import load_settings
from vision.core.errors import EngineFailure

PAUSE_S = 1.0
STATE_FILE = ".pagesight-watch.json"

Stamp = tuple[int, int]  # size in bytes, time of the last change in ns


@dataclass(frozen=True, slots=True)
class WatchRequest:
    """What the command line asks for; `once` ends when everything that is there is read."""

    folder: Path
    request: ReadRequest
    once: bool


def watch_folder(asked: WatchRequest) -> int:
    """Read each document once it no longer grows; the exit code tells whether any failed."""
    if problem := _usage_problem(asked):
        complain(problem)
        return Exit.USAGE
    report = Report()
    try:
        with LocalReader(load_settings(), asked.request.options.detectors) as reader:
            for stamps in _scans(asked):
                for path, stamp in stamps.items():
                    _read(reader, asked, path, stamp, report)
    except EngineFailure as failure:
        complain(f"{failure.message}\n`pagesight doctor` checks the whole installation.")
        return Exit.INSTALLATION
    finally:
        if report.documents:
            err.print(report.line(), markup=False)
    return Exit.PARTIAL if report.failed else Exit.OK


def _usage_problem(asked: WatchRequest) -> str | None:
    output = asked.request.output
    if asked.request.form not in formats():
        return f"unknown format {asked.request.form!r}: choose one of {', '.join(formats())}"
    if not asked.folder.is_dir():
        return f"{asked.folder} is not a folder"
    if output is None or not output.is_dir():
        return f"--output {output} must be a folder that exists"
    return None


def _scans(asked: WatchRequest) -> Iterator[Mapping[Path, Stamp]]:
    """What is to be read, again and again; only once if that is asked for."""
    before = _stamps(asked)
    if asked.once:
        yield _unread(asked, before)
        return
    while True:
        time.sleep(PAUSE_S)
        now = _stamps(asked)
        yield _unread(asked, settled(before, now))
        before = now


def _stamps(asked: WatchRequest) -> dict[Path, Stamp]:
    assert asked.request.output is not None
    found: dict[Path, Stamp] = {}
    for path in documents_in(asked.folder, apart_from=asked.request.output):
        try:
            state = path.stat()
        except FileNotFoundError:  # taken away meanwhile
            continue
        found[path] = (state.st_size, state.st_mtime_ns)
    return found


def settled(before: Mapping[Path, Stamp], now: Mapping[Path, Stamp]) -> dict[Path, Stamp]:
    """The files that have not changed between two looks: they are no longer written."""
    return {path: stamp for path, stamp in now.items() if before.get(path) == stamp}


def _unread(asked: WatchRequest, stamps: Mapping[Path, Stamp]) -> dict[Path, Stamp]:
    done = _done(asked)
    return {
        path: stamp
        for path, stamp in stamps.items()
        if done.get(path.relative_to(asked.folder).as_posix()) != list(stamp)
    }


def _done(asked: WatchRequest) -> dict[str, list[int]]:
    assert asked.request.output is not None
    try:
        text = (asked.request.output / STATE_FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    done: dict[str, list[int]] = json.loads(text)
    return done


def _read(
    reader: LocalReader, asked: WatchRequest, path: Path, stamp: Stamp, report: Report
) -> None:
    """Read one document and note it, so that it is not read again, after a restart either."""
    assert asked.request.output is not None
    place = path.relative_to(asked.folder)
    given = Input(str(path), place.with_suffix(""))
    outcome = read_one(reader, given, path, asked.request, report)
    if outcome != Exit.FAILED:
        written = target(asked.request.output, given, asked.request.form)
        err.print(f"{place} -> {written}", markup=False)
    state = asked.request.output / STATE_FILE
    part = state.with_suffix(".part")
    done = _done(asked) | {place.as_posix(): list(stamp)}
    part.write_text(json.dumps(done), encoding="utf-8")
    part.replace(state)
