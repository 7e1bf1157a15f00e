from contextlib import suppress

from jobs.domain.delivery import DeliveryFilter
from jobs.domain.topics import ROUTES, Topic
from jobs.ledger import Ledger
from jobs.queue.enqueue import enqueue
from jobs.queue.redelivery import waits
from jobs.settings import Settings
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledgers import (
    TENANT,
    at_once,
    claimed,
    created,
    drain,
    finished,
    new_batch,
    running,
)


def empty_broker(topic: Topic) -> int:
    return 0


def lapse_wait(clock: ManualClock, settings: Settings) -> None:
    clock.advance(seconds=settings.republish_s)


def test_messages_come_in_the_order_they_were_committed(ledger: Ledger) -> None:
    ids = [created(ledger).id for _ in range(3)]
    messages = ledger.outbox.take(10, hold_s=10)
    assert [message.args for message in messages] == [(job_id,) for job_id in ids]
    assert {message.topic for message in messages} == {"open_job"}


def test_a_held_message_is_not_given_to_another(ledger: Ledger, clock: ManualClock) -> None:
    created(ledger)
    (message,) = ledger.outbox.take(10, hold_s=10)
    assert ledger.outbox.take(10, hold_s=10) == []
    clock.advance(seconds=10)
    assert ledger.outbox.take(10, hold_s=10) == [message]


def test_a_message_that_was_put_back_is_available_at_once(ledger: Ledger) -> None:
    created(ledger)
    (message,) = ledger.outbox.take(10, hold_s=10)
    ledger.outbox.put_back([message.id])
    assert ledger.outbox.take(10, hold_s=10) == [message]


def test_a_published_message_is_forgotten(ledger: Ledger, clock: ManualClock) -> None:
    created(ledger)
    kept = created(ledger).id
    (message,) = ledger.outbox.take(1, hold_s=10)
    ledger.outbox.done([message.id])
    clock.advance(seconds=10)
    assert drain(ledger) == [(kept,)]


def test_concurrent_relays_share_the_messages(ledger: Ledger) -> None:
    for _ in range(20):
        created(ledger)
    taken = at_once(lambda _: [message.id for message in ledger.outbox.take(5, 60)], 4)
    ids = [message_id for some in taken for message_id in some]
    assert len(ids) == len(set(ids))
    rest = [message.id for message in ledger.outbox.take(100, 60)]
    assert len({*ids, *rest}) == 20


