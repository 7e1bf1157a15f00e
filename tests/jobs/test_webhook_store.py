import json
from datetime import datetime
from typing import Any

import pytest

from jobs.delivery import Attempt, Delivery
from jobs.errors import NotFound
from jobs.job import Fault
from jobs.ledger import Ledger
from jobs.states import DeliveryState
from tests.jobs.conftest import ManualClock
from tests.support.ledgers import TENANT, at_once, created, drain, finished, running

URL = "https://receiver.example/hook"


def delivered_to(ledger: Ledger, **wanted: Any) -> list[Delivery]:
    return list(ledger.webhooks.deliveries(TENANT, **wanted)[0])


def attempted(
    ledger: Ledger,
    clock: ManualClock,
    delivery_id: str,
    status: int | None,
    retry_at: datetime | None = None,
) -> Delivery:
    """Begin an attempt and record how it ended."""
    begun = ledger.webhooks.begin_attempt(delivery_id)
    assert begun is not None
    error = None if status else "connection refused"
    attempt = Attempt(delivery_id, begun[0].attempts, clock(), 12.5, status, error, "body")
    return ledger.webhooks.record(begun[0], attempt, retry_at=retry_at)


def test_an_endpoint_is_read_back_by_its_tenant_only(ledger: Ledger) -> None:
    endpoint = ledger.webhooks.create_endpoint(TENANT, URL, ["job.succeeded"])
    assert ledger.webhooks.get(TENANT, endpoint.id) == endpoint
    assert ledger.webhooks.list(TENANT) == [endpoint]
    assert ledger.webhooks.list("tenant-b") == []
    for refused in (ledger.webhooks.get, ledger.webhooks.delete, ledger.webhooks.rotate_secret):
        with pytest.raises(NotFound):
            refused("tenant-b", endpoint.id)
    with pytest.raises(NotFound):
        ledger.webhooks.update("tenant-b", endpoint.id, enabled=False)


def test_an_event_there_is_not_is_refused(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match=r"job\.exploded"):
        ledger.webhooks.create_endpoint(TENANT, URL, ["job.exploded"])


def test_the_end_of_a_job_is_told_to_those_who_asked(ledger: Ledger) -> None:
    asked = ledger.webhooks.create_endpoint(TENANT, URL, ["job.succeeded"])
    ledger.webhooks.create_endpoint(TENANT, URL, ["job.failed"])
    ledger.webhooks.create_endpoint("tenant-b", URL, ["job.succeeded"])
    off = ledger.webhooks.create_endpoint(TENANT, URL, ["job.succeeded"])
    ledger.webhooks.update(TENANT, off.id, enabled=False)
    drain(ledger)
    job = finished(ledger, metadata={"order": 7})
    (delivery,) = delivered_to(ledger)
    assert (delivery.endpoint_id, delivery.job_id) == (asked.id, job.id)
    assert (delivery.state, delivery.event) == (DeliveryState.PENDING, "job.succeeded")
    assert drain(ledger, "deliver") == [(delivery.id,)]
    payload = json.loads(delivery.payload)
    assert payload["type"] == "job.succeeded"
    assert datetime.fromisoformat(payload["timestamp"]) == job.finished_at
    assert payload["data"] == {
        "job_id": job.id,
        "state": "succeeded",
        "pages_total": 1,
        "pages_succeeded": 1,
        "pages_failed": 0,
        "fault": None,
        "metadata": {"order": 7},
        "result_path": f"/v1/jobs/{job.id}/result",
    }


