"""Receivers of webhooks that fail half the time, or are dead."""

import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest
from sqlalchemy import func, select
from standardwebhooks import Webhook

from jobs.db import tables
from jobs.domain.delivery import Delivery, DeliveryFilter
from jobs.domain.states import DeliveryState
from tests.chaos.books import await_all_ended, judge, told_about
from tests.chaos.fleet import Fleet
from tests.chaos.load import Load
from tests.chaos.pages import coloured
from tests.chaos.report import Note, Scale
from tests.doubles import WHITE
from tests.support.receiver import Reply, receiver
from tests.support.workplace import PLAIN, TENANT, Workplace, await_true

pytestmark = pytest.mark.timeout(900)
WAITS = 0.00002  # of the schedule: its ten attempts take seconds, not days
HANGS_S = 3.0  # a receiver is given so long; longer than what a lane calls slow
FIVE_DAYS_S = 5 * 24 * 3600
CLOSED, SILENT = "refuses every connection", "takes every call and never answers"
# One that hangs is worse for its neighbours, and takes minutes to fail as often as it must.
DEAD = (CLOSED, SILENT) if os.environ.get("CHAOS") == "full" else (CLOSED,)


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A service whose schedule is short and whose clock a test sets ahead."""
    folder = tmp_path_factory.mktemp("telling")
    # What hangs is not announced again each second, as the quick settings of tests would have it.
    settings = {"webhook_timeout_s": HANGS_S, "republish_s": 30, "egress_allow": ("127.0.0.1",)}
    with (
        Workplace(folder, **settings) as place,
        Fleet(place) as fleet,
    ):
        (folder / "clock").write_text("0")
        place.environment |= {"TEST_WAITS": str(WAITS), "TEST_CLOCK": str(folder / "clock")}
        fleet.add_api()
        fleet.add_workers(readers=1, builder="build_double_engine")
        yield fleet


def pages(fleet: Fleet, total: int) -> Load:
    """Pages that are read at once."""
    return Load(fleet.place.url, fleet.key(), lambda n: coloured(n, WHITE), total, PLAIN)


def count(fleet: Fleet, endpoint_id: str, state: DeliveryState) -> int:
    """How many of an endpoint's deliveries are in this state."""
    table = tables.deliveries
    mine = (table.c.endpoint_id == endpoint_id) & (table.c.state == state)
    with fleet.place.ledger.database.read() as connection:
        counted = select(func.count()).select_from(table).where(mine)
        return connection.execute(counted).scalar_one()


def await_told(fleet: Fleet, endpoint_id: str, total: int) -> int:
    """Wait until all deliveries have arrived; return how many had to be replayed for that.

    A message that is refused as often as the schedule tries it has failed, and its owner has it
    sent again: by a fair coin one in a thousand, one in 58 where two of three calls are refused.
    """
    replayed = 0
    given_up = DeliveryFilter(endpoint_id=endpoint_id, states=(DeliveryState.FAILED,))
    while count(fleet, endpoint_id, DeliveryState.DELIVERED) < total:
        await_true(
            lambda: not count(fleet, endpoint_id, DeliveryState.PENDING),
            lambda: f"every delivery to end\n{fleet.place.log('control')[-3000:]}",
            300,
        )
        replayed += fleet.place.ledger.deliveries.replay_many(TENANT, given_up)
    return replayed


