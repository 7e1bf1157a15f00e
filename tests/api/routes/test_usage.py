import httpx

from tests.api.routes.test_create_job import problem
from tests.api.routes.test_jobs import new_job
from tests.support.service import Service


def test_usage_counts_the_pages_of_the_tenant(client: httpx.Client, service: Service) -> None:
    assert client.get("/v1/usage").json() == {"days": [], "pages_read": 0}
    service.succeed(new_job(client), "Hello", "World")
    usage = client.get("/v1/usage", params={"days": 2}).json()
    assert usage["pages_read"] == 2
    assert [each["jobs"] for each in usage["days"]] == [1]
    with service.client(service.key("stranger")) as other:
        assert other.get("/v1/usage").json()["pages_read"] == 0
    problem(client.get("/v1/usage", params={"days": 0}), 422, "invalid_request")


def test_the_history_has_the_figures_of_the_whole_service(
    client: httpx.Client, service: Service
) -> None:
    service.succeed(new_job(client), "Hello")
    assert client.get("/v1/history").json() == {"minutes": 2, "points": [], "faults": {}}
    service.ledger.history.record()
    history = client.get("/v1/history", params={"hours": 168}).json()
    assert history["minutes"] == 42
    (point,) = history["points"]
    assert point["workers_ready"] == 0
    assert point["job_s_median"] is None or point["job_s_median"] > 0
    problem(client.get("/v1/history", params={"hours": 169}), 422, "invalid_request")
