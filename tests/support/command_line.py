"""`pagesight` within this process: its exit code and its output, without the start of a process.

What a command has to do with its process (signals, pipes that break, what native libraries print)
is tested with `tests.support.template`.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.failures import explain
from cli.main import app
from cli.read import local_reader
from jobs.settings import Settings
from vision.input.sandbox.pool import DecoderPool
from workers.engine.engine import Engine, build_engine
from workers.inputs.decoders import open_decoders

_SOFTWARE_ERROR = 70  # sysexits.h: a traceback where a person would see it


def invoke(
    words: Sequence[str],
    folder: Path,
    *,
    stdin: bytes | None = None,
    env: Mapping[str, str | None] | None = None,
) -> "subprocess.CompletedProcess[bytes]":
    """Run `pagesight WORDS` in a folder as its entry point does, with its messages of errors."""
    with chdir(folder):
        ran = CliRunner().invoke(app, list(words), input=stdin or b"", env=env)
    code, messages = ran.exit_code, ran.stderr_bytes
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        message, code = explain(ran.exception) or (f"Traceback {ran.exception!r}", _SOFTWARE_ERROR)
        messages += f"pagesight: {message}\n".encode()
    return subprocess.CompletedProcess(list(words), code, ran.stdout_bytes, messages)


class _Shared:
    """Engines and pools of helpers, one for all commands whose settings and models are the same.

    Engines are kept for the whole process, since their threads are daemons.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._pools: dict[str, DecoderPool] = {}
        patch.setattr(local_reader, "build_engine", self._engine)
        patch.setattr(local_reader, "open_decoders", self._decoders)

    def _engine(self, settings: Settings, detectors: Sequence[str] | None = None) -> Engine:
        """With all detectors, whatever the command asks for: the next one may ask for others."""
        key = _key(settings)
        if key not in _ENGINES:
            _ENGINES[key] = replace(build_engine(settings), closers=())
        return _ENGINES[key]

    def _decoders(self, settings: Settings, size: int) -> DecoderPool:
        key = _key(settings)
        if key not in self._pools:
            self._pools[key] = open_decoders(settings, size)
            self._patch.setattr(self._pools[key], "close", lambda: None)
        return self._pools[key]

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()


_ENGINES: dict[str, Engine] = {}
_OF_THE_PLACE = ("PAGESIGHT_DATA_DIR", "PAGESIGHT_DATABASE_URL", "PAGESIGHT_BLOB_STORE_URL")
_OF_THE_PLACE += ("PAGESIGHT_BROKER_URL", "PAGESIGHT_PORT")


@contextmanager
def shared_engine() -> Iterator[None]:
    """Commands that read use one engine and one pool of helpers, for the length of the `with`."""
    with pytest.MonkeyPatch.context() as patch:
        shared = _Shared(patch)
        yield
    shared.close()


def _key(settings: Settings) -> str:
    """Equal where engines and helpers are: the data folder itself matters for its models alone."""
    chosen = settings.as_environment()
    own = {name: chosen[name] for name in chosen if name not in _OF_THE_PLACE}
    models = settings.models_folder
    files = sorted((each.name, each.stat().st_size) for each in models.glob("*"))
    return json.dumps([own, files], sort_keys=True)
