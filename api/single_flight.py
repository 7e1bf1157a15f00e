"""One call for all that wait for the same answer at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Joins calls of the same name; the event loop's only."""

    def __init__(self) -> None:
        self._flying: dict[Hashable, asyncio.Task[T]] = {}

    async def do(self, name: Hashable, call: Callable[[], Awaitable[T]]) -> T:
        """The result of `call`, or of one of that name that has begun; it raises for all of them.

        It goes on when a caller is cancelled: the others wait for it.
        """
        task = self._flying.get(name)
        if task is None:
            task = asyncio.ensure_future(_run(call))
            self._flying[name] = task
            task.add_done_callback(lambda done: self._end(name, done))
        return await asyncio.shield(task)

    def _end(self, name: Hashable, done: asyncio.Task[T]) -> None:
        del self._flying[name]
        if not done.cancelled():
            done.exception()  # counts as seen, though all callers may be gone


async def _run(call: Callable[[], Awaitable[T]]) -> T:
    return await call()
