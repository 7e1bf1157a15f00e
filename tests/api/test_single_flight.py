import asyncio

import pytest

from api.single_flight import SingleFlight


class Source:
    """Answers once it is let go, and counts how often it was called."""

    def __init__(self, error: Exception | None = None) -> None:
        self.go = asyncio.Event()
        self.calls = 0
        self._error = error

    async def __call__(self) -> int:
        self.calls += 1
        await self.go.wait()
        if self._error is not None:
            raise self._error
        return self.calls


def test_calls_of_one_name_at_the_same_time_are_one() -> None:
    async def run() -> None:
        flight, source = SingleFlight[int](), Source()
        waiting = [asyncio.create_task(flight.do("a", source)) for _ in range(5)]
        await asyncio.sleep(0)
        waiting.pop().cancel()  # the others still get theirs
        other = asyncio.create_task(flight.do("b", source))
        await asyncio.sleep(0)
        source.go.set()
        assert await asyncio.gather(*waiting) == [2, 2, 2, 2]
        assert await other == 2
        assert await flight.do("a", source) == 3

    asyncio.run(run())


def test_an_error_is_raised_for_all_and_not_kept() -> None:
    async def run() -> None:
        flight, source = SingleFlight[int](), Source(ValueError("no"))
        waiting = [asyncio.create_task(flight.do("a", source)) for _ in range(3)]
        await asyncio.sleep(0)
        source.go.set()
        found = await asyncio.gather(*waiting, return_exceptions=True)
        assert [str(each) for each in found] == ["no"] * 3
        with pytest.raises(ValueError, match="no"):
            await flight.do("a", source)
        assert source.calls == 2

    asyncio.run(run())