def test_a_callback_is_told_of_every_end_and_signed_by_the_tenants_own_endpoint(
    ledger: Ledger, clock: ManualClock
) -> None:
    finished(ledger, callback_url=URL)
    ledger.jobs.cancel(TENANT, running(ledger, callback_url=URL))
    fault = Fault("encrypted", "The PDF needs a password.", "caller")
    ledger.jobs.fail(created(ledger, callback_url=URL).id, fault)
    created(ledger, callback_url=URL, deadline_s=1)
    clock.advance(seconds=1)
    ledger.jobs.expire_due()
    deliveries = delivered_to(ledger)
    assert {delivery.event for delivery in deliveries} == {
        "job.succeeded",
        "job.cancelled",
        "job.failed",
        "job.expired",
    }
    signing = ledger.webhooks.callback_endpoint(TENANT)
    assert {delivery.endpoint_id for delivery in deliveries} == {signing.id}
    assert signing.url is None
    failed = next(each for each in deliveries if each.event == "job.failed")
    assert json.loads(failed.payload)["data"]["fault"]["code"] == "encrypted"


def test_the_callback_endpoint_is_made_once(ledger: Ledger) -> None:
    ids = at_once(lambda _: ledger.webhooks.callback_endpoint(TENANT).id, 6)
    assert len(set(ids)) == 1


def test_a_payload_stays_under_20_kb(ledger: Ledger) -> None:
    finished(ledger, callback_url=URL, metadata={"note": "x" * 30_000})
    (delivery,) = delivered_to(ledger)
    assert len(delivery.payload) < 20_000
    assert json.loads(delivery.payload)["data"]["metadata"] is None


def test_a_delivery_is_in_one_workers_hands(ledger: Ledger) -> None:
    finished(ledger, callback_url=URL)
    (delivery,) = delivered_to(ledger)
    assert ledger.webhooks.receiver(delivery.id) == URL
    begun = at_once(lambda _: ledger.webhooks.begin_attempt(delivery.id), 5)
    assert sum(each is not None for each in begun) == 1


def test_a_delivery_whose_worker_was_lost_can_be_begun_again(
    ledger: Ledger, clock: ManualClock
) -> None:
    finished(ledger, callback_url=URL)
    (delivery,) = delivered_to(ledger)
    assert ledger.webhooks.begin_attempt(delivery.id) is not None
    clock.advance(seconds=30)
    again = ledger.webhooks.begin_attempt(delivery.id)
    assert again is not None
    assert again[0].attempts == 2
    assert ledger.webhooks.begin_attempt("msg_none") is None


@pytest.mark.parametrize("status", [200, 204, 299])
def test_2xx_delivers(ledger: Ledger, clock: ManualClock, status: int) -> None:
    finished(ledger, callback_url=URL)
    (delivery,) = delivered_to(ledger)
    done = attempted(ledger, clock, delivery.id, status)
    assert (done.state, done.finished_at) == (DeliveryState.DELIVERED, clock())
    assert ledger.webhooks.begin_attempt(delivery.id) is None
    assert ledger.webhooks.receiver(delivery.id) is None


@pytest.mark.parametrize("status", [None, 199, 300, 404, 500])
def test_anything_else_is_tried_again_when_told_so(
    ledger: Ledger, clock: ManualClock, status: int | None
) -> None:
    finished(ledger, callback_url=URL)
    (delivery,) = delivered_to(ledger)
    clock.advance(seconds=1)
    start = clock()
    clock.advance(minutes=5)
    retry_at = clock()
    clock.now = start
    again = attempted(ledger, clock, delivery.id, status, retry_at)
    assert (again.state, again.next_attempt_at) == (DeliveryState.PENDING, retry_at)
    assert ledger.webhooks.begin_attempt(delivery.id) is None
    clock.now = retry_at
    assert attempted(ledger, clock, delivery.id, status).state is DeliveryState.FAILED
    assert [each.number for each in ledger.webhooks.attempts(TENANT, delivery.id)] == [1, 2]


def test_an_attempt_is_kept_as_it_was(ledger: Ledger, clock: ManualClock) -> None:
    finished(ledger, callback_url=URL)
    (delivery,) = delivered_to(ledger)
    attempted(ledger, clock, delivery.id, 503)
    (attempt,) = ledger.webhooks.attempts(TENANT, delivery.id)
    assert attempt == Attempt(delivery.id, 1, clock(), 12.5, 503, None, "body")
    with pytest.raises(NotFound):
        ledger.webhooks.attempts("tenant-b", delivery.id)


