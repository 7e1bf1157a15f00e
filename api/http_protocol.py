"""HTTP/1.1 as ordinary clients speak it: what uvicorn's own protocol leaves out.

- A body survives an `Upgrade` that the service ignores (RFC 9110, 7.8): curl and Java's HttpClient
  offer h2c with every request.
- Clients of HTTP/1.0 get no chunks (RFC 9112, 6.1).
- A response to a request that still arrives reaches its client before the connection is closed
  (RFC 9112, 9.6).
- Connections that send no request, or one without end, are closed.
- Probes are answered however many requests are in progress.
"""

import asyncio
import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from urllib.parse import unquote

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
)

from api.http_response import Cycle, overloaded
from api.ignored_upgrade import head_without_upgrade
from api.open_files import most_connections
from api.problems import Problem

PROBES: Final = frozenset({"/healthz", "/readyz"})
_VERSIONS: Final = frozenset({"1.0", "1.1"})


@dataclass(frozen=True, slots=True)
class EdgeLimits:
    """Limits of the open port; times in seconds."""

    requests: int = 1000  # in progress at once; above it only probes are answered
    head_s: float = 15.0  # from the connection, or its first byte, to the end of a request's head
    head_bytes: int = 64 << 10
    keep_alive_s: float = 15.0  # between two requests
    linger_s: float = 30.0  # how long a refused request may still arrive
    linger_bytes: int = 64 << 20  # and how much of it, where its length is not known
    write_stall_s: float = 60.0  # how long a client may leave a response unread


