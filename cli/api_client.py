"""The API's side of `pagesight webhooks`: a thin client over HTTP."""

import json
from collections.abc import Mapping
from typing import Any

import httpx

from cli.bootstrap_key import key_file
from jobs.settings import Settings

_TIMEOUT_S = 30.0


class ServerRefused(Exception):  # noqa: N818 - says what is the matter
    """The server cannot be asked, or said no; the message is for people."""


class Client:
    """Asks one server with one key."""

    def __init__(self, server: str | None, key: str | None) -> None:
        settings = Settings()
        self.server = (server or f"http://{settings.host}:{settings.port}").rstrip("/")
        headers = {"Authorization": f"Bearer {key or _own_key(settings)}"}
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
        """Return the answer's JSON, None where it has no body; ServerRefused says why not."""
        given = {name: value for name, value in (query or {}).items() if value is not None}
        try:
            answer = self._http.request(method, path, json=body, params=given)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ServerRefused(
                f"{self.server} does not answer ({error}): is it running? --server names another"
            ) from error
        if not answer.is_success:
            raise ServerRefused(_reason(answer))
        return answer.json() if answer.content else None


def _own_key(settings: Settings) -> str:
    try:
        return key_file(settings).read_text().strip()
    except OSError as error:
        raise ServerRefused(
            "no API key: give --key, set PAGESIGHT_API_KEY, or run this where the service's data "
            f"folder is ({key_file(settings)} cannot be read)"
        ) from error


def _reason(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        said = f"{problem['detail']} ({problem['code']})"
    except (json.JSONDecodeError, KeyError, TypeError):
        said = f"{answer.status_code} {answer.reason_phrase}"
    if "PAGESIGHT_EGRESS_ALLOW" in answer.text:
        said += "; for a laptop: PAGESIGHT_EGRESS_ALLOW='[\"127.0.0.1\"]'"
    return said