def test_a_final_delivery_is_replayed_from_the_start_with_the_same_id(
    ledger: Ledger, clock: ManualClock
) -> None:
    finished(ledger, callback_url=URL)
    (delivery,) = delivered_to(ledger)
    attempted(ledger, clock, delivery.id, 404)
    drain(ledger)
    with pytest.raises(NotFound):
        ledger.webhooks.replay("tenant-b", delivery.id)
    replayed = ledger.webhooks.replay(TENANT, delivery.id)
    assert (replayed.state, replayed.attempts) == (DeliveryState.PENDING, 0)
    assert replayed.payload == delivery.payload
    assert drain(ledger, "deliver") == [(delivery.id,)]
    done = attempted(ledger, clock, delivery.id, 200)
    assert done.state is DeliveryState.DELIVERED
    assert [each.number for each in ledger.webhooks.attempts(TENANT, delivery.id)] == [1, 2]
    assert ledger.webhooks.replay(TENANT, delivery.id).state is DeliveryState.PENDING


def test_replaying_a_pending_delivery_leaves_its_schedule(
    ledger: Ledger, clock: ManualClock
) -> None:
    finished(ledger, callback_url=URL)
    (delivery,) = delivered_to(ledger)
    drain(ledger)
    assert ledger.webhooks.replay(TENANT, delivery.id) == delivery
    assert drain(ledger, "deliver") == []


def test_an_endpoint_that_fails_for_five_days_is_disabled_and_says_why(
    ledger: Ledger, clock: ManualClock
) -> None:
    dead = ledger.webhooks.create_endpoint(TENANT, URL)
    well = ledger.webhooks.create_endpoint(TENANT, "https://well.example/")
    start = clock()
    for _ in range(5):
        finished(ledger)
        for delivery in delivered_to(ledger):
            if delivery.state is DeliveryState.PENDING:
                status = 200 if delivery.endpoint_id == well.id else 500
                attempted(ledger, clock, delivery.id, status)
        assert ledger.webhooks.get(TENANT, dead.id).enabled
        clock.advance(days=1)
    assert ledger.webhooks.get(TENANT, dead.id).failing_since == start
    finished(ledger)
    waiting = finished(ledger)
    mine = delivered_to(ledger, endpoint_id=dead.id)
    last = next(each for each in mine if each.state is DeliveryState.PENDING)
    attempted(ledger, clock, last.id, 500, retry_at=clock())
    endpoint = ledger.webhooks.get(TENANT, dead.id)
    assert not endpoint.enabled
    assert endpoint.disabled_reason is not None
    assert "2030-01-01" in endpoint.disabled_reason
    states = {each.state for each in delivered_to(ledger, endpoint_id=dead.id)}
    assert states == {DeliveryState.FAILED}
    assert ledger.webhooks.get(TENANT, well.id).enabled
    (others,) = delivered_to(ledger, endpoint_id=well.id, job_id=waiting.id)
    assert others.state is DeliveryState.PENDING


def test_one_success_forgets_earlier_failures(ledger: Ledger, clock: ManualClock) -> None:
    endpoint = ledger.webhooks.create_endpoint(TENANT, URL)
    for status in (500, 200, 500):
        finished(ledger)
        pending = [each for each in delivered_to(ledger) if not each.finished_at]
        attempted(ledger, clock, pending[0].id, status)
        clock.advance(days=4)
    kept = ledger.webhooks.get(TENANT, endpoint.id)
    assert kept.enabled
    assert kept.failing_since is not None
    assert (clock() - kept.failing_since).days == 4


def test_410_disables_at_once_and_enabling_lets_it_be_told_again(
    ledger: Ledger, clock: ManualClock
) -> None:
    endpoint = ledger.webhooks.create_endpoint(TENANT, URL)
    finished(ledger)
    (delivery,) = delivered_to(ledger)
    gone = attempted(ledger, clock, delivery.id, 410, retry_at=clock())
    assert gone.state is DeliveryState.FAILED
    disabled = ledger.webhooks.get(TENANT, endpoint.id)
    assert not disabled.enabled
    assert "410" in (disabled.disabled_reason or "")
    finished(ledger)
    assert len(delivered_to(ledger)) == 1
    enabled = ledger.webhooks.update(TENANT, endpoint.id, enabled=True)
    assert (enabled.disabled_reason, enabled.failing_since) == (None, None)
    ledger.webhooks.replay(TENANT, delivery.id)
    assert attempted(ledger, clock, delivery.id, 200).state is DeliveryState.DELIVERED


