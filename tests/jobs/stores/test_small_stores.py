from datetime import timedelta

import pytest

from jobs.domain.errors import NotFound
from jobs.ledger import Ledger
from jobs.stores.workers import WorkerReport
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledgers import TENANT, finished

WORKER = WorkerReport("host-1-pages", "host-1", 42, "pages", True, None, {"device": "cpu"})


def test_a_key_is_verified_by_its_text(ledger: Ledger) -> None:
    key, text = ledger.keys.create(TENANT, ["jobs:read", "jobs:write"], "scanner")
    assert text.startswith(f"ps_{key.prefix}_")
    assert ledger.keys.verify(text) == key
    assert (key.tenant, key.scopes) == (TENANT, ("jobs:read", "jobs:write"))


def test_no_other_text_is_a_key(ledger: Ledger) -> None:
    key, text = ledger.keys.create(TENANT, ["jobs:read"], "scanner")
    wrong = "A" if text[-1] != "A" else "B"
    for other in ("", "ps", "ps__", f"ps_{key.prefix}_", text[:-1], text[:-1] + wrong, text + "x",
                  "xx" + text[2:], text.replace(key.prefix, "0" * 10)):  # fmt: skip
        assert ledger.keys.verify(other) is None


def test_a_key_ends_when_it_expires(ledger: Ledger, clock: ManualClock) -> None:
    _, text = ledger.keys.create(TENANT, ["admin"], "a", clock() + timedelta(hours=1))
    clock.advance(minutes=59)
    assert ledger.keys.verify(text) is not None
    clock.advance(minutes=1)
    assert ledger.keys.verify(text) is None


def test_a_revoked_key_is_refused_but_listed(ledger: Ledger, clock: ManualClock) -> None:
    key, text = ledger.keys.create(TENANT, ["admin"], "a")
    other, other_text = ledger.keys.create("tenant-b", ["admin"], "b")
    ledger.keys.revoke(key.id)
    ledger.keys.revoke(key.id)
    assert ledger.keys.verify(text) is None
    assert ledger.keys.verify(other_text) == other
    assert [each.revoked_at for each in ledger.keys.list(TENANT)] == [clock()]
    assert {each.id for each in ledger.keys.list()} == {key.id, other.id}
    with pytest.raises(NotFound):
        ledger.keys.revoke("key_none")


def test_scopes_and_tenants_that_cannot_be_are_refused(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="everything"):
        ledger.keys.create(TENANT, ["everything"], "a")
    for tenant in ("", "a/b", "..", "a b", "x" * 65):
        with pytest.raises(ValueError, match="tenant"):
            ledger.keys.create(tenant, ["admin"], "a")


def test_the_secret_is_not_kept(ledger: Ledger, clock: ManualClock) -> None:
    key, text = ledger.keys.create(TENANT, ["admin"], "a")
    assert text.removeprefix(f"ps_{key.prefix}_") not in repr(ledger.keys.list())


def test_a_worker_lives_as_long_as_it_reports(ledger: Ledger, clock: ManualClock) -> None:
    ledger.workers.beat(WORKER)
    assert ledger.workers.live() == [WORKER]
    clock.advance(seconds=30)
    assert ledger.workers.live() == [WORKER]
    clock.advance(seconds=1)
    assert ledger.workers.live() == []
    assert ledger.workers.live(max_age_s=60) == [WORKER]


def test_the_last_report_of_a_worker_counts(ledger: Ledger) -> None:
    ledger.workers.beat(WORKER)
    changed = WorkerReport("host-1-pages", "host-1", 42, "pages", False, "no model", {})
    ledger.workers.beat(changed)
    assert ledger.workers.live() == [changed]
    ledger.workers.forget(WORKER.id)
    ledger.workers.forget(WORKER.id)
    assert ledger.workers.live() == []


def test_the_former_name_of_a_role_is_read_as_the_present_one(ledger: Ledger) -> None:
    ledger.workers.beat(WorkerReport("old", "host-1", 7, "courier", True, None, {}))
    assert [report.role for report in ledger.workers.live()] == ["control"]


def test_events_are_read_on_from_where_a_reader_stopped(ledger: Ledger) -> None:
    job = finished(ledger, [True, False])
    finished(ledger)
    events = ledger.events.since(job.id, 0, 100)
    assert [event.sequence for event in events] == [1, 2, 3, 4, 5]
    assert [event.kind for event in events] == [
        "job.queued",
        "job.running",
        "page.succeeded",
        "page.failed",
        "job.partial",
    ]
    assert ledger.events.since(job.id, 3, 1) == [events[3]]
    assert ledger.events.since(job.id, 5, 100) == []
