"""A webhook receiver for the demo: queues deliveries until they are asked for."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager

from cli.webhooks.receiver import Arrival, receiving


class Receiver:
    """A queue of received callbacks; `url` goes into a job's `callback_url`."""

    def __init__(self, url: str, arrived: "queue.SimpleQueue[Arrival]") -> None:
        self.url = url
        self._arrived = arrived

    def wait(self, timeout_s: float) -> Arrival | None:
        """Return the next callback, or None when none arrives in time."""
        try:
            return self._arrived.get(timeout=timeout_s)
        except queue.Empty:
            return None


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Listen on a free loopback port for the length of a `with`."""
    arrived: queue.SimpleQueue[Arrival] = queue.SimpleQueue()

    def take(arrival: Arrival) -> int:
        arrived.put(arrival)
        return 204

    with receiving("127.0.0.1", 0, take) as port:
        yield Receiver(f"http://127.0.0.1:{port}/callback", arrived)