def test_one_dead_callback_does_not_silence_the_others(ledger: Ledger, clock: ManualClock) -> None:
    finished(ledger, callback_url="https://gone.example/")
    (delivery,) = delivered_to(ledger)
    attempted(ledger, clock, delivery.id, 410)
    clock.advance(days=6)
    assert ledger.webhooks.callback_endpoint(TENANT).enabled
    finished(ledger, callback_url=URL)
    assert len(delivered_to(ledger)) == 2


def test_a_replay_to_a_disabled_endpoint_fails(ledger: Ledger, clock: ManualClock) -> None:
    endpoint = ledger.webhooks.create_endpoint(TENANT, URL)
    finished(ledger)
    ledger.webhooks.update(TENANT, endpoint.id, enabled=False)
    (delivery,) = delivered_to(ledger)
    assert delivery.state is DeliveryState.FAILED
    ledger.webhooks.replay(TENANT, delivery.id)
    assert ledger.webhooks.begin_attempt(delivery.id) is None
    assert delivered_to(ledger)[0].state is DeliveryState.FAILED


def test_old_and_new_secret_overlap_while_rotating(ledger: Ledger, clock: ManualClock) -> None:
    endpoint = ledger.webhooks.create_endpoint(TENANT, URL)
    (first,) = endpoint.secrets
    assert first.startswith("whsec_")
    rotated = ledger.webhooks.rotate_secret(TENANT, endpoint.id, overlap_s=3600)
    assert rotated.secrets[1:] == (first,)
    second = rotated.secrets[0]
    clock.advance(seconds=1800)
    third = ledger.webhooks.rotate_secret(TENANT, endpoint.id, overlap_s=3600).secrets[0]
    assert ledger.webhooks.get(TENANT, endpoint.id).secrets == (third, second, first)
    clock.advance(seconds=1800)
    assert ledger.webhooks.get(TENANT, endpoint.id).secrets == (third, second)
    clock.advance(seconds=1800)
    assert ledger.webhooks.get(TENANT, endpoint.id).secrets == (third,)


def test_deleting_an_endpoint_takes_its_deliveries_along(ledger: Ledger) -> None:
    endpoint = ledger.webhooks.create_endpoint(TENANT, URL)
    finished(ledger)
    ledger.webhooks.delete(TENANT, endpoint.id)
    assert delivered_to(ledger) == []
    with pytest.raises(NotFound):
        ledger.webhooks.get(TENANT, endpoint.id)


def test_deliveries_are_listed_newest_first_in_pages(ledger: Ledger) -> None:
    for _ in range(3):
        finished(ledger, callback_url=URL)
    first, cursor = ledger.webhooks.deliveries(TENANT, limit=2)
    second, end = ledger.webhooks.deliveries(TENANT, limit=2, before=cursor)
    ids = [delivery.id for delivery in [*first, *second]]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), end) == (3, None)
    assert ledger.webhooks.deliveries("tenant-b") == ([], None)


def test_url_and_events_of_an_endpoint_can_be_changed(ledger: Ledger) -> None:
    endpoint = ledger.webhooks.create_endpoint(TENANT, URL)
    changed = ledger.webhooks.update(
        TENANT, endpoint.id, url="https://other.example/", events=["job.failed"]
    )
    assert (changed.url, changed.events) == ("https://other.example/", ("job.failed",))
    assert ledger.webhooks.update(TENANT, endpoint.id) == changed
    with pytest.raises(ValueError, match="unknown events"):
        ledger.webhooks.update(TENANT, endpoint.id, events=["job.exploded"])
