import httpx
import pytest

from tests.api.test_create_job import PNG, RAW, problem
from tests.support.service import Service

URL = "https://hooks.example.com/pagesight"


def test_a_receiver_is_made_changed_and_removed(client: httpx.Client) -> None:
    made = client.post("/v1/webhooks", json={"url": URL, "events": ["job.failed"]})
    assert made.status_code == 201
    assert made.json()["secrets"][0].startswith("whsec_")
    path = f"/v1/webhooks/{made.json()['id']}"
    shown = client.get(path).json()
    assert "secrets" not in shown
    assert shown["events"] == ["job.failed"]
    assert client.patch(path, json={"enabled": False}).json()["enabled"] is False
    assert client.patch(path, json={"enabled": True}).json()["enabled"] is True
    rotated = client.post(f"{path}/rotate").json()["secrets"]
    assert rotated[1] == made.json()["secrets"][0]
    assert [each["id"] for each in client.get("/v1/webhooks").json()["webhooks"]] == [shown["id"]]
    assert client.delete(path).status_code == 204
    problem(client.get(path), 404, "not_found")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x", "https://other.example.com/x", "ftp://hooks.example.com/x"],
)
def test_a_receiver_that_may_not_be_reached_is_refused(client: httpx.Client, url: str) -> None:
    problem(client.post("/v1/webhooks", json={"url": url}), 422, "egress_refused")


def test_the_callback_secret_is_kept_until_it_is_rotated(client: httpx.Client) -> None:
    first = client.get("/v1/webhooks/callback-secret").json()["secrets"]
    assert client.get("/v1/webhooks/callback-secret").json()["secrets"] == first
    rotated = client.post("/v1/webhooks/callback-secret/rotate").json()["secrets"]
    assert rotated[1:] == first


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
