"""What `serve` needs on one machine: a folder and a port of its own, and signals to stop."""

import fcntl
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Final

_LOOK_AGAIN_S: Final = 0.1


class CannotServe(Exception):  # noqa: N818 - says what is the matter
    """The service cannot start here; the message says what to do."""


@contextmanager
def only_one(data_dir: Path, patience_s: float = 0.0) -> Iterator[IO[str]]:
    """Lock the data folder: two services must not share one SQLite file and socket.

    Yields the open lock, which the processes of a service hold as well: those of a supervisor that
    was killed end by themselves, and are waited for up to `patience_s`. Raises CannotServe.
    """
    with (data_dir / "serve.lock").open("a+") as lock:
        until = time.monotonic() + patience_s
        while not _locked(lock):
            lock.seek(0)
            holder = lock.read()
            if _lives(holder) or time.monotonic() > until:
                raise CannotServe(
                    f"a service already uses the data folder {data_dir} (pid {holder}): "
                    "stop it, or set PAGESIGHT_DATA_DIR to another folder"
                )
            time.sleep(_LOOK_AGAIN_S)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield lock


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lives(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:  # of another user
        return True
    return True


def free_port(host: str, port: int) -> int:
    """Return the requested port, or a free one for 0; CannotServe when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, UnicodeError) as error:
            raise CannotServe(
                f"cannot listen on {host}:{port} ({getattr(error, 'strerror', error)}): "
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
