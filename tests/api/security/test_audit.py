import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.security.auth_failures import EVERY_S, MOST_LINES, Refusals
from jobs.ledger import Ledger, open_ledger
from jobs.settings import Settings
from tests.api.conftest import Tenant
from tests.api.routes.test_create_job import PNG, RAW
from tests.support.migrations import create_tables
from tests.support.service import Service


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    settings = Settings(_env_file=None, data_dir=tmp_path)
    create_tables(settings)
    made = open_ledger(settings)
    yield made
    made.close()


def test_deleting_a_job_is_noted_with_the_key_that_did_it(
    tenant: Tenant, client: httpx.Client, service: Service
) -> None:
    job_id = client.post("/v1/jobs", content=PNG, headers=RAW).json()["id"]
    assert client.delete(f"/v1/jobs/{job_id}").status_code == 409
    client.post(f"/v1/jobs/{job_id}/cancel")
    assert client.delete(f"/v1/jobs/{job_id}").status_code == 204
    (deed,) = service.ledger.audit.list(tenant=tenant.name, action="job.deleted")
    (key,) = service.ledger.keys.list(tenant.name)
    assert (deed.actor, deed.target) == (key.id, job_id)


def test_changing_a_webhook_is_noted_with_the_key_that_did_it(
    tenant: Tenant, client: httpx.Client, service: Service
) -> None:
    url = "https://hooks.example.com/x"
    made = client.post("/v1/webhooks", json={"url": url}).json()
    client.patch(f"/v1/webhooks/{made['id']}", json={"enabled": False})
    client.post(f"/v1/webhooks/{made['id']}/rotate")
    client.delete(f"/v1/webhooks/{made['id']}")
    (key,) = service.ledger.keys.list(tenant.name)
    noted = service.ledger.audit.list(tenant=tenant.name)
    assert {each.actor for each in noted if each.action.startswith("webhook")} == {key.id}
    assert [each.action for each in reversed(noted) if each.target == made["id"]] == [
        "webhook.made",
        "webhook.changed",
        "webhook.secret_rotated",
        "webhook.deleted",
    ]


def test_a_refused_key_is_noted_with_its_address_and_never_its_secret(service: Service) -> None:
    prefix = "0123456789"
    with service.client(f"ps_{prefix}_notthesecret") as stranger:
        assert stranger.get("/v1/jobs").status_code == 401
    noted = service.ledger.audit.list(action="key.refused")
    assert noted
    assert {each.actor for each in noted} == {"127.0.0.1"}
    assert "notthesecret" not in str(noted)


def test_an_address_gets_one_line_a_minute_that_counts_the_others(ledger: Ledger) -> None:
    now = 0.0
    refusals = Refusals(ledger.audit, lambda: now)

    async def knock(times: int) -> None:
        for _ in range(times):
            await refusals.record("192.0.2.1", "ps_0123456789_guess")

    asyncio.run(knock(5))
    now = EVERY_S
    asyncio.run(knock(2))
    noted = ledger.audit.list(action="key.refused")
    assert [each.data["times"] for each in noted] == [5, 1]
    assert {each.target for each in noted} == {"ps_0123456789"}


def test_many_addresses_cannot_fill_the_database(ledger: Ledger) -> None:
    now = 0.0
    refusals = Refusals(ledger.audit, lambda: now)

    async def knock(*numbers: int) -> None:
        for number in numbers:
            await refusals.record(f"192.0.2.{number}", "password123")

    asyncio.run(knock(*range(3 * MOST_LINES)))
    noted = ledger.audit.list(limit=1000)
    assert len(noted) == MOST_LINES
    assert {each.target for each in noted} == {"no key of ours"}
    now = EVERY_S
    asyncio.run(knock(3 * MOST_LINES - 1))
    assert ledger.audit.list(limit=1)[0].data["times"] == 2
