"""One tenant's many do not hold up another's one: real ledgers, a real broker, a worker by hand."""

import json
from base64 import b64decode
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from jobs.broker.celery_publisher import Publisher
from jobs.domain.ids import new_id
from jobs.domain.job import NewJob, Priority
from jobs.domain.topics import Topic
from jobs.ledger import Ledger
from jobs.queue.fair_queue import FairQueue
from jobs.queue.publish_window import AHEAD, LEAST_PAGES, Readers, Window
from jobs.queue.relay import Relay
from jobs.settings import Settings
from tests.support.ledgers import claimed, created, drain, running
from tests.support.redis import RedisServer

BUSY, OTHER = "tenant-busy", "tenant-other"
MANY = 300
THREADS = 2


class Worker:
    """Does what workers do, one message after the other, and keeps in which order."""

    def __init__(self, ledger: Ledger, redis: RedisServer, publisher: Publisher) -> None:
        self._ledger = ledger
        self._redis = redis
        self._window = Window(publisher.depth, lambda: Readers(THREADS))
        self._relay = Relay(ledger.tasks, publisher, self._window.capacity)
        self.read: list[str] = []

    def opens(self) -> int:
        self._relay.drain()
        rows = self._take("documents")
        for (job_id,) in rows:
            assert self._ledger.jobs.begin_open(job_id, "opener") is not None
            self._ledger.jobs.opened(job_id, "image/png", [1])
        return len(rows)

    def reads(self) -> bool:
        self._relay.drain()
        rows = self._take("pages")
        for job_id, number in rows:
            self._ledger.pages.succeed(claimed(self._ledger, job_id, number), "{}")
            self.read.append(job_id)
        return bool(rows)

    def _take(self, queue: str) -> Sequence[Any]:
        """The rows that the queue's next message names."""
        with self._redis.client() as client:
            raw = client.rpop(queue)
        if raw is None:
            return []
        message = json.loads(raw)  # type: ignore[arg-type]
        rows: Sequence[Any] = json.loads(b64decode(message["body"]))[0]
        return rows


@pytest.fixture
def publisher(redis: RedisServer, settings: Settings) -> Iterator[Publisher]:
    publisher = Publisher(settings.model_copy(update={"broker_url": redis.url}))
    yield publisher
    publisher.close()


@pytest.fixture
def worker(ledger: Ledger, redis: RedisServer, publisher: Publisher) -> Worker:
    return Worker(ledger, redis, publisher)


def queued(ledger: Ledger, count: int, tenant: str, **values: Any) -> list[str]:
    news = [NewJob(new_id("job"), tenant, {}, **values) for _ in range(count)]
    ledger.jobs.create_many(news)
    return [new.id for new in news]


def test_a_page_is_read_within_a_few_pages_while_another_tenants_batch_waits(
    ledger: Ledger, worker: Worker, publisher: Publisher
) -> None:
    queued(ledger, MANY, BUSY, priority=Priority.BATCH)
    while worker.opens():
        pass
    for _ in range(20):
        assert worker.reads()
    assert publisher.depth("read_page") <= 2 * THREADS
    (single,) = queued(ledger, 1, OTHER)
    before = len(worker.read)
    while single not in worker.read:
        worker.opens()
        assert worker.reads()
    # What stood in the broker already, and then it is the other's turn.
    assert len(worker.read) - before <= 2 * THREADS + 1


def test_a_document_is_opened_while_another_tenants_batch_waits_to_be(
    ledger: Ledger, worker: Worker
) -> None:
    queued(ledger, MANY, BUSY, priority=Priority.BATCH)
    opened = worker.opens()
    (single,) = queued(ledger, 1, OTHER)
    while ledger.jobs.load(single).pages_total is None:
        more = worker.opens()
        assert more
        opened += more
    assert opened <= 2 * AHEAD


def test_tenants_with_many_pages_share_and_none_starves(ledger: Ledger, worker: Worker) -> None:
    tenants = {job: name for name in ("a", "b", "c") for job in queued(ledger, 40, name)}
    while worker.opens():
        pass
    for _ in range(60):
        assert worker.reads()
    shares = [list(map(tenants.__getitem__, worker.read)).count(name) for name in "abc"]
    assert max(shares) - min(shares) <= LEAST_PAGES
    while worker.reads():
        pass
    assert len(worker.read) == 120


def test_a_weight_gives_a_tenant_more_turns() -> None:
    waiting = {"a": ["a"] * 100, "b": ["b"] * 100}
    taken = FairQueue({"b": 3.0}).take(waiting, 40)
    assert (taken.count("a"), taken.count("b")) == (10, 30)


def test_turns_continue_where_they_ended_and_cannot_be_saved_up() -> None:
    turns = FairQueue({})
    assert turns.take({"a": [1] * 9}, 5) == [1] * 5
    assert turns.nearest(["a", "b"], 1) == ["b"]
    taken = turns.take({"a": ["a"] * 9, "b": ["b"] * 9}, 6)
    assert (taken[0], taken.count("b")) == ("b", 3)
    assert turns.take({}, 5) == []
    assert turns.take({"a": ["a"], "b": []}, 5) == ["a"]


def test_within_a_tenant_started_work_goes_first_then_the_urgent(
    ledger: Ledger,
) -> None:
    slow = running(ledger, priority=Priority.BATCH)
    usual = running(ledger)
    urgent = running(ledger, priority=Priority.INTERACTIVE)
    given_back = running(ledger, priority=Priority.BATCH)
    ledger.pages.release(claimed(ledger, given_back))
    order = [job_id for job_id, _ in drain(ledger, "read_page")]
    assert order == [given_back, urgent, usual, slow]


def test_capacity_is_asked_only_for_topics_that_wait_and_respected(ledger: Ledger) -> None:
    for _ in range(6):
        created(ledger)
    asked: list[Topic] = []

    def room(topic: Topic) -> int:
        asked.append(topic)
        return 4

    assert len(ledger.tasks.take(10, room)) == 4
    assert set(asked) == {"open_job"}
    assert ledger.tasks.take(10, lambda _: -3) == []
    assert len(ledger.tasks.take(10, lambda _: 1)) == 1


def test_a_lost_message_is_sent_again_though_thousands_wait_unpublished(
    ledger: Ledger, clock: Any, settings: Settings
) -> None:
    ids = queued(ledger, 50, BUSY)
    assert len(ledger.tasks.take(1, lambda _: 1)) == 1
    clock.advance(seconds=settings.republish_s)
    assert ledger.tasks.recover() == 1
    assert sorted(drain(ledger)) == sorted((job_id,) for job_id in ids)
