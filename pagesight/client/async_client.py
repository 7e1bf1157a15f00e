"""The client for asyncio and trio."""

from types import TracebackType
from typing import Any, Self, Unpack

import httpx

from pagesight.client.async_batches import AsyncBatches
from pagesight.client.async_jobs import AsyncJobs
from pagesight.client.async_receivers import AsyncWebhooks
from pagesight.client.async_transport import AsyncTransport
from pagesight.client.client import CAPABILITIES, USAGE
from pagesight.client.connection import connection
from pagesight.client.models.document import Document
from pagesight.client.models.service import Usage
from pagesight.client.retries import RetryPolicy
from pagesight.client.uploads import JobParameters, Source


class AsyncClient:
    """The same as Client, with methods to await and streams for `async for`."""

    def __init__(
        self,
        server: str | None = None,
        api_key: str | None = None,
        *,
        timeout_s: float = 30.0,
        retries: RetryPolicy | None = None,
        trust_env: bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        to = connection(server, api_key, timeout_s, trust_env=trust_env)
        self._transport = AsyncTransport(to, retries or RetryPolicy(), transport)
        self.jobs = AsyncJobs(self._transport)
        self.batches = AsyncBatches(self._transport)
        self.webhooks = AsyncWebhooks(self._transport)

    async def read(
        self, source: Source, *, timeout_s: float | None = None, **parameters: Unpack[JobParameters]
    ) -> Document:
        """Submit a document, wait for its end, and return what was read."""
        job = await self.jobs.submit(source, **parameters)
        await self.jobs.wait(job.id, timeout_s=timeout_s)
        return await self.jobs.result(job.id)

    async def capabilities(self) -> dict[str, Any]:
        """Options, formats, languages and detectors of the service."""
        return await self._transport.send(CAPABILITIES)

    async def usage(self) -> Usage:
        """Pages read by day, of the jobs that have ended."""
        return await self._transport.send(USAGE)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