def test_nothing_is_sent_again_before_its_time(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    created(ledger)
    drain(ledger)
    clock.advance(seconds=settings.republish_s - 0.001)
    assert ledger.outbox.requeue_lapsed(empty_broker) == 0
    clock.advance(seconds=0.001)
    assert ledger.outbox.requeue_lapsed(empty_broker) == 1
    assert ledger.outbox.requeue_lapsed(empty_broker) == 0


def test_everything_that_waits_is_sent_again_when_the_broker_lost_it(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    queued = created(ledger).id
    opened = running(ledger, 2)
    read = running(ledger)
    ledger.pages.succeed(claimed(ledger, read), "{}")
    finished(ledger, callback_url="https://receiver.example/")
    drain(ledger)
    (delivery,), _ = ledger.deliveries.list(TENANT)
    lapse_wait(clock, settings)
    assert ledger.outbox.requeue_lapsed(empty_broker) == 5
    assert drain(ledger) == [(read,), (queued,), (opened, 1), (opened, 2), (delivery.id,)]


def test_what_a_worker_has_in_hand_or_has_ended_is_not_sent_again(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    ledger.jobs.begin_open(created(ledger).id, "opener")
    claimed(ledger, running(ledger))
    ledger.jobs.cancel(TENANT, running(ledger, 3))
    job = finished(ledger, callback_url="https://receiver.example/")
    (delivery,), _ = ledger.deliveries.list(TENANT, DeliveryFilter(job_id=job.id))
    drain(ledger)
    lapse_wait(clock, settings)
    assert ledger.deliveries.begin_attempt(delivery.id) is not None
    assert ledger.outbox.requeue_lapsed(empty_broker) == 0


def test_what_the_broker_still_holds_is_not_doubled(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    job_id = running(ledger, 10)
    drain(ledger)
    lapse_wait(clock, settings)
    held: dict[Topic, int] = {"read_page": 10}
    assert ledger.outbox.requeue_lapsed(lambda topic: held.get(topic, 0)) == 0
    held["read_page"] = 7
    assert ledger.outbox.requeue_lapsed(lambda topic: held.get(topic, 0)) == 3
    assert drain(ledger) == [(job_id, 1), (job_id, 2), (job_id, 3)]
    held["read_page"] = 11
    lapse_wait(clock, settings)
    assert ledger.outbox.requeue_lapsed(lambda topic: held.get(topic, 0)) == 0


def test_what_the_outbox_still_holds_is_not_doubled(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    running(ledger, 4)
    lapse_wait(clock, settings)
    assert ledger.outbox.requeue_lapsed(empty_broker) == 0


def test_topics_that_share_a_queue_share_its_depth(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    read = running(ledger)
    ledger.pages.succeed(claimed(ledger, read), "{}")
    ledger.batches.create(new_batch())
    drain(ledger)
    lapse_wait(clock, settings)
    depth = dict.fromkeys(Topic, 0) | {"tend_batch": 2, "finish_job": 2}
    assert ledger.outbox.requeue_lapsed(lambda topic: depth[topic]) == 0
    depth |= {"tend_batch": 1, "finish_job": 1}
    assert ledger.outbox.requeue_lapsed(lambda topic: depth[topic]) == 1


def test_a_message_in_the_broker_may_name_many_documents(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    for _ in range(ROUTES["open_job"].rows_per_message + 1):
        created(ledger)
    drain(ledger)
    lapse_wait(clock, settings)
    depth = dict.fromkeys(Topic, 0)
    assert ledger.outbox.requeue_lapsed(lambda topic: (depth | {"open_job": 2})[topic]) == 0
    assert ledger.outbox.requeue_lapsed(lambda topic: (depth | {"open_job": 1})[topic]) == 1


def test_concurrent_reconcilers_send_once(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    running(ledger, 6)
    drain(ledger)
    lapse_wait(clock, settings)
    assert sum(at_once(lambda _: ledger.outbox.requeue_lapsed(empty_broker), 3)) == 6


def test_a_delivery_that_waits_for_its_retry_is_sent_when_that_is_due(
    ledger: Ledger, clock: ManualClock
) -> None:
    finished(ledger, callback_url="https://receiver.example/")
    (delivery,), _ = ledger.deliveries.list(TENANT)
    drain(ledger)
    assert ledger.deliveries.begin_attempt(delivery.id) is not None
    clock.advance(minutes=5)
    assert ledger.outbox.requeue_lapsed(empty_broker) == 1
    assert drain(ledger, "deliver") == [(delivery.id,)]


def test_the_relay_is_woken_after_each_commit_of_messages_and_by_nothing_else(
    ledger: Ledger,
) -> None:
    seen: list[int] = []

    def look() -> None:
        seen.append(len(ledger.outbox.take(10, hold_s=0)))

    ledger.on_enqueued(look)
    job = created(ledger)
    assert seen == [1]  # committed, and readable by others
    with suppress(LookupError), ledger.database.write() as connection:
        enqueue(connection, Topic.OPEN_JOB, [(job.id,)])
        raise LookupError
    ledger.workers.forget("none")  # writes, on the connection of the transaction before
    assert seen == [1]


def test_every_topic_has_a_queue_and_rows_that_wait_for_it(clock: ManualClock) -> None:
    assert set(ROUTES) == set(Topic)
    assert [waits(topic, clock()).topic for topic in Topic] == list(Topic)
