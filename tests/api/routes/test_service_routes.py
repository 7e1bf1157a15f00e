import re
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import jsonschema
import pytest
from prometheus_client.parser import text_string_to_metric_families

from jobs.queue.task_table import Message
from jobs.stores.workers import WorkerReport
from tests.api.routes.test_create_job import PNG, RAW
from tests.support.ledgers import created
from tests.support.service import Service, document, running_service
from tests.support.workplace import await_true
from vision.core.options import declarations
from vision.export.json import to_json_dict

CONSOLE = Path(__file__).parents[3] / "api" / "console"


def test_liveness_asks_nothing_of_the_others(service: Service) -> None:
    with service.client() as nobody:
        assert nobody.get("/healthz").json() == {"status": "alive"}


def test_readiness_names_what_is_missing_and_who_must_act(service: Service) -> None:
    with service.client() as nobody:
        idle = nobody.get("/readyz")
        assert idle.status_code == 200  # documents are accepted, and wait
        assert (idle.json()["ready"], idle.json()["reading"]) == (True, False)
        parts = {reason["part"] for reason in idle.json()["reasons"]}
        assert parts == {"worker:pages", "worker:control"}
        lame = WorkerReport("w1", "h", 1, "pages", False, "CUDA was asked for", {})
        service.ledger.workers.beat(lame)
        assert "CUDA was asked for" in nobody.get("/readyz").text
        able = {"providers": {"pagesight-doc": "CPUExecutionProvider"}}
        service.ledger.workers.beat(WorkerReport("w1", "h", 1, "pages", True, None, able))
        service.ledger.workers.beat(WorkerReport("w2", "h", 2, "control", True, None, {}))
        complete = nobody.get("/readyz").json()
        assert complete["workers"][0]["capabilities"] == able
        assert (complete["reading"], complete["reasons"]) == (True, [])
        service.broker.alive = False
        try:
            broken = nobody.get("/readyz").json()
        finally:
            service.broker.alive = True
            service.ledger.workers.forget("w1")
            service.ledger.workers.forget("w2")
        assert (broken["ready"], broken["reading"]) == (True, False)
        assert [row["part"] for row in broken["reasons"]] == ["broker"]


Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def figures(client: httpx.Client) -> Figures:
    """Every figure by name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
    }


def figure(found: Figures, name: str, **labels: str) -> float:
    return found.get((name, frozenset(labels.items())), 0.0)


def test_metrics_count_requests_by_route_and_jobs_by_state(
    client: httpx.Client, service: Service
) -> None:
    before = figures(client)
    job_id = client.post("/v1/jobs", content=PNG, headers=RAW).json()["id"]
    for _ in range(3):
        client.get(f"/v1/jobs/{job_id}")
    client.get("/v1/jobs/job_unknown")
    service.open(job_id, 2)
    service.ledger.workers.beat(WorkerReport("w1", "h", 1, "pages", True, None, {}))
    after = figures(client)
    service.ledger.workers.forget("w1")

    def grew(name: str, **labels: str) -> float:
        return figure(after, name, **labels) - figure(before, name, **labels)

    one = {"method": "GET", "route": "/v1/jobs/{job_id}"}
    assert grew("pagesight_http_requests_total", **one, status="200") == 3
    assert grew("pagesight_http_requests_total", **one, status="404") == 1
    assert grew("pagesight_http_request_seconds_count", **one) == 4
    assert 0 < grew("pagesight_http_request_seconds_sum", **one) < 60
    assert grew("pagesight_jobs", state="running") == 1
    assert grew("pagesight_jobs", state="queued") == 0
    assert grew("pagesight_queue_pages") == 2
    assert grew("pagesight_workers_ready", role="pages") == 1
    assert figure(after, "pagesight_queue_oldest_seconds") > 0
    routes = {value for _, labels in after for name, value in labels if name == "route"}
    assert not any(job_id in route for route in routes)


def test_the_openapi_document_teaches(service: Service) -> None:
    with service.client() as nobody:
        api = nobody.get("/openapi.json").json()
    operations = [each for path in api["paths"].values() for each in path.values()]
    assert all(each["summary"] and each["operationId"] and each["tags"] for each in operations)
    assert len({each["operationId"] for each in operations}) == len(operations)
    create = api["paths"]["/v1/jobs"]["post"]
    assert {"200", "202", "401", "413", "415", "422", "503"} <= create["responses"].keys()
    assert create["security"] == [{"BearerKey": []}, {"HeaderKey": []}]
    references = set(_references(api))
    known = api["components"]["schemas"].keys()
    assert {each.rsplit("/", 1)[1] for each in references if each.startswith("#")} <= known


def _references(value: object) -> list[str]:
    if isinstance(value, list):
        return [found for each in value for found in _references(each)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [found for each in value.values() for found in _references(each)]


def test_the_published_schema_describes_results(service: Service) -> None:
    with service.client() as nobody:
        schema = nobody.get("/v1/schema/document.json").json()
    jsonschema.validate(to_json_dict(document("Hello")), schema)


def test_the_pages_need_no_other_host(service: Service) -> None:
    with service.client() as nobody:
        built = [f"/console/{path.name}" for path in CONSOLE.glob("*.*s")]
        assert {"/console/app.js", "/console/docs.js", "/console/style.css"} <= set(built)
        for path in ("/", "/docs", *built):
            answer = nobody.get(path)
            assert answer.status_code == 200
            addresses = set(re.findall(r"https?://[\w.:]*", answer.text))
            # The name of an XML namespace, and what a field for an address shows.
            assert addresses <= {"http://www.w3.org", "https://"}, (path, addresses)
            assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_accepted_jobs_reach_the_broker(client: httpx.Client, service: Service) -> None:
    job_id = client.post("/v1/jobs", content=PNG, headers=RAW).json()["id"]
    until = time.monotonic() + 10
    while (job_id,) not in [message.args for message in service.broker.published]:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_capabilities_list_options_formats_events_and_what_ready_workers_have(
    service: Service,
) -> None:
    able = {"languages": ["deu", "eng"], "detectors": ["pagesight-doc"]}
    service.ledger.workers.beat(WorkerReport("w9", "h", 9, "pages", True, None, able))
    try:
        with service.client(service.key("curious", "jobs:read")) as client:
            deadline = time.monotonic() + 20
            while not (told := client.get("/v1/capabilities").json())["languages"]:
                assert time.monotonic() < deadline, told
                time.sleep(0.2)  # the workers' reports are cached for some seconds
    finally:
        service.ledger.workers.forget("w9")
    assert told["languages"] == ["deu", "eng"]
    assert told["detectors"] == ["pagesight-doc"]
    assert set(told["options"]["properties"]) == set(declarations())
    assert "learned" in told["options"]["properties"]["lines"]["enum"]
    assert {"json", "text", "markdown", "alto"} <= {each["name"] for each in told["formats"]}
    assert {"image/heic", "application/pdf"} <= set(told["media_types"])
    assert "job.succeeded" in told["webhook_events"]


def test_an_api_whose_relay_failed_is_not_ready_and_counts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def publish(messages: Sequence[Message]) -> None:
        if messages:
            raise TypeError("not a message")

    with running_service(tmp_path) as service, service.client() as nobody:
        for role in ("pages", "control"):
            service.ledger.workers.beat(WorkerReport(role, "h", 1, role, True, None, {}))
        assert nobody.get("/readyz").is_success
        monkeypatch.setattr(service.broker, "publish", publish)
        created(service.ledger)
        await_true(lambda: not nobody.get("/readyz").is_success, "a failure of the relay")
        (reason,) = nobody.get("/readyz").json()["reasons"]
        assert (reason["part"], reason["actor"]) == ("thread:relay", "operator")
        assert "(TypeError)" in reason["message"]
        assert figure(figures(nobody), "pagesight_thread_failures_total", thread="relay") >= 1
