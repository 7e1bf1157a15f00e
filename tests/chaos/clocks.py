"""Hosts whose clocks are wrong: a library answers a process that asks for the time of day."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.support.parts import require

_SOURCE = Path(__file__).with_name("clock_ahead.c")


def make_wrong_clocks(folder: Path) -> Callable[[int], Sequence[str]]:
    """What a command begins with to run on a host whose clock is ahead by some seconds.

    Skips, or fails in CI, without a C compiler.
    """
    compiler = shutil.which("cc")
    require(compiler, "a C compiler (Debian's packages gcc and libc6-dev)")
    library = folder / "clock_ahead.so"
    command = [str(compiler), "-shared", "-fPIC", "-O1", "-Wall", "-o", library, _SOURCE]
    subprocess.run(command, check=True)

    def ahead_by(seconds: int) -> Sequence[str]:
        return ["env", f"LD_PRELOAD={library}", f"CLOCK_AHEAD_S={seconds}"]

    ask = [*ahead_by(1000), sys.executable, "-c", "import time; print(time.time())"]
    told = float(subprocess.check_output(ask))
    assert 900 < told - time.time() < 1100, "the clock could not be set wrong"
    return ahead_by
