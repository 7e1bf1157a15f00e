"""A thin HTTP client of the API, for the commands that talk to a running service."""

import ipaddress
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from cli.bootstrap_key import key_file
from cli.settings import api_url, load_settings
from jobs.settings import Settings

_TIMEOUT_S = 30.0


class ServerRefused(Exception):  # noqa: N818 - says what is the matter
    """The server cannot be reached or refused the request; the message is for people."""


class Client:
    """Talks to one server with one key."""

    def __init__(self, server: str | None, key: str | None) -> None:
        self.server, self.key = credentials(server, key)
        headers = {"Authorization": f"Bearer {self.key}"}
        self._http = httpx.Client(
            base_url=self.server, headers=headers, timeout=_TIMEOUT_S, trust_env=False
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str | int | None] | None = None,
    ) -> Any:
        """Return the JSON of the answer, None where it has no body. Raises ServerRefused."""
        given = {name: value for name, value in (query or {}).items() if value is not None}
        try:
            answer = self._http.request(method, path, json=body, params=given)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ServerRefused(
                f"{self.server} does not answer ({error}). Is the service running? "
                "--server names another address"
            ) from error
        if not answer.is_success:
            raise ServerRefused(_reason(answer))
        return answer.json() if answer.content else None


def credentials(server: str | None, key: str | None) -> tuple[str, str]:
    """The address of the service and the key for it, those of this machine where None is given.

    Raises ServerRefused where there is no key.
    """
    settings = load_settings()
    address = (server or api_url(settings)).rstrip("/")
    return address, key or _local_key(settings, address)


def _local_key(settings: Settings, server: str) -> str:
    """Return the key in the data folder. It has all scopes, so it never leaves this machine."""
    path = key_file(settings)
    if not _is_local(server, settings):
        raise ServerRefused(
            f"no API key for {server}: pass --key or set PAGESIGHT_API_KEY. "
            f"The key in {path} is sent to this machine only"
        )
    try:
        return path.read_text().strip()
    except OSError as error:
        raise ServerRefused(
            f"no API key: pass --key, set PAGESIGHT_API_KEY, or run this in the folder of the "
            f"service ({path} cannot be read: {error.strerror})"
        ) from error


def _is_local(server: str, settings: Settings) -> bool:
    """Whether a URL names this machine: a loopback address, or the one the API listens on."""
    try:
        host = urlsplit(server).hostname or ""
    except ValueError:  # not a URL: the request will fail, but never with the key
        return False
    if host in {"localhost", settings.host.lower()}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _reason(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        reason = f"{problem['detail']} ({problem['code']})"
    except (json.JSONDecodeError, KeyError, TypeError):
        reason = f"the server answered {answer.status_code} {answer.reason_phrase}"
    if "PAGESIGHT_EGRESS_ALLOW" in answer.text:
        reason += "; on a laptop, start it with PAGESIGHT_EGRESS_ALLOW='[\"127.0.0.1\"]'"
    return reason
