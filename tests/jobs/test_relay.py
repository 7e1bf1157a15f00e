import threading
from collections.abc import Sequence
from typing import Any

from jobs.errors import BrokerDown
from jobs.ledger import Ledger
from jobs.outbox import Message
from jobs.relay import Relay
from tests.support.ledgers import created, drain

PATIENCE_S = 10


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
    relay = Relay(ledger.outbox, broker)
    assert relay.drain() == 3
    assert relay.drain() == 0
    assert broker.published == ids
    assert drain(ledger) == []


def test_messages_wait_while_the_broker_is_down(ledger: Ledger) -> None:
    job = created(ledger)
    broker = Broker()
    relay = Relay(ledger.outbox, broker)
    broker.up = False
    assert relay.drain() == 0
    broker.up = True
    assert relay.drain() == 1
    assert broker.published == [(job.id,)]


def test_the_thread_publishes_what_others_commit(ledger: Ledger) -> None:
    broker = Broker(expected=2)
    relay = Relay(ledger.outbox, broker)
    relay.start()
    created(ledger)
    relay.wake()
    created(ledger)  # nobody wakes the relay for this one
    assert broker.complete.wait(PATIENCE_S)
    relay.stop()


def test_the_thread_outlives_a_broker_that_goes_and_comes_back(ledger: Ledger) -> None:
    broker = Broker()
    broker.up = False
    relay = Relay(ledger.outbox, broker)
    relay.start()
    job = created(ledger)
    relay.wake()
    assert broker.refused.wait(PATIENCE_S)
    broker.up = True
    assert broker.complete.wait(PATIENCE_S)
    relay.stop()
    assert broker.published == [(job.id,)]
