"""What one `serve` on a machine must be sure of: its folder, its port, and when to stop."""

import fcntl
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType


class CannotServe(Exception):  # noqa: N818 - says what is the matter
    """The service cannot start here; the message says what to do."""


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the data folder: two services on one SQLite file and socket would harm each other."""
    with (data_dir / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise CannotServe(
                f"a service with the data folder {data_dir} runs already (pid {lock.read()}): "
                "end it, or set PAGESIGHT_DATA_DIR to another folder"
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def free_port(host: str, port: int) -> int:
    """The port asked for, or any free one for 0; CannotServe when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotServe(
                f"cannot listen on {host}:{port} ({error.strerror}): "
                "set PAGESIGHT_PORT (0 picks a free one) or PAGESIGHT_HOST"
            ) from error
        bound: int = probe.getsockname()[1]
        return bound


class StopSignals:
    """SIGINT and SIGTERM as a flag that loops ask for, so that every end is an orderly one."""

    def __init__(self) -> None:
        self._told = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._told.set()

    @property
    def asked(self) -> bool:
        """Whether somebody asked to stop."""
        return self._told.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait that long at most; True as soon as somebody asked to stop."""
        return self._told.wait(seconds)
