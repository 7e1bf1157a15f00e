"""Files that outlast a power loss: their bytes and their names on the disk, not only in memory."""

import ctypes
import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

# One call for the whole file system costs less than two for each file from here on: 16 files of
# 100 kB in folders of their own took 190 ms one by one and 4 ms so (ext4 on a virtual disk).
_MANY = 4


def sync_files(root: Path, names: Sequence[str]) -> None:
    """Wait until files below `root` and the folders that lead to them are on the disk.

    OSError as the operating system says it, for instance when the disk is full after all.
    """
    if len(names) >= _MANY and _sync_file_system(root):
        return
    for path in [*(root / name for name in names), *_folders(root, names)]:
        _sync(path)


def _folders(root: Path, names: Iterable[str]) -> list[Path]:
    """The folders of all files up to `root`, each once, the deepest first."""
    found = {root / parent for name in names for parent in PurePosixPath(name).parents}
    return sorted(found, key=lambda path: len(path.parts), reverse=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_file_system(root: Path) -> bool:
    """Write out all of the file system that holds `root`; False where that cannot be asked for."""
    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        return False
    handle = os.open(root, os.O_RDONLY)
    try:
        if syncfs(handle) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(handle)
    return True
