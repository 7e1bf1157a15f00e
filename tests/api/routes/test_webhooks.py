import json

import httpx
import pytest

from tests.api.conftest import Tenant
from tests.api.routes.test_create_job import PNG, RAW, problem
from tests.support.ledger_view import callback_endpoint
from tests.support.service import Service

URL = "https://hooks.example.com/pagesight"


def test_a_receiver_is_made_changed_and_removed(client: httpx.Client) -> None:
    made = client.post("/v1/webhooks", json={"url": URL, "events": ["job.failed"]})
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    path = f"/v1/webhooks/{made.json()['id']}"
    shown = client.get(path).json()
    assert shown["events"] == ["job.failed"]
    assert client.patch(path, json={"enabled": False}).json()["enabled"] is False
    assert client.patch(path, json={"enabled": True}).json()["enabled"] is True
    assert [each["id"] for each in client.get("/v1/webhooks").json()["webhooks"]] == [shown["id"]]
    assert client.delete(path).status_code == 204
    problem(client.get(path), 404, "not_found")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x", "https://other.example.com/x"],
)
def test_a_receiver_that_may_not_be_reached_is_refused(client: httpx.Client, url: str) -> None:
    problem(client.post("/v1/webhooks", json={"url": url}), 422, "egress_refused")
    assert client.get("/v1/webhooks").json()["webhooks"] == []


@pytest.mark.parametrize(
    "url",
    ["ftp://hooks.example.com/x", "https://me@hooks.example.com/", "https://a b/", "hooks/x/"],
)
def test_a_malformed_receiver_is_the_caller_s_fault(client: httpx.Client, url: str) -> None:
    refused = client.post("/v1/webhooks", json={"url": url})
    assert refused.status_code == 422
    assert refused.json()["code"] in {"bad_url", "invalid_request"}
    assert refused.json()["actor"] == "caller"
    assert client.get("/v1/webhooks").json()["webhooks"] == []


def test_the_callback_secret_is_shown_once_and_then_when_it_is_rotated(
    tenant: Tenant, service: Service
) -> None:
    client = tenant.client
    first = client.get("/v1/webhooks/callback-secret").json()["secret"]
    problem(client.get("/v1/webhooks/callback-secret"), 409, "illegal_move")
    rotated = client.post("/v1/webhooks/callback-secret/rotate").json()["secret"]
    problem(client.get("/v1/webhooks/callback-secret"), 409, "illegal_move")
    signing = callback_endpoint(service.ledger, tenant.name)
    assert signing.secrets == (rotated, first)
    audit = service.ledger.audit
    assert len(audit.list(tenant=tenant.name, action="webhook.secret_shown")) == 1
    assert len(audit.list(tenant=tenant.name, action="webhook.secret_rotated")) == 1


def test_deliveries_are_listed_and_replayed(client: httpx.Client, service: Service) -> None:
    query = {"callback_url": URL}
    job_id = client.post("/v1/jobs", content=PNG, headers=RAW, params=query).json()["id"]
    service.succeed(job_id, "Hello")
    (sent,) = client.get("/v1/webhooks/deliveries", params={"job_id": job_id}).json()["deliveries"]
    assert (sent["event"], sent["url"], sent["state"]) == ("job.succeeded", URL, "pending")
    path = f"/v1/webhooks/deliveries/{sent['id']}"
    assert client.get(f"{path}/attempts").json() == {"attempts": []}
    replayed = client.post(f"{path}/replay")
    assert (replayed.status_code, replayed.json()["id"]) == (202, sent["id"])
    with service.client(service.key("stranger")) as stranger:
        problem(stranger.get(f"{path}/attempts"), 404, "not_found")
        problem(stranger.post(f"{path}/replay"), 404, "not_found")


def test_filters_take_events_and_families_and_refuse_others(client: httpx.Client) -> None:
    for events in (["*"], ["job.*", "batch.cancelled"], ["webhook.disabled"]):
        made = client.post("/v1/webhooks", json={"url": URL, "events": events})
        assert made.json()["events"] == events
    for events in ([], ["page.*"], ["job.exploded"]):
        refused = client.post("/v1/webhooks", json={"url": URL, "events": events})
        problem(refused, 422, "invalid_request")
    assert client.post("/v1/webhooks", json={"url": URL}).json()["events"] == ["*"]


