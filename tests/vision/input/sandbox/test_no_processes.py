import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
CONFINED = (
    "import ctypes, os, sys, threading\n"
    "libc = ctypes.CDLL(None)\n"
    "from vision.input.sandbox.no_processes import forbid_processes\n"
    "assert forbid_processes()\n"
)


def run(script: str) -> str:
    """What the script prints once its process may start no other."""
    child = subprocess.run(
        [sys.executable, "-c", CONFINED + script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return child.stdout.strip()


@pytest.mark.parametrize(
    "attempt",
    [
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "import subprocess; subprocess.run(['/bin/true'])",
        "if libc.syscall(57) < 0: raise PermissionError",
        "if libc.syscall(0x40000000 + 57) < 0: raise PermissionError",
    ],
)
def test_no_process_can_be_started(attempt: str) -> None:
    script = f"try:\n    {attempt}\nexcept PermissionError:\n    print('refused', flush=True)"
    assert run(script) == "refused"


def test_threads_can_be_started_and_are_bound_as_well() -> None:
    script = (
        "def attempt():\n"
        "    try:\n"
        "        os.fork()\n"
        "    except PermissionError:\n"
        "        print('refused')\n"
        "thread = threading.Thread(target=attempt)\n"
        "thread.start(); thread.join()"
    )
    assert run(script) == "refused"
