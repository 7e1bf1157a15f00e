import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from jobs.domain.delivery import Attempt, Delivery, DeliveryFilter, Destination
from jobs.domain.errors import IllegalTransition, NotFound
from jobs.domain.job import Fault
from jobs.domain.states import DeliveryState
from jobs.ledger import Ledger
from jobs.settings import Settings
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledger_view import callback_endpoint
from tests.support.ledgers import TENANT, at_once, created, drain, finished, running

URL = "https://receiver.example/hook"


def delivered_to(ledger: Ledger, **wanted: Any) -> list[Delivery]:
    return list(ledger.deliveries.list(TENANT, DeliveryFilter(**wanted))[0])


def attempted(
    ledger: Ledger,
    clock: ManualClock,
    delivery_id: str,
    status: int | None,
    retry_at: datetime | None = None,
) -> Delivery:
    """Begin an attempt and record how it ended."""
    begun = ledger.deliveries.begin_attempt(delivery_id)
    assert begun is not None
    error = None if status else "connection refused"
    attempt = Attempt(delivery_id, begun[0].attempts, clock(), 12.5, status, error, "body")
    return ledger.deliveries.record(begun[0], attempt, retry_at=retry_at)


def test_an_endpoint_is_read_back_by_its_tenant_only(ledger: Ledger) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL, ["job.succeeded"])
    kept = replace(endpoint, secrets=())
    assert ledger.endpoints.get(TENANT, endpoint.id) == kept
    assert ledger.endpoints.list(TENANT) == [kept]
    assert ledger.endpoints.list("tenant-b") == []
    for refused in (ledger.endpoints.get, ledger.endpoints.delete, ledger.endpoints.rotate_secret):
        with pytest.raises(NotFound):
            refused("tenant-b", endpoint.id)
    with pytest.raises(NotFound):
        ledger.endpoints.update("tenant-b", endpoint.id, enabled=False)


def test_an_event_there_is_not_is_refused(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match=r"job\.exploded"):
        ledger.endpoints.create(TENANT, URL, ["job.exploded"])


def test_the_end_of_a_job_is_delivered_to_its_subscribers(ledger: Ledger) -> None:
    asked = ledger.endpoints.create(TENANT, URL, ["job.succeeded"])
    ledger.endpoints.create(TENANT, URL, ["job.failed"])
    ledger.endpoints.create("tenant-b", URL, ["job.succeeded"])
    off = ledger.endpoints.create(TENANT, URL, ["job.succeeded"])
    ledger.endpoints.update(TENANT, off.id, enabled=False)
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


