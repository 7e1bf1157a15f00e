"""The data folder and others that settings name: usable, and their owner's alone."""

import logging
import os
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

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
    "metrics",
)

log = logging.getLogger(__name__)


class UnusableFolder(Exception):  # noqa: N818 - says what is the matter
    """A folder of the settings cannot be used; the message names the setting."""


def prepare_data_folder(settings: Settings) -> None:
    """Create the folder, and take the rights of others from it and from what this process writes.

    Folders that existed before, such as bind mounts, and files of earlier versions are closed too.
    Raises UnusableFolder.
    """
    os.umask(_OTHERS)
    _check_others(settings)
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


def _check_others(settings: Settings) -> None:
    tessdata = settings.tessdata_dir
    if tessdata is not None and not tessdata.is_dir():
        raise UnusableFolder(f"PAGESIGHT_TESSDATA_DIR is {tessdata}, which is not a folder")
    if settings.blob_url is None or not settings.blob_url.startswith("file:"):
        return
    blobs = Path(unquote(urlsplit(settings.blob_url).path))
    try:
        blobs.mkdir(parents=True, exist_ok=True)
        usable, reason = os.access(blobs, os.R_OK | os.W_OK | os.X_OK), "Permission denied"
    except OSError as error:
        usable, reason = False, error.strerror or str(error)
    if not usable:
        raise UnusableFolder(f"PAGESIGHT_BLOB_URL names {blobs}, which cannot be used ({reason})")


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
