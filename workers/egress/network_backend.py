"""A network backend for httpcore: only checked addresses, and nothing after the deadline."""

# ruff: noqa: ARG002 - the signatures are httpcore's; the deadline stands in for its timeouts

import ssl
import time
from collections.abc import Callable, Iterable, Sequence

import httpcore

Addresses = Callable[[str, int, float], Sequence[str]]


class Deadline:
    """The end of the time for one exchange."""

    def __init__(self, timeout_s: float) -> None:
        self._ends = time.monotonic() + timeout_s

    def left(self) -> float:
        """Seconds left; httpcore.ReadTimeout once there are none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the deadline has passed")
        return left


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to the addresses that `addresses` returns for host, port and seconds left."""

    def __init__(self, addresses: Addresses, deadline: Deadline) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that accepts; host names are resolved nowhere else."""
        refusal: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError()
        for address in self._addresses(host, port, self._deadline.left()):
            try:
                stream = self._sockets.connect_tcp(address, port, self._deadline.left())
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                refusal = error
            else:
                return _DeadlineStream(stream, self._deadline)
        raise refusal


class _DeadlineStream(httpcore.NetworkStream):
    """A stream whose every wait is limited to the time left, so sending slowly gains none."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _DeadlineStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)
