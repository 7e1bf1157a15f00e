"""Announcements of jobs that end, over a real Redis."""

import asyncio

import pytest

from jobs.broker import announcements
from jobs.broker.announcements import Announcer, Listener
from tests.support.patience import PATIENCE_S
from tests.support.redis import RedisServer


async def connected(listener: Listener) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not listener.connected:
            await asyncio.sleep(0.01)


def test_every_listener_receives_the_ids_of_a_commit(redis: RedisServer) -> None:
    async def listen() -> list[str]:
        found: asyncio.Queue[str] = asyncio.Queue()
        listeners = [Listener(redis.url), Listener(redis.url)]
        for each in listeners:
            each.start(found.put_nowait)
            await connected(each)
        announcer = Announcer(redis.url)
        announcer.announce(["job_a", "job_b"])
        async with asyncio.timeout(PATIENCE_S):
            ids = [await found.get() for _ in range(4)]
        announcer.close()
        for each in listeners:
            await each.stop()
        assert not any(each.connected for each in listeners)
        return ids

    assert sorted(asyncio.run(listen())) == ["job_a", "job_a", "job_b", "job_b"]


def test_a_listener_stays_connected_while_nothing_is_announced(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks Redis for signs of life after each pause, and fails where there is none."""
    monkeypatch.setattr(announcements, "_LOOK_EVERY_S", 0.01)

    async def listen() -> bool:
        listener = Listener(redis.url)
        listener.start(lambda _: None)
        await connected(listener)
        await asyncio.sleep(0.2)
        stays = listener.connected
        await listener.stop()
        return stays

    assert asyncio.run(listen())


def test_a_broker_that_is_away_neither_fails_nor_holds_up_the_end_of_a_job(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    announcer = Announcer("redis://127.0.0.1:1/0")
    for _ in range(100):
        announcer.announce(["job_a"])
    announcer.close()
    # After a failure it is not tried again for a while.
    assert 1 <= caplog.text.count("jobs that end are not announced") < 100
