"""A worker's own address for Prometheus and for probes, where a port is set for it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST

from jobs.telemetry.exposition import render
from workers.observability.metrics import REGISTRY

_TIMEOUT_S: Final = 10.0
_POLL_S: Final = 0.1  # how long the end of a process may wait for this server

# Whether the worker takes messages, and the reason where it does not.
State = Callable[[], tuple[bool, str]]


@contextmanager
def serving_metrics(host: str, port: int, state: State) -> Iterator[int]:
    """Serve `/metrics`, `/healthz` and `/readyz` for the length of the `with`; yields the port.

    Port 0 serves nothing. Raises MetricsPortTaken.
    """
    if not port:
        yield 0
        return
    try:
        server = _Server((host, port), _handler(state))
    except OSError as error:
        raise MetricsPortTaken(
            f"cannot serve metrics at {host}:{port} ({error.strerror}): give each worker of a host "
            "its own PAGESIGHT_METRICS_PORT"
        ) from error
    thread = Thread(target=server.serve_forever, args=(_POLL_S,), name="metrics", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class MetricsPortTaken(Exception):  # noqa: N818 - says what is the matter
    """The address of a worker's metrics cannot be used; the message names the setting."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True


def _handler(state: State) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _TIMEOUT_S

        def do_GET(self) -> None:
            """Answer one scrape or probe."""
            status, kind, body = _answer(self.path.partition("?")[0], state)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            """Log nothing: probes come every few seconds."""

    return Handler


def _answer(path: str, state: State) -> tuple[HTTPStatus, str, bytes]:
    match path:
        case "/metrics":
            return HTTPStatus.OK, CONTENT_TYPE_LATEST, render(REGISTRY)
        case "/healthz":
            return HTTPStatus.OK, "application/json", b'{"status":"alive"}'
        case "/readyz":
            ready, reason = state()
            status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
            body = json.dumps({"ready": ready, "reason": reason}).encode()
            return status, "application/json", body
    return HTTPStatus.NOT_FOUND, "text/plain", b"Not found.\n"
