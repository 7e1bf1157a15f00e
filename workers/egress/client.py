"""The one client for requests to URLs of callers: URL inputs and webhooks.

It resolves a host once, checks every address by the policy of jobs/domain/egress_policy.py, and
connects to a checked address with Host and SNI kept. No redirect is followed, no proxy is taken
from the environment, and one deadline covers the whole exchange.
"""

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version

import httpcore
import httpx

from jobs.domain.egress_policy import EgressRefused, Target, address_allowed, parse_target
from workers.egress.network_backend import CheckedBackend, Deadline

USER_AGENT = f"pagesight/{version('pagesight')}"
# A lookup that hangs occupies one of these threads beyond its deadline. There are more than
# requests at once, so names that hang leave threads for others.
_RESOLVERS = 128

Resolver = Callable[[str, int], Sequence[str]]


class EgressFailed(Exception):  # noqa: N818 - beside EgressRefused, and it reads well at the raise
    """No complete response: unreachable, too slow, too large, or not HTTP."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class EgressResponse:
    """Status and headers of a response; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]

    def read(self, max_bytes: int) -> bytes:
        """The body's beginning, `max_bytes` at most; EgressFailed where it breaks off."""
        body = b""
        for chunk in self.chunks:
            body += chunk
            if len(body) >= max_bytes:
                break
        return body[:max_bytes]


def resolve(host: str, port: int) -> Sequence[str]:
    """Addresses of `host`, as the system's resolver gives them; OSError where there is none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class EgressClient:
    """Sends requests to where `allow` permits. Safe from many threads; `close` when done."""

    def __init__(self, allow: Sequence[str], resolver: Resolver = resolve) -> None:
        self._allow = tuple(allow)
        self._resolver = resolver
        self._resolvers = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="resolve")

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx.create_ssl_context()  # loads every authority that is trusted

    def close(self) -> None:
        """Stop the resolver threads."""
        self._resolvers.shutdown(wait=False, cancel_futures=True)

    @contextmanager
    def send(
        self,
        method: str,
        url: str,
        *,
        timeout_s: float,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Iterator[EgressResponse]:
        """One request and its response, whose body is read inside the `with`.

        Raises EgressRefused where the policy forbids it, EgressFailed where no response arrives.
        """
        target = parse_target(url, self._allow)
        backend = CheckedBackend(self._addresses, Deadline(timeout_s))
        tls = self._tls if target.scheme == "https" else None
        sent = {"user-agent": USER_AGENT, "accept-encoding": "identity", **(headers or {})}
        with (
            _translated(),
            httpcore.ConnectionPool(ssl_context=tls, network_backend=backend) as pool,
            pool.stream(
                method, _checked_url(target), headers=_encoded(target, sent), content=body
            ) as response,
        ):
            received = {
                name.decode("ascii").lower(): value.decode("latin-1")
                for name, value in response.headers
            }
            yield EgressResponse(response.status, received, iter(response.iter_stream()))

    def _addresses(self, host: str, port: int, timeout_s: float) -> Sequence[str]:
        """Checked addresses of `host`; one that is refused refuses the host."""
        lookup = self._resolvers.submit(self._resolver, host, port)
        try:
            found = lookup.result(timeout_s)
        except TimeoutError as error:
            lookup.cancel()
            raise httpcore.ConnectTimeout from error
        except (OSError, UnicodeError) as error:
            raise EgressFailed("url_unreachable", f"The host {host} has no address.") from error
        for address in found:
            if not address_allowed(address.partition("%")[0], self._allow):
                raise EgressRefused(
                    "egress_refused",
                    f"The host {host} has an address that this service may not reach; its "
                    "operator allows networks in PAGESIGHT_EGRESS_ALLOW.",
                )
        return found


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException as error:
        raise EgressFailed("url_timeout", "The host did not respond in time.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise EgressFailed(
            "url_unreachable", f"The host cannot be reached: {_why(error)}."
        ) from error


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__


def _checked_url(target: Target) -> httpcore.URL:
    """Built from the parts that were checked, so that no second parser reads the URL otherwise."""
    return httpcore.URL(
        scheme=target.scheme.encode(),
        host=target.host.encode(),
        port=target.port,
        target=target.path.encode(),
    )


def _encoded(target: Target, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    named = {"host": target.authority, **headers}
    return [(name.encode(), value.encode("latin-1")) for name, value in named.items()]
