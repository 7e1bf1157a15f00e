"""The parent's handle on one of the decoder's helper processes."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from vision.core.arrays import Image
from vision.core.errors import BadInput, EngineFailure
from vision.core.limits import Limits
from vision.input.sandbox.validation import Answer, BrokenAnswer, raise_failure

T = TypeVar("T")

_ROOT = Path(__file__).resolve().parents[3]
_START_SECONDS = 60.0  # usually a tenth of a second; machines under load take longer
_CHUNK = 65_536
_LONGEST_ANSWER = 4 << 20  # a text layer of 20,000 words has half of that


@dataclass(frozen=True, slots=True)
class Budget:
    """Bounds of one request, and after how many of them a helper is replaced by a fresh one."""

    seconds: float = 6.0
    memory_bytes: int = 2 << 30
    requests: int = 200


class Helper:
    """A child process that decodes one document at a time. Not to be shared between threads."""

    def __init__(self, limits: Limits, budget: Budget) -> None:
        self._budget = budget
        self._pixel_bytes = limits.max_pixels * 3
        self._served = 0
        self._ready = False
        self._memory = os.memfd_create("pagesight-page", os.MFD_CLOEXEC)
        os.ftruncate(self._memory, self._pixel_bytes)
        self._process = _spawn(limits, budget, self._memory)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._answers = self._process.stdin, self._process.stdout

    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def usable(self) -> bool:
        """Alive, and not yet due for replacement."""
        return self.alive() and self._served < self._budget.requests

    def ask(self, request: Answer, read: Callable[[Answer], T]) -> T:
        """What `read` makes of the answer. The helper is stopped if anything goes wrong.

        Raises the BadInput that the helper reports, `too_costly` or `decoder_crashed`.
        """
        self._await_ready()
        self._served += 1
        try:
            self._send(request)
            answer = self._receive(self._budget.seconds * request.get("budgets", 1))
            raise_failure(answer)
            return read(answer)
        except (TimeoutError, MemoryError) as error:
            self.stop()
            raise _too_costly() from error
        except (BrokenAnswer, BrokenPipeError, EOFError) as error:
            raise self._post_mortem() from error

    def take_pixels(self, width: int, height: int) -> Image:
        """A private copy of the page that the helper left in shared memory, which is emptied."""
        pixels = np.empty((height, width, 3), np.uint8)
        if os.preadv(self._memory, [pixels.data], 0) != pixels.nbytes:
            raise BrokenAnswer
        os.ftruncate(self._memory, 0)
        os.ftruncate(self._memory, self._pixel_bytes)
        return pixels

    def take_bytes(self, count: int) -> bytes:
        """A private copy of the file that the helper left in shared memory, which is emptied."""
        taken = os.pread(self._memory, count, 0)
        if len(taken) != count:
            raise BrokenAnswer
        os.ftruncate(self._memory, 0)
        os.ftruncate(self._memory, self._pixel_bytes)
        return taken

    def stop(self) -> None:
        """Kill the process. May be repeated."""
        self._process.kill()
        self._process.wait()
        self._answers.close()
        with contextlib.suppress(BrokenPipeError):  # a request that was never read
            self._requests.close()
        if self._memory >= 0:
            os.close(self._memory)
            self._memory = -1

    def _await_ready(self) -> None:
        if self._ready:
            return
        try:
            self._ready = self._receive(_START_SECONDS) == {"ready": True}
        except (TimeoutError, EOFError, BrokenAnswer):
            self.stop()
        if not self._ready:
            raise EngineFailure(
                "decoder_missing",
                "The decoder's helper process does not start. Run `pagesight doctor` to see why.",
            )

    def _send(self, request: Answer) -> None:
        self._requests.write(json.dumps(request).encode() + b"\n")
        self._requests.flush()

    def _receive(self, seconds: float) -> Answer:
        """One line of JSON. Raises TimeoutError, EOFError or BrokenAnswer."""
        line = _read_line(self._answers.fileno(), time.monotonic() + seconds)
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BrokenAnswer from error
        if not isinstance(answer, dict):
            raise BrokenAnswer
        return answer

    def _post_mortem(self) -> BadInput:
        """Why the helper sends no sound answer. SIGXCPU is the kernel's limit of CPU time."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        out_of_time = self._process.returncode == -signal.SIGXCPU
        self.stop()
        return _too_costly() if out_of_time else _crashed()


def _spawn(limits: Limits, budget: Budget, memory: int) -> "subprocess.Popen[bytes]":
    settings = {
        "limits": asdict(limits),
        "pixels_fd": memory,
        "memory_bytes": budget.memory_bytes,
        "cpu_seconds": max(1, round(budget.seconds)),
    }
    child = [sys.executable, "-B", "-P", "-s", "-m", "vision.input.sandbox.child"]
    return subprocess.Popen(
        [*child, json.dumps(settings)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # decoders complain about every odd byte
        pass_fds=[memory],
        cwd="/",
        env={"PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,  # a terminal's Ctrl-C is for the parent to handle
    )


def _read_line(descriptor: int, deadline: float) -> bytes:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    line = bytearray()
    while not line.endswith(b"\n"):
        left_ms = (deadline - time.monotonic()) * 1000
        if left_ms <= 0 or not poll.poll(left_ms):
            raise TimeoutError
        chunk = os.read(descriptor, _CHUNK)
        if not chunk:
            raise EOFError
        line += chunk
        if len(line) > _LONGEST_ANSWER:
            raise BrokenAnswer
    return bytes(line)


def _too_costly() -> BadInput:
    return BadInput(
        "too_costly",
        "The page takes more time or memory to decode than is allowed. Send it at a lower "
        "resolution, or flattened to an image.",
    )


def _crashed() -> BadInput:
    return BadInput(
        "decoder_crashed",
        "The decoder crashed on this page. Save the document again with the program that made "
        "it, or send the page as an image.",
    )