def test_a_callback_gets_every_final_event_signed_by_the_tenants_own_endpoint(
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
    signing = callback_endpoint(ledger, TENANT)
    assert {delivery.endpoint_id for delivery in deliveries} == {signing.id}
    assert signing.url is None
    failed = next(each for each in deliveries if each.event == "job.failed")
    assert json.loads(failed.payload)["data"]["fault"]["code"] == "encrypted"


def test_the_callback_endpoint_is_made_once(ledger: Ledger) -> None:
    ids = at_once(lambda _: callback_endpoint(ledger, TENANT).id, 6)
    assert len(set(ids)) == 1


def test_a_payload_stays_under_20_kb(ledger: Ledger) -> None:
    finished(ledger, callback_url=URL, metadata={"note": "x" * 30_000})
    (delivery,) = delivered_to(ledger)
    assert len(delivery.payload) < 20_000
    assert json.loads(delivery.payload)["data"]["metadata"] is None


def test_a_delivery_is_in_one_workers_hands(ledger: Ledger) -> None:
    finished(ledger, callback_url=URL)
    (delivery,) = delivered_to(ledger)
    signing = callback_endpoint(ledger, TENANT)
    assert ledger.deliveries.destination(delivery.id) == Destination(
        TENANT, signing.id, URL, callback=True
    )
    begun = at_once(lambda _: ledger.deliveries.begin_attempt(delivery.id), 5)
    assert sum(each is not None for each in begun) == 1


def test_a_delivery_is_taken_up_by_a_host_whose_clock_is_a_little_late(
    ledger: Ledger, clock: ManualClock
) -> None:
    # It would wait until its message counts as lost, though it lies in this worker's hands.
    finished(ledger, callback_url=URL)
    (delivery,) = delivered_to(ledger)
    clock.advance(seconds=-0.4)
    assert ledger.deliveries.begin_attempt(delivery.id) is not None


def test_a_delivery_whose_worker_was_lost_can_be_attempted_again(
    ledger: Ledger, clock: ManualClock
) -> None:
    finished(ledger, callback_url=URL)
    (delivery,) = delivered_to(ledger)
    assert ledger.deliveries.begin_attempt(delivery.id) is not None
    clock.advance(seconds=30)
    again = ledger.deliveries.begin_attempt(delivery.id)
    assert again is not None
    assert again[0].attempts == 2
    assert ledger.deliveries.begin_attempt("msg_none") is None


@pytest.mark.parametrize("status", [200, 204, 299])
def test_2xx_delivers(ledger: Ledger, clock: ManualClock, status: int) -> None:
    finished(ledger, callback_url=URL)
    (delivery,) = delivered_to(ledger)
    done = attempted(ledger, clock, delivery.id, status)
    assert (done.state, done.finished_at) == (DeliveryState.DELIVERED, clock())
    assert ledger.deliveries.begin_attempt(delivery.id) is None
    assert ledger.deliveries.destination(delivery.id) is None


@pytest.mark.parametrize("status", [None, 199, 300, 404, 500])
def test_anything_else_is_retried_when_a_time_is_given(
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
    assert ledger.deliveries.begin_attempt(delivery.id) is None
    clock.now = retry_at
    assert attempted(ledger, clock, delivery.id, status).state is DeliveryState.FAILED
    assert [each.number for each in ledger.deliveries.attempts(TENANT, delivery.id)] == [1, 2]


def test_an_attempt_is_kept_as_it_was(ledger: Ledger, clock: ManualClock) -> None:
    finished(ledger, callback_url=URL)
    (delivery,) = delivered_to(ledger)
    attempted(ledger, clock, delivery.id, 503)
    (attempt,) = ledger.deliveries.attempts(TENANT, delivery.id)
    assert attempt == Attempt(delivery.id, 1, clock(), 12.5, 503, None, "body")
    with pytest.raises(NotFound):
        ledger.deliveries.attempts("tenant-b", delivery.id)


def test_a_final_delivery_is_replayed_from_the_start_with_the_same_id(
    ledger: Ledger, clock: ManualClock
) -> None:
    finished(ledger, callback_url=URL)
    (delivery,) = delivered_to(ledger)
    attempted(ledger, clock, delivery.id, 404)
    drain(ledger)
    with pytest.raises(NotFound):
        ledger.deliveries.replay("tenant-b", delivery.id)
    replayed = ledger.deliveries.replay(TENANT, delivery.id)
    assert (replayed.state, replayed.attempts) == (DeliveryState.PENDING, 0)
    assert replayed.payload == delivery.payload
    assert drain(ledger, "deliver") == [(delivery.id,)]
    done = attempted(ledger, clock, delivery.id, 200)
    assert done.state is DeliveryState.DELIVERED
    assert [each.number for each in ledger.deliveries.attempts(TENANT, delivery.id)] == [1, 2]
    assert ledger.deliveries.replay(TENANT, delivery.id).state is DeliveryState.PENDING


def test_replaying_a_pending_delivery_leaves_its_schedule(
    ledger: Ledger, clock: ManualClock
) -> None:
    finished(ledger, callback_url=URL)
    (delivery,) = delivered_to(ledger)
    drain(ledger)
    assert ledger.deliveries.replay(TENANT, delivery.id) == delivery
    assert drain(ledger, "deliver") == []


def fail_for_days(ledger: Ledger, clock: ManualClock, well: str, days: int) -> None:
    """Two jobs end each day; whoever is not `well` answers 500 to every delivery."""
    for _ in range(2 * days):
        finished(ledger)
        for delivery in delivered_to(ledger, states=(DeliveryState.PENDING,)):
            attempted(ledger, clock, delivery.id, 200 if delivery.endpoint_id == well else 500)
        clock.advance(hours=12)


def test_an_endpoint_that_fails_for_five_days_is_disabled_and_says_why(
    ledger: Ledger, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    dead = ledger.endpoints.create(TENANT, URL)
    well = ledger.endpoints.create(TENANT, "https://well.example/", ["job.*"])
    start = clock()
    fail_for_days(ledger, clock, well.id, 5)
    failing = ledger.endpoints.get(TENANT, dead.id)
    assert (failing.enabled, failing.failing_since, failing.failures) == (True, start, 10)
    waiting = [finished(ledger), finished(ledger)][1]
    mine = delivered_to(ledger, endpoint_id=dead.id, states=(DeliveryState.PENDING,))
    attempted(ledger, clock, mine[0].id, 500, retry_at=clock())
    endpoint = ledger.endpoints.get(TENANT, dead.id)
    assert not endpoint.enabled
    assert endpoint.disabled_at == clock()
    assert endpoint.disabled_reason == (
        "all 11 attempts since 2030-01-01T00:00:00+00:00 have failed"
    )
    assert f"endpoint {dead.id} of tenant {TENANT} disabled: all 11 attempts" in caplog.text
    states = {each.state for each in delivered_to(ledger, endpoint_id=dead.id)}
    assert states == {DeliveryState.FAILED}
    assert ledger.endpoints.get(TENANT, well.id).enabled
    (others,) = delivered_to(ledger, endpoint_id=well.id, job_id=waiting.id)
    assert others.state is DeliveryState.PENDING


def test_few_failures_do_not_disable_however_long_they_lie_apart(
    ledger: Ledger, clock: ManualClock
) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL)
    for _ in range(9):
        finished(ledger)
        (delivery,) = delivered_to(ledger, states=(DeliveryState.PENDING,))
        attempted(ledger, clock, delivery.id, 404)
        clock.advance(days=6)
    assert ledger.endpoints.get(TENANT, endpoint.id).enabled


def test_the_tenants_other_endpoints_are_notified_of_one_that_was_disabled(
    ledger: Ledger, clock: ManualClock
) -> None:
    dead = ledger.endpoints.create(TENANT, URL)
    told = ledger.endpoints.create(TENANT, "https://a.example/", ["webhook.disabled"])
    ledger.endpoints.create(TENANT, "https://b.example/", ["job.*"])
    ledger.endpoints.create("tenant-b", "https://c.example/")
    finished(ledger)
    (first,) = delivered_to(ledger, endpoint_id=dead.id)
    drain(ledger)
    attempted(ledger, clock, first.id, 410)
    (notice,) = delivered_to(ledger, events=("webhook.disabled",))
    assert (notice.endpoint_id, notice.job_id, notice.batch_id) == (told.id, None, None)
    assert drain(ledger, "deliver") == [(notice.id,)]
    assert json.loads(notice.payload)["data"] == {
        "endpoint_id": dead.id,
        "url": URL,
        "reason": "the receiver answered 410 Gone",
        "failing_since": clock().isoformat(),
    }
    assert ledger.deliveries.list("tenant-b") == ([], None)


def test_a_ping_goes_whatever_the_filter_and_counts_as_any_delivery(
    ledger: Ledger, clock: ManualClock
) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL, ["job.failed"])
    ping = ledger.endpoints.ping(TENANT, endpoint.id)
    assert drain(ledger, "deliver") == [(ping.id,)]
    assert json.loads(ping.payload)["type"] == ping.event == "webhook.ping"
    attempted(ledger, clock, ping.id, 500, retry_at=clock())
    assert ledger.endpoints.get(TENANT, endpoint.id).failures == 1
    assert attempted(ledger, clock, ping.id, 200).state is DeliveryState.DELIVERED
    assert ledger.endpoints.get(TENANT, endpoint.id).failures == 0
    with pytest.raises(NotFound):
        ledger.endpoints.ping("tenant-b", endpoint.id)


def test_an_endpoint_without_deliveries_cannot_be_pinged(ledger: Ledger) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL)
    ledger.endpoints.update(TENANT, endpoint.id, enabled=False)
    with pytest.raises(IllegalTransition, match="disabled"):
        ledger.endpoints.ping(TENANT, endpoint.id)
    with pytest.raises(IllegalTransition, match="no URL"):
        ledger.endpoints.ping(TENANT, callback_endpoint(ledger, TENANT).id)


