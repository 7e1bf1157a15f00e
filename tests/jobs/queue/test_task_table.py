from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from jobs.db import tables
from jobs.domain.delivery import DeliveryFilter
from jobs.domain.topics import ROUTES, Topic
from jobs.ledger import Ledger
from jobs.queue.task_rows import add_tasks
from jobs.queue.task_table import LONGEST_BACK_OFF, Message
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

CALLBACK = "https://receiver.example/"


def lose_messages(clock: ManualClock, settings: Settings) -> None:
    clock.advance(seconds=settings.republish_s)


def steps(ledger: Ledger) -> list[tuple[str, str, int]]:
    """Every step of the table."""
    columns = tables.tasks.c
    found = select(columns.kind, columns.subject, columns.number).order_by(columns.id)
    with ledger.database.read() as connection:
        return [tuple(row) for row in connection.execute(found)]  # type: ignore[misc]


def test_messages_come_in_the_order_in_which_their_steps_were_committed(ledger: Ledger) -> None:
    ids = [created(ledger).id for _ in range(3)]
    messages = ledger.tasks.take(10)
    assert [message.args for message in messages] == [(job_id,) for job_id in ids]
    assert {message.topic for message in messages} == {"open_job"}


def test_a_step_is_dispatched_once_and_stays_until_it_is_done(ledger: Ledger) -> None:
    job_id = created(ledger).id
    assert drain(ledger) == [(job_id,)]
    assert drain(ledger) == []
    assert steps(ledger) == [("open_job", job_id, 0)]
    assert ledger.jobs.begin_open(job_id, "opener") is not None
    assert steps(ledger) == [("open_job", job_id, 0)]
    ledger.jobs.opened(job_id, "image/png", [1, 2])
    assert steps(ledger) == [("read_page", job_id, 1), ("read_page", job_id, 2)]
    ledger.pages.succeed(claimed(ledger, job_id, 1), "{}")
    assert steps(ledger) == [("read_page", job_id, 2)]
    ledger.pages.succeed(claimed(ledger, job_id, 2), "{}")
    assert steps(ledger) == [("finish_job", job_id, 0)]
    ledger.finishing.begin(job_id, "finisher")
    assert steps(ledger) == [("finish_job", job_id, 0)]
    ledger.finishing.finish(job_id, "result")
    assert steps(ledger) == []


@pytest.mark.parametrize("end", ["cancel", "fail", "expire"])
def test_a_job_that_ends_early_takes_its_steps_along(
    ledger: Ledger, clock: ManualClock, end: str
) -> None:
    job_id = running(ledger, 3, deadline_s=10)
    claimed(ledger, job_id, 2)
    if end == "cancel":
        ledger.jobs.cancel(TENANT, job_id)
    elif end == "fail":
        ledger.jobs.fail(job_id, ledger.jobs.load(job_id).fault)  # type: ignore[arg-type]
    else:
        clock.advance(seconds=11)
        ledger.jobs.expire_due()
    assert steps(ledger) == []


def test_messages_that_could_not_be_published_are_ready_at_once(ledger: Ledger) -> None:
    created(ledger)
    (message,) = ledger.tasks.take(10)
    ledger.tasks.put_back([message.id])
    assert ledger.tasks.take(10) == [message]


def test_concurrent_relays_share_the_steps(ledger: Ledger) -> None:
    for _ in range(20):
        created(ledger)
    taken = at_once(lambda _: [message.id for message in ledger.tasks.take(5)], 4)
    ids = [message_id for some in taken for message_id in some]
    assert len(ids) == len(set(ids))
    rest = [message.id for message in ledger.tasks.take(100)]
    assert len({*ids, *rest}) == 20