class EdgeProtocol(HttpToolsProtocol):
    """One connection."""

    # Connections without a request in progress, the longest silent first: closed when there are
    # more connections than file descriptors.
    _idle: ClassVar["OrderedDict[EdgeProtocol, None]"] = OrderedDict()

    def __init__(self, config: Config, *args: Any, limits: EdgeLimits, **rest: Any) -> None:
        super().__init__(config, *args, **rest)
        self._limits = limits
        self.timeout_keep_alive = limits.keep_alive_s  # type: ignore[assignment] # goes to call_later
        self._timer: asyncio.TimerHandle | None = None
        self._in_head = False
        self._head_bytes = 0
        self._arriving = 0
        self._upgrade_ignored = False
        self._lingering = False
        self._discarded = 0
        self._length_known = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)  # type: ignore[arg-type]
        if len(self.connections) > most_connections() and self._idle:
            self._idle.popitem(last=False)[0].transport.abort()
        self._idle[self] = None
        self._set_timer(self._limits.head_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._idle.pop(self, None)
        self._set_timer(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what arrived."""
        self._unset_keepalive_if_required()
        if self._lingering:
            self._discard(data)
            return
        self._arriving = len(data)
        self._feed(data)
        if self.parser is None or self.transport.is_closing() or self._lingering:
            return
        if self.cycle is not None and self.cycle.response_complete and self.cycle.more_body:
            self._discard(data)
        self._head_bytes = self._head_bytes + len(data) if self._in_head else 0
        if self._head_bytes > self._limits.head_bytes:
            self._refuse(_long_head())
        elif self._timer is None and (self.cycle is None or self.cycle.response_complete):
            self._set_timer(self._limits.head_s)

    def _discard(self, data: bytes) -> None:
        """Count bytes that nobody reads any more."""
        self._discarded += len(data)
        if self._discarded > self._limits.linger_bytes and not self._length_known:
            self.transport.abort()

    def _feed(self, data: bytes) -> None:
        """Parse; a request that offers an upgrade is parsed again without the offer."""
        while True:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserError as error:
                cause = error.__context__  # what a callback of ours raised
                invalid = Problem("bad_request", "The request is not valid HTTP.")
                self._refuse(cause if isinstance(cause, Problem) else invalid)
            except httptools.HttpParserUpgrade as upgrade:
                if self.parser.get_method() == b"CONNECT":
                    self.send_400_response("CONNECT is not supported.")
                    return
                head = head_without_upgrade(self.parser, self.url, self.headers)
                data = head + data[upgrade.args[0] :]
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
                continue
            return

    def on_message_begin(self) -> None:
        """A request's first byte."""
        self._in_head = True
        self._upgrade_ignored = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Start to serve the request."""
        if self.parser.should_upgrade():
            self._upgrade_ignored = True
            return
        self._check_head()
        self._in_head = False
        self._discarded = 0
        self._length_known = any(name == b"content-length" for name, _ in self.headers)
        self._set_timer(None)
        self._idle.pop(self, None)
        self._describe_request()
        waiting = self.cycle is not None and not self.cycle.response_complete
        self.cycle = self._new_cycle()
        app: Any = overloaded if self._is_one_too_many() else self.app
        if waiting:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, app))
        else:
            self._start_asgi_task(self.cycle, app)

    def _check_head(self) -> None:
        """Raise Problem for a version that is not spoken, or a head that is too long."""
        if (version := self.parser.get_http_version()) not in _VERSIONS:
            raise Problem("bad_request", f"HTTP/{version} is not spoken at this port.")
        sizes = (len(name) + len(value) for name, value in self.headers)
        if len(self.url) + sum(sizes) > self._limits.head_bytes:
            raise _long_head()

    def _describe_request(self) -> None:
        """Complete the scope, as uvicorn does."""
        url = httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        self.scope["method"] = self.parser.get_method().decode("ascii")
        self.scope["http_version"] = self.parser.get_http_version()
        self.scope["path"] = unquote(path) if "%" in path else path
        self.scope["raw_path"] = url.path
        self.scope["query_string"] = url.query or b""

    def _new_cycle(self) -> "Cycle":
        return Cycle(
            self.scope,
            _Wire(self),
            self.flow,
            self.logger,
            self.access_logger,
            self.access_log,
            self.server_state.default_headers,
            asyncio.Event(),
            self.expect_100_continue,
            self.scope["http_version"] != "1.0" and self.parser.should_keep_alive(),
            self.on_response_complete,
            self._limits.write_stall_s,
        )

    def _is_one_too_many(self) -> bool:
        path = self.scope["path"]
        return len(self.tasks) >= self._limits.requests and not path.endswith(tuple(PROBES))

    def on_body(self, body: bytes) -> None:
        """Bytes of the request's body."""
        if not self._upgrade_ignored:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request's last byte."""
        if self._upgrade_ignored:
            return
        self._head_bytes = -self._arriving  # the next head may begin in the same read
        super().on_message_complete()
        if self.cycle.response_complete and self.cycle.more_body:
            # The rest of a request that was refused: the connection can be used again.
            self.cycle.more_body = False
            self._set_timer(self._limits.head_s)

    def on_response_complete(self) -> None:
        """Go on with the connection's next request, or end what is left of this one."""
        super().on_response_complete()
        if self.transport.is_closing():
            return
        if self.cycle.response_complete:
            self._idle[self] = None
            if self.cycle.more_body:
                self._set_timer(self._limits.linger_s)

    def close_politely(self) -> None:
        """Close once the client has sent its request, or after a while.

        A connection closed with unread bytes is reset, and most clients then never see the answer.
        """
        if self.transport.is_closing() or self._lingering:
            return
        if self.cycle.more_body:
            self._linger()
        else:
            self.transport.close()

    def _linger(self) -> None:
        self._lingering = True
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._set_timer(self._limits.linger_s)

    def shutdown(self) -> None:
        """End with the response in progress; uvicorn calls this when the server stops."""
        if self._lingering:
            self.transport.close()
        super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be parsed, and close."""
        self._refuse(Problem("bad_request", msg))

    def _refuse(self, problem: Problem) -> None:
        busy = self.cycle is not None and not self.cycle.response_complete
        if busy and self.cycle.response_started:
            self.transport.close()  # another answer would end up in the middle of this one
            return
        body = json.dumps(problem.body("")).encode()
        length = str(len(body)).encode()
        head = [STATUS_LINE[problem.status], b"content-type: application/problem+json\r\n"]
        head += [b"connection: close\r\ncontent-length: ", length, b"\r\n\r\n"]
        self.transport.write(b"".join([*head, body]))
        if busy:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._linger()

    def _set_timer(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, self._time_out)

    def _time_out(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self._in_head and not self._lingering:
            self._refuse(Problem("head_timeout", "The request's head did not arrive in time."))
        else:
            self.transport.close()


def _long_head() -> Problem:
    return Problem("head_too_large", "The request's headers are too large.")


class _Wire:
    """A connection as a response uses it; closing waits for the rest of the request."""

    __slots__ = ("_protocol", "abort", "is_closing", "write")

    def __init__(self, protocol: EdgeProtocol) -> None:
        self._protocol = protocol
        self.write = protocol.transport.write
        self.abort = protocol.transport.abort
        self.is_closing = protocol.transport.is_closing

    def close(self) -> None:
        self._protocol.close_politely()