def test_the_endpoint_of_callbacks_takes_no_url(ledger: Ledger) -> None:
    signing = callback_endpoint(ledger, TENANT)
    with pytest.raises(IllegalTransition, match="callbacks"):
        ledger.endpoints.update(TENANT, signing.id, url=URL)


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        (["*"], True),
        (["job.*"], True),
        (["batch.*", "job.succeeded"], True),
        (["job.failed"], False),
        (["batch.*", "webhook.*"], False),
    ],
)
def test_filters_name_events_families_or_all(
    ledger: Ledger, filters: list[str], told: bool
) -> None:
    ledger.endpoints.create(TENANT, URL, filters)
    finished(ledger)
    assert bool(delivered_to(ledger)) is told


def test_a_new_url_counts_for_what_waits_and_for_replays(
    ledger: Ledger, clock: ManualClock
) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL)
    finished(ledger)
    (delivery,) = delivered_to(ledger)
    ledger.endpoints.update(TENANT, endpoint.id, url="https://new.example/")
    new = Destination(TENANT, endpoint.id, "https://new.example/", callback=False)
    assert ledger.deliveries.destination(delivery.id) == new
    assert attempted(ledger, clock, delivery.id, 404).url == "https://new.example/"
    ledger.endpoints.update(TENANT, endpoint.id, url="https://newer.example/")
    ledger.deliveries.replay(TENANT, delivery.id)
    assert attempted(ledger, clock, delivery.id, 200).url == "https://newer.example/"


