"""A webhook receiver for the demo: a real HTTP server on loopback that keeps what it is sent."""

import queue
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass(frozen=True, slots=True)
class Callback:
    """What arrived: headers and body, untouched, as a signature covers them."""

    headers: Mapping[str, str]
    body: bytes


class Receiver:
    """Where callbacks arrive; `url` is what a job's `callback_url` names."""

    def __init__(self, url: str, arrived: "queue.SimpleQueue[Callback]") -> None:
        self.url = url
        self._arrived = arrived

    def wait(self, timeout_s: float) -> Callback | None:
        """The next callback, or None when none comes in time."""
        try:
            return self._arrived.get(timeout=timeout_s)
        except queue.Empty:
            return None


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Listen on a free loopback port for the length of a `with`."""
    arrived: queue.SimpleQueue[Callback] = queue.SimpleQueue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            arrived.put(Callback(dict(self.headers.items()), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
            """Keep the demo's terminal for the demo."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Receiver(f"http://127.0.0.1:{server.server_port}/callback", arrived)
    finally:
        server.shutdown()
        server.server_close()
