"""Publishes messages for the steps that are ready, in a thread of its own.

It marks steps as dispatched in a commit of its own, unless the transaction that accepted a document
did (jobs/queue/fast_path.py). Such a message is published before anything else, and while the relay
rests. One that cannot be published makes its step ready again.
"""

import logging
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Event
from typing import Final, Protocol

from jobs.domain.errors import BrokerDown, LedgerUnavailable
from jobs.domain.topics import Topic
from jobs.queue.task_table import Message, TaskTable
from jobs.supervised_thread import SupervisedThread

logger = logging.getLogger(__name__)

AT_ONCE = 200
POLL_S = 0.5  # other processes commit messages too, without waking this relay
PAUSE_S = 1.0
REST = 3.0  # pauses three times as long as it worked: in a burst, accepting has priority
BURST = 8  # after so many messages at once it pauses GATHER_S at least, for larger groups
GATHER_S = 0.1


class Publishes(Protocol):
    """Publishes messages to a broker; raises BrokerDown when it cannot."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Publish all messages or raise."""


class Dispatcher(Protocol):
    """Publishes messages of steps that their own transaction has marked as dispatched."""

    def readers(self) -> int:
        """How many readers open documents; 0 where none does or messages cannot be published."""

    def dispatch(self, messages: Sequence[Message]) -> None:
        """Publish soon; returns at once and never raises."""


class Relay:
    """Dispatches steps of the table of work to the broker; while it is down they wait there.

    `capacity` returns how many more steps of a topic may be published; without it there is no
    limit. `idle_readers` returns how many documents readers may open themselves; without it the
    control worker opens all. `opening` returns how many readers open documents, idle or not;
    without it no step is written as dispatched. After a wake-up with nothing to publish it rests
    `idle_s` at least.
    """

    def __init__(
        self,
        tasks: TaskTable,
        publisher: Publishes,
        capacity: Callable[[Topic], int] | None = None,
        idle_readers: Callable[[], int] | None = None,
        opening: Callable[[], int] | None = None,
        idle_s: float = 0.0,
    ) -> None:
        self._tasks = tasks
        self._publisher = publisher
        self._capacity = capacity
        self._idle_readers = idle_readers
        self._opening = opening
        self._idle_s = idle_s
        self._marked: SimpleQueue[Sequence[Message]] = SimpleQueue()
        self._woken = Event()  # there is something to do
        self._urgent = Event()  # so much so that a rest ends
        self._enqueued = Event()  # steps may be ready
        self._stopping = Event()
        self._failed = False
        self._published = False  # whether the last attempt succeeded; unknown at first
        self._drain_at = 0.0
        self.thread: Final = SupervisedThread("relay", self._run)

    def drain(self) -> int:
        """Publish what is ready and return how many; the rest stays in the table."""
        published = 0
        try:
            while count := self._publish_some():
                published += count
        except (BrokerDown, LedgerUnavailable) as error:
            logger.warning("steps wait in the ledger: %s", error)
            self._failed = True
        return published

    def start(self) -> None:
        """Publish in the background until `stop`."""
        self.thread.start()

    def wake(self) -> None:
        """Signal that steps were committed; returns at once and never raises."""
        self._enqueued.set()
        self._woken.set()

    def readers(self) -> int:
        """How many readers open documents; 0 while messages cannot be published."""
        if self._opening is None or not self._published or self._stopping.is_set():
            return 0
        return self._opening()

    def dispatch(self, messages: Sequence[Message]) -> None:
        """Publish messages of steps that are marked already; returns at once and never raises."""
        self._marked.put(messages)
        self._woken.set()
        self._urgent.set()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End the background thread after its current work."""
        self._stopping.set()
        self._woken.set()
        self._urgent.set()
        self.thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait(POLL_S)
            self._woken.clear()
            self._urgent.clear()
            self._publish_marked()
            if self._enqueued.is_set() or time.monotonic() >= self._drain_at:
                self._urgent.wait(self._drain_some())
        self._publish_marked()

    def _drain_some(self) -> float:
        """Publish what is ready; return for how long to rest, in seconds."""
        woken = self._enqueued.is_set()
        self._enqueued.clear()
        self._failed = False
        began = time.monotonic()
        published = self.drain()
        ended = time.monotonic()
        least_s = self._idle_s if woken and not published else 0.0
        rest_s = self._rest_s(published, ended - began, least_s)
        self._drain_at = ended + POLL_S
        return rest_s

    def _rest_s(self, published: int, worked_s: float, least_s: float) -> float:
        if self._failed:
            return PAUSE_S
        if published >= BURST:
            least_s = GATHER_S
        return min(max(REST * worked_s, least_s), PAUSE_S)

    def _publish_some(self) -> int:
        messages = self._tasks.take(AT_ONCE, self._capacity, self._idle_readers)
        self._publish(messages)
        return len(messages)

    def _publish_marked(self) -> None:
        while True:
            try:
                self._publish(self._marked.get_nowait())
            except Empty:
                return
            except (BrokerDown, LedgerUnavailable) as error:
                logger.warning("steps wait in the ledger: %s", error)

    def _publish(self, messages: Sequence[Message]) -> None:
        try:
            self._publisher.publish(messages)
        except BrokerDown:
            self._published = False
            self._tasks.put_back([message.id for message in messages])
            raise
        self._published = True
