"""Receivers of webhooks that fail half the time, or are dead."""

from collections.abc import Iterator, Sequence
from random import Random

import pytest
from standardwebhooks import Webhook

from jobs.delivery import Delivery, Which
from jobs.states import DeliveryState
from tests.chaos.books import await_all_ended, judge, told_about
from tests.chaos.fleet import Fleet
from tests.chaos.load import Load
from tests.chaos.pages import coloured
from tests.chaos.report import Note, Scale
from tests.doubles import WHITE
from tests.support.receiver import Reply, receiver
from tests.support.workplace import PLAIN, TENANT, Workplace, await_true

pytestmark = pytest.mark.timeout(900)
WAITS = 0.0001  # of the schedule: its ten attempts take seconds, not days
FIVE_DAYS_S = 5 * 24 * 3600


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A service whose schedule is short and whose clock a test sets ahead."""
    folder = tmp_path_factory.mktemp("telling")
    with Workplace(folder, egress_allow=("127.0.0.1",)) as place, Fleet(place) as fleet:
        (folder / "clock").write_text("0")
        place.environment |= {"TEST_WAITS": str(WAITS), "TEST_CLOCK": str(folder / "clock")}
        fleet.add_api()
        fleet.add_workers(readers=1, builder="build_double_engine")
        yield fleet


def pages(fleet: Fleet, total: int) -> Load:
    """Pages that are read at once."""
    return Load(fleet.place.url, fleet.key(), lambda n: coloured(n, WHITE), total, PLAIN)


def is_told(fleet: Fleet, endpoint_id: str, count: int) -> bool:
    """Whether so many deliveries of an endpoint have arrived."""
    return len(deliveries(fleet, endpoint_id, DeliveryState.DELIVERED)) >= count


def deliveries(fleet: Fleet, endpoint_id: str, state: DeliveryState) -> Sequence[Delivery]:
    which = Which(endpoint_id=endpoint_id, states=(state,))
    return fleet.place.ledger.deliveries.list(TENANT, which, limit=500)[0]


def test_a_receiver_that_fails_half_the_time_is_told_of_every_job_once_and_verifiably(
    telling: Fleet, scale: Scale, note: Note
) -> None:
    """Statement 18; the secret is rotated half way, and the old one must verify to the end."""
    place, total = telling.place, scale(16, 300)
    chance = Random(18)
    replies = [Reply(status=chance.choice((200, 500, 503))) for _ in range(20 * total)]
    with receiver(*replies, Reply()) as server:
        endpoint = place.ledger.webhooks.create_endpoint(TENANT, server.url, ["job.*"])
        old = place.ledger.webhooks.secrets(endpoint.id)[0]
        with pages(telling, total) as load:
            await_true(lambda: len(load.accepted) >= total // 2, "half of them")
            place.ledger.webhooks.rotate_secret(TENANT, endpoint.id)
        await_all_ended(place)
        await_true(lambda: is_told(telling, endpoint.id, total), "every delivery", 300)
        calls = list(server.requests)
        place.ledger.webhooks.delete(TENANT, endpoint.id)
    for call in calls:
        Webhook(old).verify(call.body, call.headers)
    books = judge(place, load, calls=calls)
    told = told_about(calls)
    what = f"{len(calls)} calls for {total} events, about two of three refused"
    figures = f"{len(told)} jobs told of; every call verified with the secret before the rotation"
    note(18, "a receiver that fails", what, books, figures, telling)
    assert {each.job_id for each in load.accepted.values()} == set(told)
    assert len(calls) > total
    assert books.are_clean


def test_a_dead_receiver_is_disabled_after_five_days_and_nobody_else_waits_for_it(
    telling: Fleet, scale: Scale, note: Note
) -> None:
    """Statement 19, on a clock that is set ahead; afterwards everything is replayed."""
    place, total = telling.place, scale(12, 100)
    webhooks = place.ledger.webhooks
    with receiver() as gone, receiver() as server:
        live = webhooks.create_endpoint(TENANT, server.url, ["job.*"])
        alone = _slowest_told(telling, live.id, total)
        with receiver() as closed:
            pass
        dead = webhooks.create_endpoint(TENANT, closed.url, ["job.*"])
        beside = _slowest_told(telling, live.id, total)
        (place.folder / "clock").write_text(str(FIVE_DAYS_S + 3600))
        with pages(telling, 1):
            pass
        await_true(lambda: not webhooks.get(TENANT, dead.id).enabled, "it to be disabled")
        why = webhooks.get(TENANT, dead.id).disabled_reason
        webhooks.update(TENANT, dead.id, url=gone.url, enabled=True)
        replayed = place.ledger.deliveries.replay_many(TENANT, Which(endpoint_id=dead.id))
        await_true(lambda: is_told(telling, dead.id, total + 1), "the replay", 300)
        told = told_about(gone.requests)
        for endpoint in (live, dead):
            webhooks.delete(TENANT, endpoint.id)
    figures = (
        f"disabled: {why}; {replayed} replayed, {len(told)} jobs told of; the slowest "
        f"delivery elsewhere {alone:.2f} s before, {beside:.2f} s beside it"
    )
    note(19, "a dead receiver", "refuses every connection", figures=figures)
    assert why
    assert len(told) == total + 1
    assert beside <= 3 * alone + scale(5, 1)


def _slowest_told(fleet: Fleet, endpoint_id: str, total: int) -> float:
    """The longest time from a job's end to its delivery at the living receiver, in seconds."""
    with pages(fleet, total) as load:
        pass
    mine = {each.job_id for each in load.accepted.values()}

    def arrived() -> list[Delivery]:
        found = deliveries(fleet, endpoint_id, DeliveryState.DELIVERED)
        return [each for each in found if each.job_id in mine]

    await_true(lambda: len(arrived()) == total, "the living receiver to be told")
    return max(_took_s(each) for each in arrived())


def _took_s(delivery: Delivery) -> float:
    assert delivery.finished_at is not None
    return (delivery.finished_at - delivery.created_at).total_seconds()
