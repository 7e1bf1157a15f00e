"""The client for threads."""

from types import TracebackType
from typing import Any, Self, Unpack

import httpx

from pagesight.client.batches import Batches
from pagesight.client.calls import Call, one, path
from pagesight.client.connection import connection
from pagesight.client.jobs import Jobs
from pagesight.client.models.document import Document
from pagesight.client.models.service import Usage
from pagesight.client.receivers import Webhooks
from pagesight.client.responses import json_of
from pagesight.client.retries import RetryPolicy
from pagesight.client.transport import Transport
from pagesight.client.uploads import JobParameters, Source

CAPABILITIES: Call[dict[str, Any]] = Call("GET", path("capabilities"), json_of)
USAGE: Call[Usage] = Call("GET", path("usage"), one(Usage))


class Client:
    """Talks to one service with one key; may be shared by threads.

    `server` and `api_key` come from `PAGESIGHT_SERVER` and `PAGESIGHT_API_KEY` if they are not
    given. `timeout_s` limits each step of a request, not the reading of a document. Proxies of the
    environment are used unless `trust_env` is False.
    """

    def __init__(
        self,
        server: str | None = None,
        api_key: str | None = None,
        *,
        timeout_s: float = 30.0,
        retries: RetryPolicy | None = None,
        trust_env: bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        to = connection(server, api_key, timeout_s, trust_env=trust_env)
        self._transport = Transport(to, retries or RetryPolicy(), transport)
        self.jobs = Jobs(self._transport)
        self.batches = Batches(self._transport)
        self.webhooks = Webhooks(self._transport)

    def read(
        self, source: Source, *, timeout_s: float | None = None, **parameters: Unpack[JobParameters]
    ) -> Document:
        """Submit a document, wait for its end, and return what was read.

        Raises JobFailedError where it cannot be read, and WaitTimeoutError after `timeout_s`.
        Pages that could not be read are in `failures`.
        """
        job = self.jobs.submit(source, **parameters)
        self.jobs.wait(job.id, timeout_s=timeout_s)
        return self.jobs.result(job.id)

    def capabilities(self) -> dict[str, Any]:
        """Options, formats, languages and detectors of the service."""
        return self._transport.send(CAPABILITIES)

    def usage(self) -> Usage:
        """Pages read by day, of the jobs that have ended."""
        return self._transport.send(USAGE)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
