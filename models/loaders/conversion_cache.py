"""Converted models in a folder: converted once, verified by hash at each use.

A file is named `<sha256 of the source>-<recipe>.<sha256 of the content>.onnx`, so that a damaged
one is recognised and several processes that convert the same model write the same file. The recipe
names the converter with its version: a new version never reads an old file. An empty file
`<sha256 of the source>-<recipe>.unchanged` records that a source needs no conversion. Any file may
be deleted at any time.
"""

import functools
import hashlib
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

_log = logging.getLogger(__name__)


class ConversionCache:
    """One folder of converted models; safe from many threads and processes.

    Where the folder cannot be written, or is None, models are converted in memory at each start.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._writable = folder is not None

    def get(
        self, source_sha256: str, recipe: str, convert: Callable[[], bytes | None]
    ) -> bytes | None:
        """The converted model, from the folder or else by `convert`; None: use the source as it is.

        Errors of `convert` pass through.
        """
        key = f"{source_sha256}-{recipe}"
        if self._folder is not None and _is_file(self._folder / f"{key}.unchanged"):
            return None
        content = self._find(key)
        if content is not None:
            return content
        content = convert()
        self._keep(f"{key}.unchanged" if content is None else _file_name(key, content), content)
        return content

    def _find(self, key: str) -> bytes | None:
        """The content of an undamaged file of this key; damaged ones are deleted."""
        if self._folder is None:
            return None
        for path in sorted(self._folder.glob(f"{key}.*.onnx")):
            content = _read(path)
            if content is None:
                continue
            if path.name == _file_name(key, content):
                return content
            _delete(path)
        return None

    def _keep(self, name: str, content: bytes | None) -> None:
        """Write a file; one log line, and no further attempt, where the folder refuses it."""
        if self._folder is None or not self._writable:
            return
        try:
            _write(self._folder / name, content or b"")
        except OSError as error:
            self._writable = False
            _log.warning(
                "converted models are not kept, so each start converts them again: %s cannot be"
                " written (%s)",
                self._folder,
                error.strerror,
            )


@functools.cache
def cache_in(folder: Path | None) -> ConversionCache:
    """The cache of a folder, one for the whole process, so that a fault is logged once."""
    return ConversionCache(folder)


def _file_name(key: str, content: bytes) -> str:
    return f"{key}.{hashlib.sha256(content).hexdigest()}.onnx"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder that may not be entered
        return False


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError as error:
        _log.warning("cannot read the converted model %s: %s", path, error.strerror)
        return None


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("the converted model %s is damaged: %s", path, error.strerror)
    else:
        _log.warning("the converted model %s was damaged and is rebuilt", path)


def _write(path: Path, content: bytes) -> None:
    """The whole file or none of it: other processes may read the folder meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        part.chmod(0o644)  # processes of other users may share the folder
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
