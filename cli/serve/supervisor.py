"""Child processes of `pagesight serve`: started, watched, restarted, and stopped in order."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

log = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LIBC = ctypes.CDLL(None)

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 10.0
_STEADY_S = 30.0  # a child that lived this long has recovered: its next pause is short


@dataclass(slots=True)
class Child:
    """One program to keep running.

    It ends with this process, however that ends. `grace_s` is how long it may take to stop when
    asked to. Its output is appended to `log`, or goes where the supervisor's own output goes.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    grace_s: float = 20.0
    log: Path | None = None
    needed_by_others: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause_s: float = _FIRST_PAUSE_S
    due_at: float = 0.0
    quick_deaths: int = field(default=0)

    def start(self, lock: int | None = None) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the supervisor alone.

        It keeps the file descriptor `lock` open, and so its lock, until it ends.
        """
        with self.log.open("ab") if self.log else nullcontext() as output:
            self.process = subprocess.Popen(
                self.argv,
                env=dict(self.env),
                start_new_session=True,
                stdout=output,
                stderr=output,
                pass_fds=() if lock is None else (lock,),
                preexec_fn=partial(_end_with_parent, os.getpid()),  # noqa: PLW1509 - takes no lock
            )
        self.started_at = time.monotonic()

    def alive(self) -> bool:
        """Whether it runs now."""
        return self.process is not None and self.process.poll() is None

    def ask_to_end(self) -> None:
        """Send it SIGTERM."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Ask it to end, wait, and end it for good when it does not."""
        self.ask_to_end()
        if self.process is None or self.process.poll() is not None:
            return
        try:
            self.process.wait(self.grace_s)
        except subprocess.TimeoutExpired:
            log.warning("%s did not end within %.0f s and is killed", self.name, self.grace_s)
            self.process.kill()
            self.process.wait()

    def revive(
        self, lock: int | None = None, on_death: Callable[[int], None] = lambda _: None
    ) -> None:
        """Start it again when it has died; pauses grow while it keeps dying.

        `on_death` is called once for each death, with the pid.
        """
        if self.alive():
            return
        now = time.monotonic()
        if self.due_at == 0.0:
            self._note_death(now)
            if self.process is not None:
                on_death(self.process.pid)
        if now >= self.due_at:
            self.due_at = 0.0
            self.start(lock)

    def _note_death(self, now: float) -> None:
        steady = now - self.started_at >= _STEADY_S
        self.quick_deaths = 0 if steady else self.quick_deaths + 1
        self.pause_s = _FIRST_PAUSE_S if steady else min(self.pause_s * 2, _LONGEST_PAUSE_S)
        self.due_at = now + self.pause_s
        code = self.process.returncode if self.process else None
        log.warning("%s ended (%s); restarting it in %.1f s", self.name, code, self.pause_s)


class Supervisor:
    """Keeps children alive; they hold the file descriptor `lock` as this process does.

    `on_death` is called with the pid of each that died.
    """

    def __init__(self, lock: int | None = None) -> None:
        self._lock = lock
        self.on_death: Callable[[int], None] = lambda _: None
        self._children: list[Child] = []

    def add(self, child: Child) -> None:
        """Start a child and keep it."""
        child.start(self._lock)
        self._children.append(child)

    def watch(self) -> None:
        """Start again what has died; call it every fraction of a second."""
        for child in self._children:
            child.revive(self._lock, self.on_death)

    def failing(self, deaths: int = 5) -> Child | None:
        """A child that keeps dying at its start, if there is one."""
        return next((child for child in self._children if child.quick_deaths >= deaths), None)

    def pids(self) -> dict[str, int]:
        """The process of each child by name, dead ones left out."""
        return {
            child.name: child.process.pid
            for child in self._children
            if child.process is not None and child.alive()
        }

    def stop(self) -> None:
        """End all: together, since each may need its whole grace; last what others need."""
        users = [child for child in self._children if not child.needed_by_others]
        for child in users:
            child.ask_to_end()
        needed = [child for child in reversed(self._children) if child.needed_by_others]
        for child in users + needed:
            child.stop()


def _end_with_parent(parent: int) -> None:
    """Have the kernel send SIGTERM when the parent ends, even by SIGKILL (prctl(2), Linux)."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before the call
            os.kill(os.getpid(), signal.SIGTERM)


def environment(**changes: str) -> dict[str, str]:
    """This process's environment with changes, for a child."""
    return {**os.environ, **changes}
