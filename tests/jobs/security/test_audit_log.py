from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from jobs.domain.delivery import Attempt
from jobs.domain.errors import IllegalTransition, NotFound
from jobs.ledger import Ledger
from jobs.security.audit_log import OPERATOR, SERVICE, AuditEvent
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledgers import TENANT

URL = "https://receiver.example/hook"
HOUR_S = 3600.0


def deeds(ledger: Ledger) -> list[tuple[str, str]]:
    """Who did what, oldest first."""
    return [(each.actor, each.action) for each in reversed(ledger.audit.list())]


def test_what_is_done_to_keys_and_webhooks_is_noted_with_who_did_it(ledger: Ledger) -> None:
    key, _ = ledger.keys.create(TENANT, ["webhooks"], "scanner")
    endpoint = ledger.endpoints.create(TENANT, URL, by=key.id)
    ledger.endpoints.update(TENANT, endpoint.id, enabled=False, by=key.id)
    ledger.endpoints.rotate_secret(TENANT, endpoint.id, by=key.id)
    ledger.endpoints.delete(TENANT, endpoint.id, by=key.id)
    ledger.endpoints.show_callback_secret(TENANT, by=key.id)
    ledger.keys.revoke(key.id)
    ledger.keys.revoke(key.id)
    assert deeds(ledger) == [
        (OPERATOR, "key.made"),
        (key.id, "webhook.made"),
        (key.id, "webhook.changed"),
        (key.id, "webhook.secret_rotated"),
        (key.id, "webhook.deleted"),
        (key.id, "webhook.secret_shown"),
        (OPERATOR, "key.revoked"),
    ]
    assert ledger.audit.list(action="webhook.changed")[0].data == {"enabled": False}
    assert not any("whsec_" in str(each) for each in ledger.audit.list())


def test_an_endpoint_that_the_service_disables_is_noted(ledger: Ledger, clock: ManualClock) -> None:
    endpoint = ledger.endpoints.create(TENANT, URL)
    ping = ledger.endpoints.ping(TENANT, endpoint.id)
    begun = ledger.deliveries.begin_attempt(ping.id)
    assert begun is not None
    ledger.deliveries.record(begun[0], Attempt(ping.id, 1, clock(), 1.0, 410))
    assert deeds(ledger)[-1] == (SERVICE, "webhook.disabled")


def test_what_fails_is_not_noted(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        ledger.endpoints.delete(TENANT, "we_none")
    with pytest.raises(NotFound):
        ledger.keys.revoke("key_none")
    with pytest.raises(ValueError):
        ledger.keys.create(TENANT, ["everything"], "a")
    assert deeds(ledger) == []


def test_deeds_are_listed_by_tenant_and_in_pages(ledger: Ledger, clock: ManualClock) -> None:
    for number in range(3):
        ledger.audit.add("job.deleted", f"job_{number}", by="key_1", tenant=TENANT, pages=number)
    ledger.audit.add("key.refused", "no key of ours", by="192.0.2.1", tenant=None)
    newest = ledger.audit.list(tenant=TENANT, limit=2)
    assert [each.target for each in newest] == ["job_2", "job_1"]
    (oldest,) = ledger.audit.list(tenant=TENANT, before=newest[-1].id)
    assert oldest == AuditEvent(
        oldest.id, clock(), "key_1", "job.deleted", "job_0", TENANT, {"pages": 0}
    )


@pytest.mark.parametrize(
    "deed", ["UPDATE audit_events SET actor = 'x'", "DELETE FROM audit_events"]
)
def test_the_database_refuses_to_change_what_was_noted(ledger: Ledger, deed: str) -> None:
    ledger.audit.add("job.deleted", "job_1", by="key_1", tenant=TENANT)
    with (
        pytest.raises(DatabaseError, match="written once"),
        ledger.database.write() as connection,
    ):
        connection.execute(text(deed))
    assert deeds(ledger) == [("key_1", "job.deleted")]


def test_a_rotated_key_works_along_for_the_overlap_and_the_new_one_is_like_it(
    ledger: Ledger, clock: ManualClock
) -> None:
    old, old_text = ledger.keys.create(TENANT, ["jobs:read"], "scanner")
    new, new_text = ledger.keys.rotate(old.id, HOUR_S)
    assert (new.tenant, new.scopes, new.name, new.expires_at) == (
        TENANT,
        ("jobs:read",),
        "scanner",
        None,
    )
    assert ledger.keys.verify(old_text) is not None
    clock.advance(hours=1)
    assert ledger.keys.verify(old_text) is None
    assert ledger.keys.verify(new_text) == new
    (rotated,) = ledger.audit.list(action="key.rotated")
    assert (rotated.target, rotated.data["made"]) == (old.id, new.id)


def test_rotating_gives_a_new_lifetime_and_never_lengthens_the_old_one(
    ledger: Ledger, clock: ManualClock
) -> None:
    ends = clock() + timedelta(days=30)
    old, _ = ledger.keys.create(TENANT, ["admin"], "a", ends)
    clock.advance(days=29.9)
    new, _ = ledger.keys.rotate(old.id, 24 * HOUR_S)
    assert new.expires_at == clock() + timedelta(days=30)
    assert [each.expires_at for each in ledger.keys.list() if each.id == old.id] == [ends]


def test_a_key_that_is_over_cannot_be_rotated(ledger: Ledger, clock: ManualClock) -> None:
    revoked, _ = ledger.keys.create(TENANT, ["admin"], "a")
    ledger.keys.revoke(revoked.id)
    expired, _ = ledger.keys.create(TENANT, ["admin"], "a", clock() + timedelta(hours=1))
    clock.advance(hours=1)
    for over in (revoked, expired):
        with pytest.raises(IllegalTransition):
            ledger.keys.rotate(over.id, HOUR_S)
    with pytest.raises(NotFound):
        ledger.keys.rotate("key_none", HOUR_S)