def test_a_secret_is_shown_when_it_is_made_or_rotated_and_never_again(
    client: httpx.Client,
) -> None:
    made = client.post("/v1/webhooks", json={"url": URL, "description": "billing"}).json()
    path = f"/v1/webhooks/{made['id']}"
    rotated = client.post(f"{path}/rotate")
    assert rotated.json()["secret"] != made["secret"]
    assert made["secret"] not in rotated.text
    answers = [
        client.get(path),
        client.get("/v1/webhooks"),
        client.patch(path, json={"description": "accounts"}),
    ]
    assert all("whsec_" not in answer.text for answer in answers)
    assert answers[2].json()["description"] == "accounts"


def test_a_callback_secret_rotated_as_a_receivers_is_not_shown_again(
    tenant: Tenant, service: Service
) -> None:
    signing = callback_endpoint(service.ledger, tenant.name)
    rotated = tenant.client.post(f"/v1/webhooks/{signing.id}/rotate").json()["secret"]
    assert service.ledger.endpoints.secrets(signing.id)[0] == rotated
    problem(tenant.client.get("/v1/webhooks/callback-secret"), 409, "illegal_move")


def test_rotating_can_end_the_old_secret_at_once(client: httpx.Client, service: Service) -> None:
    made = client.post("/v1/webhooks", json={"url": URL}).json()
    path = f"/v1/webhooks/{made['id']}/rotate"
    first = client.post(path, params={"overlap_h": 0}).json()["secret"]
    assert service.ledger.endpoints.secrets(made["id"]) == (first,)
    second = client.post(path, params={"overlap_h": 1}).json()["secret"]
    assert service.ledger.endpoints.secrets(made["id"]) == (second, first)
    problem(client.post(path, params={"overlap_h": 169}), 422, "invalid_request")


def test_a_ping_is_sent_and_its_message_can_be_read(client: httpx.Client, service: Service) -> None:
    made = client.post("/v1/webhooks", json={"url": URL, "events": ["job.failed"]}).json()
    ping = client.post(f"/v1/webhooks/{made['id']}/ping")
    assert (ping.status_code, ping.json()["event"]) == (202, "webhook.ping")
    assert (ping.json()["job_id"], ping.json()["state"]) == (None, "pending")
    read = client.get(f"/v1/webhooks/deliveries/{ping.json()['id']}").json()
    assert json.loads(read["payload"])["data"]["endpoint_id"] == made["id"]
    client.patch(f"/v1/webhooks/{made['id']}", json={"enabled": False})
    problem(client.post(f"/v1/webhooks/{made['id']}/ping"), 409, "illegal_move")
    with service.client(service.key("stranger")) as stranger:
        problem(stranger.post(f"/v1/webhooks/{made['id']}/ping"), 404, "not_found")
        problem(stranger.get(f"/v1/webhooks/deliveries/{read['id']}"), 404, "not_found")


def test_deliveries_are_found_and_replayed_by_event_state_and_time(
    client: httpx.Client, service: Service
) -> None:
    made = client.post("/v1/webhooks", json={"url": URL}).json()
    job_id = client.post("/v1/jobs", content=PNG, headers=RAW).json()["id"]
    service.succeed(job_id, "Hello")
    client.post(f"/v1/webhooks/{made['id']}/ping")
    path = "/v1/webhooks/deliveries"

    def found(**query: str) -> list[str]:
        return [each["event"] for each in client.get(path, params=query).json()["deliveries"]]

    assert found() == ["webhook.ping", "job.succeeded"]
    assert found(event="webhook.ping", state="pending") == ["webhook.ping"]
    assert found(state="failed") == []
    assert found(since="2099-01-01T00:00:00Z") == []
    assert found(until="2099-01-01T00:00:00Z", job_id=job_id) == ["job.succeeded"]
    problem(client.get(path, params={"since": "2026-01-01T00:00:00"}), 422, "invalid_request")
    client.patch(f"/v1/webhooks/{made['id']}", json={"enabled": False})
    client.patch(f"/v1/webhooks/{made['id']}", json={"enabled": True})
    assert found(state="failed") == ["webhook.ping", "job.succeeded"]
    narrow = {"events": ["job.succeeded"], "since": "2020-01-01T00:00:00Z"}
    assert client.post(f"{path}/replay", json=narrow).json() == {"replayed": 1, "more": False}
    assert client.post(f"{path}/replay", json={}).json() == {"replayed": 1, "more": False}
    assert found(state="failed") == []
