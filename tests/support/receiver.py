"""A real HTTP server on the loopback that answers as told and keeps what it was sent."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What to answer; `before` runs first, to delay or to drip."""

    status: int = 200
    body: bytes = b"ok"
    headers: Mapping[str, str | None] = field(default_factory=dict)  # None leaves one out
    before: Callable[[], object] = lambda: None


class Receiver:
    """`replies` are used in turn, the last one for ever."""

    def __init__(self, server: ThreadingHTTPServer, replies: list[Reply]) -> None:
        self.requests: list[Received] = []
        self.replies = replies
        self.port = server.server_port
        self.url = f"http://{server.server_address[0]!s}:{self.port}"
        self._lock = threading.Lock()

    def take(self, request: Received) -> Reply:
        """Keep a request and say what to answer."""
        with self._lock:
            self.requests.append(request)
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def receiver(*replies: Reply, host: str = "127.0.0.1") -> Iterator[Receiver]:
    """A server that runs for the length of the `with`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Received(self.command, self.path, headers, self.rfile.read(length))
            reply = made.take(request)
            reply.before()
            try:
                self.answer(reply)
            except OSError:
                self.close_connection = True  # the other side has left

        do_POST = do_GET  # noqa: N815 - the server's own name

        def answer(self, reply: Reply) -> None:
            self.send_response(reply.status)
            stated = {"Content-Length": str(len(reply.body))}
            for name, value in (stated | dict(reply.headers)).items():
                if value is not None:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Tests read `requests`."""

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    made = Receiver(server, list(replies) or [Reply()])
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