def test_deliveries_are_replayed_by_endpoint_event_state_and_time(
    ledger: Ledger, clock: ManualClock
) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL)
    start = clock()
    for status in (404, 200, 404):
        finished(ledger)
        (delivery,) = delivered_to(ledger, states=(DeliveryState.PENDING,))
        attempted(ledger, clock, delivery.id, status)
        clock.advance(hours=1)
    failed = (DeliveryState.FAILED,)
    hour = timedelta(hours=1)
    replay = ledger.deliveries.replay_many
    assert replay("tenant-b", DeliveryFilter()) == 0
    assert replay(TENANT, DeliveryFilter(endpoint_id="we_none")) == 0
    assert replay(TENANT, DeliveryFilter(events=("job.failed",))) == 0
    assert (
        replay(TENANT, DeliveryFilter(states=failed, since=start + hour, until=start + 2 * hour))
        == 0
    )
    drain(ledger)
    assert (
        replay(TENANT, DeliveryFilter(endpoint_id=endpoint.id, states=failed, until=start + hour))
        == 1
    )
    (again,) = delivered_to(ledger, states=(DeliveryState.PENDING,))
    assert drain(ledger, "deliver") == [(again.id,)]
    assert (again.attempts, again.created_at) == (0, start)
    assert replay(TENANT, DeliveryFilter()) == 2
    assert replay(TENANT, DeliveryFilter()) == 0


def test_nothing_is_replayed_to_a_disabled_endpoint_in_bulk(ledger: Ledger) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL)
    finished(ledger)
    ledger.endpoints.update(TENANT, endpoint.id, enabled=False)
    assert ledger.deliveries.replay_many(TENANT, DeliveryFilter()) == 0


def test_an_attempt_that_was_overtaken_does_not_push_the_next_one(
    ledger: Ledger, clock: ManualClock
) -> None:
    finished(ledger, callback_url=URL)
    (delivery,) = delivered_to(ledger)
    first = ledger.deliveries.begin_attempt(delivery.id)
    assert first is not None
    clock.advance(minutes=2)
    second = ledger.deliveries.begin_attempt(delivery.id)
    assert second is not None
    for retry_at in (clock(), None):
        late = Attempt(delivery.id, 1, clock(), 1.0, 500)
        kept = ledger.deliveries.record(first[0], late, retry_at=retry_at)
        assert kept.next_attempt_at == second[0].next_attempt_at
        assert kept.state is DeliveryState.PENDING


def test_deliveries_without_a_job_are_purged_after_their_retention(
    ledger: Ledger, clock: ManualClock, settings: Settings
) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL)
    finished(ledger)
    for _ in range(2):
        ledger.endpoints.ping(TENANT, endpoint.id)
    ended, waiting = delivered_to(ledger, events=("webhook.ping",))
    attempted(ledger, clock, ended.id, 200)
    assert ledger.deliveries.purge() == 0
    clock.advance(hours=settings.retention_h)
    assert ledger.deliveries.purge() == 1
    left = {each.id for each in delivered_to(ledger)}
    assert ended.id not in left
    assert waiting.id in left
    assert len(left) == 2


