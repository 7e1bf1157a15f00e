"""Child processes of `pagesight serve`: started, watched, restarted, and stopped in order."""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 10.0
_STEADY_S = 30.0  # a child that lived this long has recovered: its next pause is short


@dataclass(slots=True)
class Child:
    """One program to keep running.

    `grace_s` is how long it may take to stop when asked to. Its output is appended to `log`, or
    goes where the supervisor's own output goes.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    grace_s: float = 20.0
    log: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause_s: float = _FIRST_PAUSE_S
    due_at: float = 0.0
    quick_deaths: int = field(default=0)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the supervisor alone."""
        with self.log.open("ab") if self.log else nullcontext() as output:
            self.process = subprocess.Popen(
                self.argv, env=dict(self.env), start_new_session=True, stdout=output, stderr=output
            )
        self.started_at = time.monotonic()

    def alive(self) -> bool:
        """Whether it runs now."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Ask it to end, wait, and end it for good when it does not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(self.grace_s)
        except subprocess.TimeoutExpired:
            log.warning("%s did not end within %.0f s and is killed", self.name, self.grace_s)
            self.process.kill()
            self.process.wait()

    def revive(self) -> None:
        """Start it again when it has died; pauses grow while it keeps dying."""
        if self.alive():
            return
        now = time.monotonic()
        if self.due_at == 0.0:
            self._note_death(now)
        if now >= self.due_at:
            self.due_at = 0.0
            self.start()

    def _note_death(self, now: float) -> None:
        steady = now - self.started_at >= _STEADY_S
        self.quick_deaths = 0 if steady else self.quick_deaths + 1
        self.pause_s = _FIRST_PAUSE_S if steady else min(self.pause_s * 2, _LONGEST_PAUSE_S)
        self.due_at = now + self.pause_s
        code = self.process.returncode if self.process else None
        log.warning("%s ended (%s); restarting it in %.1f s", self.name, code, self.pause_s)


class Supervisor:
    """Keeps children alive in the order given and ends them in the opposite order."""

    def __init__(self) -> None:
        self._children: list[Child] = []

    def add(self, child: Child) -> None:
        """Start a child and keep it."""
        child.start()
        self._children.append(child)

    def watch(self) -> None:
        """Start again what has died; call it every fraction of a second."""
        for child in self._children:
            child.revive()

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
        """End all, the last one started first. Those ends overlap where order does not matter."""
        for child in reversed(self._children):
            child.stop()


def environment(**changes: str) -> dict[str, str]:
    """This process's environment with changes, for a child."""
    return {**os.environ, **changes}
