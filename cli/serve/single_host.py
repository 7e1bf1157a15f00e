"""What `serve` needs on one machine: a folder and a port of its own, and signals to stop."""

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
    """Lock the data folder: two services must not share one SQLite file and socket."""
    with (data_dir / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise CannotServe(
                f"a service already uses the data folder {data_dir} (pid {lock.read()}): "
                "stop it, or set PAGESIGHT_DATA_DIR to another folder"
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def free_port(host: str, port: int) -> int:
    """Return the requested port, or a free one for 0; CannotServe when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotServe(
                f"cannot listen on {host}:{port} ({error.strerror}): "
                "choose another with --port (0 picks a free one) or --host, "
                "or set PAGESIGHT_PORT or PAGESIGHT_HOST"
            ) from error
        bound: int = probe.getsockname()[1]
        return bound


class StopSignals:
    """SIGINT and SIGTERM as a flag that loops check, so that shutdown is always orderly."""

    def __init__(self) -> None:
        self._requested = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._request)

    def _request(self, _number: int, _frame: FrameType | None) -> None:
        self._requested.set()

    @property
    def asked(self) -> bool:
        """Whether a stop was requested."""
        return self._requested.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait at most that long; True as soon as a stop is requested."""
        return self._requested.wait(seconds)
