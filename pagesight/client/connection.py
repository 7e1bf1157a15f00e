"""What both clients know of the service they talk to: its address, key and time limits."""

import os
from dataclasses import dataclass
from typing import Any, Final

import httpx

from pagesight.client.calls import Call
from pagesight.client.retries import Attempts
from pagesight.client.waiting import Deadline

LOCAL: Final = "http://127.0.0.1:8765"
SERVER_VARIABLE: Final = "PAGESIGHT_SERVER"
KEY_VARIABLE: Final = "PAGESIGHT_API_KEY"
_SHORTEST_READ_S = 0.05


@dataclass(frozen=True, slots=True)
class Connection:
    """Address and key of a service; `timeout_s` limits each step of a request."""

    server: str
    api_key: str | None
    timeout_s: float
    trust_env: bool

    def arguments(self) -> dict[str, Any]:
        """The arguments of httpx's clients."""
        headers = {"User-Agent": "pagesight-client"}
        if self.api_key:
            headers["Authorization"] = f"Bearer {self.api_key}"
        return {
            "base_url": self.server,
            "headers": headers,
            "timeout": self.timeout_s,
            "trust_env": self.trust_env,
        }


def connection(
    server: str | None, api_key: str | None, timeout_s: float, *, trust_env: bool
) -> Connection:
    """The connection; what is None comes from the environment, as for the command."""
    address = server or os.environ.get(SERVER_VARIABLE) or LOCAL
    key = api_key or os.environ.get(KEY_VARIABLE)
    return Connection(address.rstrip("/"), key, timeout_s, trust_env)


def request_of(
    http: httpx.Client | httpx.AsyncClient, call: Call[Any], deadline: Deadline | None = None
) -> httpx.Request:
    """The call as a request; the deadline shortens how long a read may take."""
    limits = httpx.Timeout(http.timeout)
    read_s = call.read_timeout_s or limits.read
    if deadline is not None and read_s is not None:
        read_s = max(_SHORTEST_READ_S, deadline.at_most_s(read_s))
    timeout = httpx.Timeout(
        connect=limits.connect, read=read_s, write=limits.write, pool=limits.pool
    )
    return http.build_request(
        call.method,
        call.path,
        params=dict(call.params),
        headers=dict(call.headers),
        timeout=timeout,
        **call.body,
    )


def is_gone(call: Call[Any], response: httpx.Response, attempts: Attempts) -> bool:
    """Whether a repeated deletion finds nothing: the attempt whose answer was lost did it."""
    return call.gone_is_done and attempts.repeated and response.status_code == httpx.codes.NOT_FOUND
