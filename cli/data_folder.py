"""The data folder: documents and keys are its owner's alone."""

import logging
import os
from pathlib import Path
from typing import Final

from jobs.settings import Settings

_OTHERS: Final = 0o077
_OURS: Final = (  # the folder may hold what is none of ours
    "pagesight.db*",
    "api-key",
    "webhook-keys",
    "serve.lock",
    "redis",
    "blobs",
    "models",
    "converted",
)

log = logging.getLogger(__name__)


class UnusableFolder(Exception):  # noqa: N818 - says what is the matter
    """The data folder cannot be created or written; the message says what to do."""


def prepare_data_folder(settings: Settings) -> None:
    """Create the folder, and take the rights of others from it and from what this process writes.

    Folders that existed before, such as bind mounts, and files of earlier versions are closed too.
    Raises UnusableFolder.
    """
    os.umask(_OTHERS)
    folder = settings.data_dir
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (folder, *(each for name in _OURS for each in folder.glob(name))):
            _close_to_others(path)
        usable = os.access(folder, os.R_OK | os.W_OK | os.X_OK)
    except OSError as error:
        raise UnusableFolder(_advice(folder, error.strerror or str(error))) from error
    if not usable:
        raise UnusableFolder(_advice(folder, "Permission denied"))


def _close_to_others(path: Path) -> None:
    if path.is_symlink():
        return
    try:
        mode = path.stat().st_mode
        if mode & _OTHERS:
            path.chmod(mode & 0o700)
    except FileNotFoundError:
        return  # a file of a process that runs at the same time
    except PermissionError:
        log.warning("%s is open to others and belongs to another user: close it to them", path)


def _advice(folder: Path, reason: str) -> str:
    return (
        f"the data folder {folder} cannot be used ({reason}): "
        "make it writable, or set PAGESIGHT_DATA_DIR to another folder"
    )
