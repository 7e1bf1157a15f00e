"""Memory of this process, of its helpers and of the GPUs, as the system reports it."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
_MIB: Final = 2**20
_GPU_TIMEOUT_S: Final = 5.0


def resident_bytes() -> Mapping[str, int]:
    """Resident memory of this process (`worker`) and of its child processes (`helpers`)."""
    children = sum(_resident(pid) for pid in _children())
    return {"worker": _resident(os.getpid()), "helpers": children}


def gpu_bytes() -> Mapping[str, int]:
    """Memory in use by GPU index, from nvidia-smi; empty where there is none."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return {}
    query = ["--query-gpu=index,memory.used", "--format=csv,noheader,nounits"]
    try:
        rows = subprocess.run(
            [program, *query], capture_output=True, text=True, timeout=_GPU_TIMEOUT_S, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return {}
    return parse_gpu_rows(rows)


def parse_gpu_rows(rows: str) -> Mapping[str, int]:
    """Bytes by GPU index from rows of `index, MiB`; what is not a number is left out."""
    found = {}
    for row in rows.splitlines():
        index, _, used = (each.strip() for each in row.partition(","))
        if used.isdigit():
            found[index] = int(used) * _MIB
    return found


def _children() -> Iterator[int]:
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # a thread that has just ended
            yield from map(int, (task / "children").read_text().split())


def _resident(pid: int) -> int:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except OSError:  # it has just ended
        return 0
    return int(pages) * _PAGE_BYTES
