"""Announces jobs that have ended to the APIs whose callers wait for them.

An announcement is a hint, published by Redis and kept nowhere: who gets none finds the end in the
ledger a little later.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from redis.exceptions import RedisError

from jobs.broker.connection import (
    close_async_client,
    close_client,
    open_async_client,
    open_client,
)

CHANNEL: Final = "pagesight.ended"
TIMEOUT_S: Final = 1.0
PAUSE_S: Final = 5.0  # after a failure: a broker that is away must not hold up every job
_LOOK_EVERY_S: Final = 30.0  # a connection that died without a word is noticed by then
_FAILURES: Final = (RedisError, OSError)

_log = logging.getLogger(__name__)


class Announcer:
    """Publishes the ids of jobs that have ended; never raises. Safe from many threads."""

    def __init__(self, broker_url: str) -> None:
        self._redis = open_client(broker_url, TIMEOUT_S)
        self._from = 0.0

    def announce(self, job_ids: Sequence[str]) -> None:
        """Publish ids, in vain where the broker is away."""
        if time.monotonic() < self._from:
            return
        try:
            self._redis.publish(CHANNEL, " ".join(job_ids))
        except _FAILURES as error:
            self._from = time.monotonic() + PAUSE_S
            _log.info("jobs that end are not announced: %s", type(error).__name__)

    def close(self) -> None:
        """Close the connections."""
        close_client(self._redis)


class Listener:
    """Receives announcements, for one event loop."""

    def __init__(self, broker_url: str) -> None:
        self._redis = open_async_client(broker_url, TIMEOUT_S)
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self.connected = False

    def start(self, ended: Callable[[str], None]) -> None:
        """Call `ended` with each id until `stop`; connect again where the broker was away."""
        self._task = asyncio.create_task(self._run(ended))

    async def stop(self) -> None:
        """End and close the connections."""
        # A cancellation that meets a time limit inside redis-py may come out as that limit's error.
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self.connected = False
        await close_async_client(self._redis)

    async def _run(self, ended: Callable[[str], None]) -> None:
        while not self._stopping:
            try:
                await self._listen(ended)
            except _FAILURES as error:
                _log.info("no announcements of jobs that end: %s", type(error).__name__)
            self.connected = False
            if not self._stopping:
                await asyncio.sleep(PAUSE_S)

    async def _listen(self, ended: Callable[[str], None]) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(CHANNEL)
            self.connected = True
            while not self._stopping:
                message: Any = await channel.get_message(timeout=_LOOK_EVERY_S)
                if message is None:
                    await channel.ping()
                else:
                    for job_id in message["data"].decode().split():
                        ended(job_id)
