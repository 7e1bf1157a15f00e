"""Counting requests in a real Redis."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from jobs.broker.rate_limiter import BURST_S, Rate, RateCounter, Verdict
from jobs.domain.errors import BrokerDown
from tests.support.redis import RedisServer

T = TypeVar("T")
SLOW = Rate(2 / BURST_S)  # two at once, then one in five seconds


def counting(redis: RedisServer, work: Callable[[RateCounter], Awaitable[T]]) -> T:
    async def run() -> T:
        counter = RateCounter(redis.url)
        try:
            return await work(counter)
        finally:
            await counter.close()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("per_s", "quota", "window_s"), [(10, 100, 10), (0.2, 2, 10), (0.05, 1, 20), (0.01, 1, 100)]
)
def test_requests_of_ten_seconds_may_come_at_once_and_one_at_least(
    per_s: float, quota: int, window_s: float
) -> None:
    assert (Rate(per_s).quota, Rate(per_s).window_s) == (quota, pytest.approx(window_s))


def test_a_burst_passes_and_the_next_request_gets_a_retry_time(redis: RedisServer) -> None:
    async def work(counter: RateCounter) -> list[Verdict]:
        return [await counter.take("key_1", SLOW) for _ in range(4)]

    first, second, third, fourth = counting(redis, work)
    assert [each.allowed for each in (first, second, third, fourth)] == [True, True, False, False]
    assert [each.remaining for each in (first, second, third)] == [1, 0, 0]
    assert first.retry_after_s == 0
    assert 0 < third.retry_after_s <= 5
    assert 5 < third.reset_s <= 10
    assert fourth.retry_after_s <= third.retry_after_s  # a refused one costs nothing


def test_the_pace_is_kept_and_what_waits_long_enough_passes(redis: RedisServer) -> None:
    async def work(counter: RateCounter) -> tuple[Verdict, Verdict]:
        rate = Rate(1)
        while (refused := await counter.take("key_1", rate)).allowed:
            pass
        await asyncio.sleep(refused.retry_after_s)
        return refused, await counter.take("key_1", rate)

    refused, then = counting(redis, work)
    assert 0 < refused.retry_after_s <= 1
    assert then.allowed


def test_processes_count_together_and_keys_apart(redis: RedisServer) -> None:
    async def work(counter: RateCounter) -> tuple[list[Verdict], Verdict]:
        other = RateCounter(redis.url)
        both = [counter.take("key_1", SLOW) for _ in range(10)]
        both += [other.take("key_1", SLOW) for _ in range(10)]
        verdicts = await asyncio.gather(*both)
        stranger = await other.take("key_2", SLOW)
        await other.close()
        return verdicts, stranger

    verdicts, stranger = counting(redis, work)
    assert sum(each.allowed for each in verdicts) == 2
    assert stranger.allowed


def test_counts_are_forgotten_when_they_say_nothing_any_more(redis: RedisServer) -> None:
    async def work(counter: RateCounter) -> Verdict:
        return await counter.take("key_1", SLOW)

    counting(redis, work)
    with redis.client() as client:
        assert 0 < client.pttl("pagesight:rate:key_1") <= 5000


@pytest.mark.parametrize("blow", ["kill", "freeze"])
def test_a_redis_that_is_away_is_not_waited_for(redis: RedisServer, blow: str) -> None:
    async def work(counter: RateCounter) -> None:
        await counter.take("key_1", SLOW)
        getattr(redis, blow)()
        with pytest.raises(BrokerDown):
            await counter.take("key_1", SLOW)

    counting(redis, work)
    redis.thaw() if blow == "freeze" else redis.start()
