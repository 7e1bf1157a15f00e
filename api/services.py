"""Dependencies of the handlers: opened once at start-up, closed at shutdown."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.group_commit import GroupCommit
from api.problems import Problem
from api.security.auth import KeyCache
from api.security.auth_failures import Refusals
from api.security.rate_limits import RateLimits
from api.single_flight import SingleFlight
from api.ttl_cache import TTLCache
from api.waits import Waits
from jobs.domain.errors import NotFound
from jobs.domain.topics import Topic
from jobs.ledger import Ledger
from jobs.queue.relay import Publishes, Relay
from jobs.settings import Settings
from jobs.storage.blob_store import Blobs
from jobs.supervised_thread import SupervisedThread

MEGABYTE = 1_000_000
T = TypeVar("T")


class Broker(Publishes, Protocol):
    """The message broker, and whether it responds."""

    def ping(self) -> bool:
        """Whether the broker responds within its time limit."""

    def depth(self, topic: Topic) -> int:
        """How many messages wait in the queue of a topic. Raises BrokerDown."""


@dataclass(slots=True)
class Services:
    """The ledger, blobs and broker, with the caches of the API."""

    settings: Settings
    ledger: Ledger
    blobs: Blobs
    group_commit: GroupCommit
    broker: Broker
    relay: Relay
    keys: KeyCache
    refusals: Refusals
    rates: RateLimits
    capabilities: TTLCache[Sequence[Mapping[str, Any]]]
    waits: Waits = field(default_factory=Waits)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _counting: SingleFlight[None] = field(default_factory=SingleFlight)
    _arriving: set[tuple[str, str]] = field(default_factory=set)
    _unbroken: set[asyncio.Task[Any]] = field(default_factory=set)

    @property
    def threads(self) -> Sequence[SupervisedThread]:
        """The background threads of the API process."""
        return self.group_commit.thread, self.relay.thread

    @property
    def upload_limit(self) -> int:
        """Largest document in bytes."""
        return self.settings.max_upload_mb * MEGABYTE

    async def refuse_when_full(self, tenant: str, documents: int = 1) -> None:
        """Raise QueueFull where so many more documents of the tenant are too many."""
        load = self.ledger.load
        if not load.has_cached_capacity(tenant, documents):
            # In a burst many requests find that the count has expired.
            count = partial(run_in_threadpool, load.refuse_when_full, tenant, documents)
            await self._counting.do((tenant, documents), count)

    @contextmanager
    def arriving(self, tenant: str, key: str | None) -> Iterator[None]:
        """Hold an idempotency key while its request arrives.

        Raises Problem `idempotency_in_flight`. This saves a second upload to this process; the
        ledger guarantees that one key creates one job.
        """
        held = (tenant, key or "")
        if key is not None and held in self._arriving:
            message = "The first request with this key is still being received."
            raise Problem("idempotency_in_flight", message, headers={"Retry-After": "1"})
        self._arriving.add(held)
        try:
            yield
        finally:
            self._arriving.discard(held)

    async def pause(self, seconds: float, *until: asyncio.Event) -> bool:
        """Wait, at most until one of the events is set; return True as soon as the server stops."""
        waiting = [asyncio.create_task(event.wait()) for event in (self.stopping, *until)]
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()
        return self.stopping.is_set()

    async def to_its_end(self, step: Coroutine[Any, Any, T]) -> T:
        """Run a step that goes on when its request is cancelled: half of it would be a defect."""
        return await asyncio.shield(self.keep(step))

    def keep(self, step: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin a step that `finish_steps` waits for, whatever becomes of its request."""
        task = asyncio.create_task(step)
        self._unbroken.add(task)
        task.add_done_callback(self._unbroken.discard)
        return task

    async def finish_steps(self) -> None:
        """Wait for steps whose requests were cancelled."""
        await asyncio.gather(*self._unbroken, return_exceptions=True)

    async def discard_unless_accepted(self, job_id: str, prefix: str) -> None:
        """Delete what was stored for a job that was not created.

        Where the database cannot be asked, the bytes stay: an accepted job needs them.
        """
        await run_in_threadpool(self._discard_unless_accepted, job_id, prefix)

    def _discard_unless_accepted(self, job_id: str, prefix: str) -> None:
        try:
            self.ledger.jobs.load(job_id)
        except NotFound:
            self.blobs.delete_prefix(prefix)


async def get_services(request: Request) -> Services:
    """The services of the application that serves this request; `async` saves a thread."""
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(get_services)]