def test_one_success_forgets_earlier_failures(ledger: Ledger, clock: ManualClock) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL)
    for status in (500, 200, 500):
        finished(ledger)
        pending = [each for each in delivered_to(ledger) if not each.finished_at]
        attempted(ledger, clock, pending[0].id, status)
        clock.advance(days=4)
    kept = ledger.endpoints.get(TENANT, endpoint.id)
    assert kept.enabled
    assert kept.failing_since is not None
    assert (clock() - kept.failing_since).days == 4


def test_410_disables_at_once_and_enabling_resumes_deliveries(
    ledger: Ledger, clock: ManualClock
) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL)
    finished(ledger)
    (delivery,) = delivered_to(ledger)
    gone = attempted(ledger, clock, delivery.id, 410, retry_at=clock())
    assert gone.state is DeliveryState.FAILED
    disabled = ledger.endpoints.get(TENANT, endpoint.id)
    assert not disabled.enabled
    assert "410" in (disabled.disabled_reason or "")
    finished(ledger)
    assert len(delivered_to(ledger)) == 1
    enabled = ledger.endpoints.update(TENANT, endpoint.id, enabled=True)
    assert (enabled.disabled_reason, enabled.failing_since) == (None, None)
    ledger.deliveries.replay(TENANT, delivery.id)
    assert attempted(ledger, clock, delivery.id, 200).state is DeliveryState.DELIVERED


def test_one_dead_callback_does_not_silence_the_others(ledger: Ledger, clock: ManualClock) -> None:
    finished(ledger, callback_url="https://gone.example/")
    (delivery,) = delivered_to(ledger)
    attempted(ledger, clock, delivery.id, 410)
    clock.advance(days=6)
    assert callback_endpoint(ledger, TENANT).enabled
    finished(ledger, callback_url=URL)
    assert len(delivered_to(ledger)) == 2


def test_a_replay_to_a_disabled_endpoint_fails(ledger: Ledger, clock: ManualClock) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL)
    finished(ledger)
    ledger.endpoints.update(TENANT, endpoint.id, enabled=False)
    (delivery,) = delivered_to(ledger)
    assert delivery.state is DeliveryState.FAILED
    ledger.deliveries.replay(TENANT, delivery.id)
    assert ledger.deliveries.begin_attempt(delivery.id) is None
    assert delivered_to(ledger)[0].state is DeliveryState.FAILED


def test_old_and_new_secret_overlap_while_rotating(ledger: Ledger, clock: ManualClock) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL)
    (first,) = endpoint.secrets
    assert first.startswith("whsec_")
    rotated = ledger.endpoints.rotate_secret(TENANT, endpoint.id, overlap_s=3600)
    assert rotated.secrets[1:] == (first,)
    second = rotated.secrets[0]
    clock.advance(seconds=1800)
    third = ledger.endpoints.rotate_secret(TENANT, endpoint.id, overlap_s=3600).secrets[0]
    assert ledger.endpoints.secrets(endpoint.id) == (third, second, first)
    clock.advance(seconds=1800)
    assert ledger.endpoints.secrets(endpoint.id) == (third, second)
    clock.advance(seconds=1800)
    assert ledger.endpoints.secrets(endpoint.id) == (third,)


def test_deleting_an_endpoint_takes_its_deliveries_along(ledger: Ledger) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL)
    finished(ledger)
    ledger.endpoints.delete(TENANT, endpoint.id)
    assert delivered_to(ledger) == []
    with pytest.raises(NotFound):
        ledger.endpoints.get(TENANT, endpoint.id)


def test_deliveries_are_listed_newest_first_in_pages(ledger: Ledger) -> None:
    for _ in range(3):
        finished(ledger, callback_url=URL)
    first, cursor = ledger.deliveries.list(TENANT, limit=2)
    second, end = ledger.deliveries.list(TENANT, limit=2, before=cursor)
    ids = [delivery.id for delivery in [*first, *second]]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), end) == (3, None)
    assert ledger.deliveries.list("tenant-b") == ([], None)


def test_url_and_events_of_an_endpoint_can_be_changed(ledger: Ledger) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL)
    changed = ledger.endpoints.update(
        TENANT, endpoint.id, url="https://other.example/", events=["job.failed"]
    )
    assert (changed.url, changed.events) == ("https://other.example/", ("job.failed",))
    assert ledger.endpoints.update(TENANT, endpoint.id) == changed
    with pytest.raises(ValueError, match="unknown events"):
        ledger.endpoints.update(TENANT, endpoint.id, events=["job.exploded"])
