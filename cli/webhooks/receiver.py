"""A small HTTP server that receives webhook deliveries on a laptop."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

MOST_BYTES: Final = 1 << 20  # senders of Standard Webhooks stay under 20 kB


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request, its body unchanged, as the signature covers it; header names in lower case."""

    headers: Mapping[str, str]
    body: bytes


Answer = Callable[[Arrival], int]


@contextmanager
def receiving(host: str, port: int, answer: Answer) -> Iterator[int]:
    """Listen for the length of a `with`; yields the port. `answer` returns the status of each."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 30  # seconds that a sender may stall

        def do_POST(self) -> None:
            length = self.headers.get("content-length", "")
            if not length.isdigit():
                self.send_error(411)
                return
            if len(length) > len(str(MOST_BYTES)) or int(length) > MOST_BYTES:
                self.send_error(413)
                return
            body = self.rfile.read(int(length))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(answer(Arrival(headers, body)))
            self.send_header("Content-Length", "0")
            with suppress(OSError):  # the sender did not wait for the answer
                self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
            """Print no access log: the terminal shows deliveries."""

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Script:
    """Statuses to answer with in turn, each after a delay; the last one repeats."""

    def __init__(self, statuses: Sequence[int], delay_s: float) -> None:
        self._left = list(statuses)
        self._delay_s = delay_s
        self._lock = threading.Lock()

    def next(self) -> int:
        """Wait for the delay, then return the next status."""
        time.sleep(self._delay_s)
        with self._lock:
            return self._left.pop(0) if len(self._left) > 1 else self._left[0]
