import threading
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import Any

import pytest

from jobs.domain.errors import BrokerDown
from jobs.domain.topics import Topic
from jobs.ledger import Ledger
from jobs.queue import relay as relay_module
from jobs.queue.relay import Relay
from jobs.queue.task_table import Message
from tests.support.ledgers import created, drain
from tests.support.patience import PATIENCE_S

LONG_S = 600.0


class Broker:
    """Keeps what is published; down while `up` is not set."""

    def __init__(self, expected: int = 1) -> None:
        self.up = True
        self.refused = threading.Event()
        self.complete = threading.Event()
        self.published: list[tuple[Any, ...]] = []
        self._expected = expected

    def publish(self, messages: Sequence[Message]) -> None:
        if messages and not self.up:
            self.refused.set()
            raise BrokerDown("gone")
        self.published += [message.args for message in messages]
        if len(self.published) >= self._expected:
            self.complete.set()


def test_draining_publishes_each_message_once(ledger: Ledger) -> None:
    ids = [(created(ledger).id,) for _ in range(3)]
    broker = Broker()
    relay = Relay(ledger.tasks, broker)
    assert relay.drain() == 3
    assert relay.drain() == 0
    assert broker.published == ids
    assert drain(ledger) == []


def test_messages_wait_while_the_broker_is_down(ledger: Ledger) -> None:
    job = created(ledger)
    broker = Broker()
    relay = Relay(ledger.tasks, broker)
    broker.up = False
    assert relay.drain() == 0
    broker.up = True
    assert relay.drain() == 1
    assert broker.published == [(job.id,)]


def test_the_thread_publishes_what_others_commit(ledger: Ledger) -> None:
    broker = Broker(expected=2)
    relay = Relay(ledger.tasks, broker)
    relay.start()
    created(ledger)
    relay.wake()
    created(ledger)  # nobody wakes the relay for this one
    assert broker.complete.wait(PATIENCE_S)
    relay.stop()


def test_the_thread_outlives_a_broker_that_goes_and_comes_back(ledger: Ledger) -> None:
    broker = Broker()
    broker.up = False
    relay = Relay(ledger.tasks, broker)
    relay.start()
    job = created(ledger)
    relay.wake()
    assert broker.refused.wait(PATIENCE_S)
    broker.up = True
    assert broker.complete.wait(PATIENCE_S)
    relay.stop()
    assert broker.published == [(job.id,)]


def test_a_relay_without_capacity_rests_even_when_woken(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "PAUSE_S", LONG_S)
    asked = SimpleQueue[Topic]()

    def no_room(topic: Topic) -> int:
        asked.put(topic)
        return 0

    relay = Relay(ledger.tasks, Broker(), no_room, idle_s=LONG_S)
    created(ledger)
    relay.wake()
    relay.start()
    assert asked.get(timeout=PATIENCE_S) == "open_job"
    relay.wake()
    with pytest.raises(Empty):
        asked.get(timeout=2 * relay_module.POLL_S)
    relay.stop()


def test_a_relay_that_polls_does_not_rest_when_it_finds_nothing(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "PAUSE_S", LONG_S)
    monkeypatch.setattr(relay_module, "POLL_S", 0.01)
    broker = Broker()
    relay = Relay(ledger.tasks, broker, idle_s=LONG_S)
    relay.start()
    time.sleep(0.2)  # it looks some times by itself
    job = created(ledger)
    relay.wake()
    assert broker.complete.wait(PATIENCE_S)
    relay.stop()
    assert broker.published == [(job.id,)]


def dispatched(ledger: Ledger) -> Sequence[Message]:
    """A step that is marked as dispatched, whose message was not published."""
    created(ledger)
    return ledger.tasks.take(1)


def test_a_message_that_is_due_is_published_while_the_relay_rests(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "PAUSE_S", LONG_S)
    looked = threading.Event()

    def no_room(_topic: Topic) -> int:
        looked.set()
        return 0

    messages = dispatched(ledger)
    created(ledger)
    broker = Broker()
    relay = Relay(ledger.tasks, broker, no_room, opening=lambda: 2, idle_s=LONG_S)
    assert relay.readers() == 0  # until the broker is known to answer
    relay.wake()
    relay.start()
    assert looked.wait(PATIENCE_S)
    relay.dispatch(messages)
    assert broker.complete.wait(PATIENCE_S)
    relay.stop()
    assert broker.published == [messages[0].args]


def test_a_message_that_is_due_and_cannot_be_published_makes_its_step_ready(
    ledger: Ledger,
) -> None:
    messages = dispatched(ledger)
    broker = Broker()
    relay = Relay(ledger.tasks, broker, opening=lambda: 2)
    relay.drain()
    assert relay.readers() == 2
    broker.up = False
    relay.dispatch(messages)
    relay.start()
    assert broker.refused.wait(PATIENCE_S)
    relay.stop()
    assert drain(ledger) == [messages[0].args]


def test_the_thread_outlives_what_nobody_foresaw(ledger: Ledger) -> None:
    class Broken(Broker):
        def publish(self, messages: Sequence[Message]) -> None:
            if messages and not self.refused.is_set():
                self.refused.set()
                raise TypeError("not a message")
            super().publish(messages)

    broker = Broken()
    relay = Relay(ledger.tasks, broker)
    created(ledger)
    relay.start()
    assert broker.refused.wait(PATIENCE_S)
    other = created(ledger)  # the first one is held for a while: it may have been published
    relay.wake()
    assert broker.complete.wait(PATIENCE_S)
    relay.stop()
    assert broker.published == [(other.id,)]
    assert relay.thread.failures == 1
    assert "TypeError" in relay.thread.fault