def test_nothing_is_sent_again_before_its_time(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    job_id = created(ledger).id
    drain(ledger)
    clock.advance(seconds=settings.republish_s - 0.001)
    assert ledger.tasks.recover() == 0
    clock.advance(seconds=0.001)
    assert ledger.tasks.recover() == 1
    assert ledger.tasks.recover() == 0
    assert drain(ledger) == [(job_id,)]


def test_everything_that_was_sent_is_sent_again_when_the_broker_lost_it(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    queued = created(ledger).id
    opened = running(ledger, 2)
    read = running(ledger)
    ledger.pages.succeed(claimed(ledger, read), "{}")
    finished(ledger, callback_url=CALLBACK)
    batch, _ = ledger.batches.create(new_batch())
    (delivery,), _ = ledger.deliveries.list(TENANT)
    sent = drain(ledger)
    assert sent == [(batch.id,), (read,), (queued,), (opened, 1), (opened, 2), (delivery.id,)]
    lose_messages(clock, settings)
    assert ledger.tasks.recover() == 6
    assert drain(ledger) == sent


def test_what_a_worker_has_in_hand_or_has_ended_is_not_sent_again(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    ledger.jobs.begin_open(created(ledger).id, "opener")
    page = claimed(ledger, running(ledger))
    ledger.jobs.cancel(TENANT, running(ledger, 3))
    job = finished(ledger, callback_url=CALLBACK)
    (delivery,), _ = ledger.deliveries.list(TENANT, DeliveryFilter(job_id=job.id))
    drain(ledger)
    clock.advance(seconds=settings.lease_s - 1)
    assert ledger.deliveries.begin_attempt(delivery.id) is not None
    assert ledger.pages.renew([page]) == {page: True}
    clock.advance(seconds=2)
    assert ledger.tasks.recover() == 0


def test_lost_messages_keep_their_place_and_put_off_ones_go_behind(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    first = running(ledger, 3)
    sent = [message.args for message in ledger.tasks.take(2)]
    assert sent == [(first, 1), (first, 2)]
    clock.advance(seconds=1)
    document = created(ledger).id
    assert drain(ledger, Topic.OPEN_JOB) == [(document,)]
    lose_messages(clock, settings)
    second, later = running(ledger), created(ledger).id
    assert ledger.tasks.recover() == 4
    clock.advance(seconds=1)
    pages = [(first, 1), (first, 2), (first, 3), (second, 1)]
    # Both documents became ready at the same moment; the row that is older goes first.
    assert drain(ledger) == [(document,), (later,), *pages]


@pytest.mark.parametrize("topic", Topic)
def test_a_step_that_is_not_begun_is_sent_again_after_longer_and_longer_waits_where_it_may_wait(
    ledger: Ledger, clock: ManualClock, settings: Settings, topic: Topic
) -> None:
    with ledger.database.write() as connection:
        add_tasks(connection, topic, [("subject",)], clock(), "turn")
    doublings = LONGEST_BACK_OFF if ROUTES[topic].backs_off else 0
    for attempt in range(LONGEST_BACK_OFF + 2):
        assert len(drain(ledger)) == 1
        wait_s = settings.republish_s * 2 ** min(attempt, doublings)
        clock.advance(seconds=wait_s - 0.001)
        assert ledger.tasks.recover() == 0
        clock.advance(seconds=0.001)
        assert ledger.tasks.recover() == 1


def test_concurrent_reconcilers_recover_once(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    running(ledger, 6)
    drain(ledger)
    lose_messages(clock, settings)
    assert sum(at_once(lambda _: ledger.tasks.recover(), 3)) == 6


def test_a_delivery_that_waits_for_its_retry_is_sent_when_that_is_due(
    ledger: Ledger, clock: ManualClock
) -> None:
    finished(ledger, callback_url=CALLBACK)
    (delivery,), _ = ledger.deliveries.list(TENANT)
    drain(ledger)
    assert ledger.deliveries.begin_attempt(delivery.id) is not None
    clock.advance(minutes=5)
    assert ledger.tasks.recover() == 1
    assert drain(ledger, "deliver") == [(delivery.id,)]


def test_a_step_whose_subject_is_gone_or_has_moved_on_goes_with_the_first_attempt_at_it(
    ledger: Ledger, clock: ManualClock
) -> None:
    done = finished(ledger)
    begins = {
        Topic.PROCESS_BATCH: lambda subject: ledger.batches.begin(subject, "w"),
        Topic.FINISH_JOB: lambda subject: ledger.finishing.begin(subject, "w"),
        Topic.OPEN_JOB: lambda subject: ledger.jobs.begin_open(subject, "w"),
        Topic.READ_PAGE: lambda subject: ledger.pages.claim(subject, 1, "w"),
        Topic.DELIVER: ledger.deliveries.begin_attempt,
    }
    for topic, begin in begins.items():
        number = (1,) if topic == Topic.READ_PAGE else ()
        for subject in ("gone", done.id):
            with ledger.database.write() as connection:
                add_tasks(connection, topic, [(subject, *number)], clock(), "turn")
            assert begin(subject) is None
            assert steps(ledger) == []


def test_a_step_that_another_worker_has_begun_stays(ledger: Ledger) -> None:
    document, page, last = created(ledger).id, running(ledger), running(ledger)
    ledger.pages.succeed(claimed(ledger, last), "{}")
    batch, _ = ledger.batches.create(new_batch(documents=1))
    job = finished(ledger, callback_url=CALLBACK)
    (delivery,), _ = ledger.deliveries.list(TENANT, DeliveryFilter(job_id=job.id))
    for begins in (True, False):
        begun = (
            ledger.jobs.begin_open(document, "w"),
            ledger.pages.claim(page, 1, "w"),
            ledger.finishing.begin(last, "w"),
            ledger.batches.begin(batch.id, "w"),
            ledger.deliveries.begin_attempt(delivery.id),
        )
        assert [each is not None for each in begun] == [begins] * 5
    assert len(steps(ledger)) == 5


def test_deliveries_of_endpoints_that_are_disabled_or_deleted_take_their_steps_along(
    ledger: Ledger,
) -> None:
    disabled = ledger.endpoints.create(TENANT, CALLBACK)
    deleted = ledger.endpoints.create(TENANT, CALLBACK + "2")
    finished(ledger)
    assert [kind for kind, _, _ in steps(ledger)] == ["deliver"] * 2
    ledger.endpoints.update(TENANT, disabled.id, enabled=False)
    assert len(steps(ledger)) == 1
    ledger.endpoints.delete(TENANT, deleted.id)
    for message in ledger.tasks.take(10):
        assert ledger.deliveries.begin_attempt(message.args[0]) is None
    assert steps(ledger) == []


def test_the_relay_is_woken_after_each_commit_of_steps_and_by_nothing_else(
    ledger: Ledger, clock: ManualClock
) -> None:
    seen: list[Message] = []

    def look() -> None:
        seen.extend(ledger.tasks.take(10))

    ledger.on_enqueued(look)
    job = created(ledger)
    assert [message.args for message in seen] == [(job.id,)]  # committed, and readable by others
    with suppress(LookupError), ledger.database.write() as connection:
        add_tasks(connection, Topic.OPEN_JOB, [("another",)], clock(), TENANT)
        raise LookupError
    ledger.workers.forget("none")  # writes, on the connection of the transaction before
    assert len(seen) == 1


def test_a_release_before_the_table_may_write_jobs_beside_this_one(
    ledger: Ledger, clock: ManualClock
) -> None:
    """What it leaves is found from the states of the rows, and its messages are cleared away."""
    subjects = {created(ledger).id, running(ledger, 2), running(ledger)}
    batch, _ = ledger.batches.create(new_batch(documents=1))
    finished(ledger, callback_url=CALLBACK)
    held = claimed(ledger, running(ledger), 1)
    expected = sorted(steps(ledger))
    message = {"topic": "read_page", "subject": "x", "number": 1, "tenant": "a", "rank": 2}
    with ledger.database.write() as connection:
        connection.execute(tables.tasks.delete())
        connection.execute(tables.outbox.insert(), message)
    assert ledger.tasks.must_adopt()
    assert ledger.tasks.adopt() == len(expected)
    assert sorted(steps(ledger)) == expected
    assert (ledger.tasks.must_adopt(), ledger.tasks.adopt()) == (False, 0)
    ready = {args[0] for args in drain(ledger)}
    assert {*subjects, batch.id} <= ready
    assert held.job_id not in ready
    clock.now = held.lease_until + timedelta(seconds=1)
    ledger.tasks.recover()
    assert (held.job_id, 1) in drain(ledger, "read_page")


def test_every_topic_has_a_queue() -> None:
    assert set(ROUTES) == set(Topic)