def test_a_receiver_that_fails_half_the_time_is_told_of_every_job_once_and_verifiably(
    telling: Fleet, scale: Scale, note: Note
) -> None:
    """Statement 18; the secret is rotated half way, and the old one must verify to the end."""
    place, total = telling.place, scale(16, 300)
    chance = Random(18)
    replies = [Reply(status=chance.choice((200, 500, 503))) for _ in range(20 * total)]
    with receiver(*replies, Reply()) as server:
        endpoint = place.ledger.endpoints.create(TENANT, server.url, ["job.*"])
        old = place.ledger.endpoints.secrets(endpoint.id)[0]
        with pages(telling, total) as load:
            await_true(lambda: len(load.accepted) >= total // 2, "half of them", 300)
            place.ledger.endpoints.rotate_secret(TENANT, endpoint.id)
        await_all_ended(place, 300)
        ended_at = time.time()
        replayed = await_told(telling, endpoint.id, total)
        took_s = time.time() - ended_at
        calls = list(server.requests)
        place.ledger.endpoints.delete(TENANT, endpoint.id)
    for call in calls:
        Webhook(old).verify(call.body, call.headers)
    books = judge(place, load, calls=calls)
    told = told_about(calls)
    what = f"{len(calls)} calls for {total} events, about two of three refused"
    figures = (
        f"{len(told)} jobs told of, {replayed} of them by a replay after ten refusals, the last "
        f"{took_s:.1f} s after the last job's end; every call verified with the secret before "
        "the rotation"
    )
    note(18, "a receiver that fails", what, books, figures, telling)
    assert {each.job_id for each in load.accepted.values()} == set(told)
    assert len(calls) > total
    assert books.are_clean


@pytest.mark.parametrize("way", DEAD)
def test_a_dead_receiver_is_disabled_after_five_days_and_nobody_else_waits_for_it(
    telling: Fleet, scale: Scale, note: Note, way: str
) -> None:
    """Statement 19, on a clock that is set ahead; afterwards everything is replayed."""
    place, total = telling.place, scale(12, 100)
    webhooks = place.ledger.endpoints
    with receiver() as mended, receiver() as server, dead_receiver(way) as url:
        live = webhooks.create(TENANT, server.url, ["job.*"])
        alone = _slow_told(telling, live.id, total)
        dead = webhooks.create(TENANT, url, ["job.*"])
        beside = _slow_told(telling, live.id, total)
        _let_days_pass(telling)
        with pages(telling, 1):
            pass
        await_true(lambda: not webhooks.get(TENANT, dead.id).enabled, "it to be disabled", 120)
        why = webhooks.get(TENANT, dead.id).disabled_reason
        webhooks.update(TENANT, dead.id, url=mended.url, enabled=True)
        replayed = await_told(telling, dead.id, total)
        told = told_about(mended.requests)
        for endpoint in (live, dead):
            webhooks.delete(TENANT, endpoint.id)
    figures = (
        f"disabled: {why}; {replayed} replayed, {len(told)} jobs told of; 99 of 100 deliveries "
        f"elsewhere within {alone:.2f} s before, {beside:.2f} s beside it"
    )
    note(19, f"a dead receiver that {way}", f"{len(told)} events", figures=figures)
    assert why
    assert len(told) >= total
    assert beside <= 3 * alone + scale.within(5)  # behind one that hangs it would be minutes


@contextmanager
def dead_receiver(way: str) -> Iterator[str]:
    """The address of one that is dead in this way."""
    go_on = threading.Event()
    with receiver(Reply(before=lambda: go_on.wait(600))) as silent:
        if way == SILENT:
            yield silent.url
        go_on.set()
    if way == CLOSED:
        yield silent.url


def _let_days_pass(fleet: Fleet) -> None:
    clock = fleet.place.folder / "clock"
    clock.write_text(str(float(clock.read_text()) + FIVE_DAYS_S + 3600))


def _slow_told(fleet: Fleet, endpoint_id: str, total: int) -> float:
    """Within what time 99 of 100 ends of jobs are told to the living receiver, in seconds."""
    with pages(fleet, total) as load:
        pass
    mine = {each.job_id for each in load.accepted.values()}

    def arrived() -> list[Delivery]:
        which = DeliveryFilter(endpoint_id=endpoint_id, states=(DeliveryState.DELIVERED,))
        found = fleet.place.ledger.deliveries.list(TENANT, which, limit=500)[0]
        return [each for each in found if each.job_id in mine]

    await_true(lambda: len(arrived()) == total, "the living receiver to be told", 300)
    return sorted(map(_took_s, arrived()))[math.ceil(0.99 * total) - 1]


def _took_s(delivery: Delivery) -> float:
    assert delivery.finished_at is not None
    return (delivery.finished_at - delivery.created_at).total_seconds()
