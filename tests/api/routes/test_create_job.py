import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from jobs.stores.workers import WorkerReport
from tests.api.conftest import Tenant
from tests.support.http import http_client
from tests.support.patience import PATIENCE_S
from tests.support.service import Service, running_service

PNG = b"\x89PNG\r\n\x1a\n" + bytes(5000)
RAW = {"Content-Type": "image/png"}


def problem(response: httpx.Response, status: int, code: str) -> dict[str, object]:
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, object] = response.json()
    assert (response.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["type"] == f"/problems/{code}"
    assert body["actor"] in {"caller", "operator"}
    return body


def test_a_form_is_accepted_with_its_parameters(client: httpx.Client, service: Service) -> None:
    answer = client.post(
        "/v1/jobs",
        files={"file": ("C:\\scans\\page 1.png", PNG)},
        data={"options": '{"languages":["deu"]}', "metadata": '{"invoice":7}'},
    )
    assert answer.status_code == 202
    assert answer.headers["retry-after"] == "1"
    job = client.get(answer.headers["location"]).json()
    turn = {name: job[name] for name in ("queue_position", "queue_pages", "estimated_wait_s")}
    assert job == answer.json() | turn
    assert job["state"] == "queued"
    assert job["input"]["filename"] == "page 1.png"
    assert job["input"]["bytes"] == len(PNG)
    assert job["options"]["languages"] == ["deu"]
    assert job["metadata"] == {"invoice": 7}
    stored = service.ledger.jobs.load(job["id"])
    assert service.blobs.get(stored.input_blob or "") == PNG


def test_raw_bytes_are_accepted_with_parameters_in_the_query(client: httpx.Client) -> None:
    query = {"options": '{"dpi":200}', "filename": "a.png"}
    answer = client.post("/v1/jobs", content=PNG, headers=RAW, params=query)
    assert answer.status_code == 202
    assert answer.json()["options"]["dpi"] == 200


def test_a_url_is_accepted_where_the_operator_allows_its_host(client: httpx.Client) -> None:
    answer = client.post("/v1/jobs", json={"url": "https://hooks.example.com/a.pdf"})
    assert answer.status_code == 202
    assert answer.json()["input"]["url"] == "https://hooks.example.com/a.pdf"


@pytest.mark.parametrize(
    "body",
    [
        {"url": "http://169.254.169.254/latest"},
        {"url": "https://hooks.example.com/a.pdf", "callback_url": "http://localhost:1/"},
    ],
)
def test_an_address_that_is_not_allowed_is_refused_and_names_the_setting(
    client: httpx.Client, body: dict[str, str]
) -> None:
    refused = problem(client.post("/v1/jobs", json=body), 422, "egress_refused")
    assert refused["setting"] == "PAGESIGHT_EGRESS_ALLOW"


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "empty"),
        (b"just some text", 415, "unsupported_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "unsupported_type"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", 415, "unsupported_type"),
        (b"PK\x03\x04" + bytes(100), 415, "unsupported_type"),
    ],
)
@pytest.mark.parametrize("form", [True, False])
def test_bytes_that_cannot_be_read_are_refused_at_once(
    client: httpx.Client, data: bytes, status: int, code: str, form: bool
) -> None:
    if form:
        answer = client.post("/v1/jobs", files={"file": ("page.png", data)})
    else:
        answer = client.post("/v1/jobs", content=data, headers=RAW)
    problem(answer, status, code)
    assert client.get("/v1/jobs").json()["jobs"] == []


def test_nothing_is_stored_of_a_refused_upload(tenant: Tenant, service: Service) -> None:
    bad = {"options": '{"colour":true}'}
    problem(tenant.client.post("/v1/jobs", files={"file": PNG}, data=bad), 422, "unknown_option")
    large = PNG + bytes(2_900_000)
    problem(tenant.client.post("/v1/jobs", files={"file": large}, data=bad), 422, "unknown_option")
    assert service.blobs.list(f"tenants/{tenant.name}/") == []
    assert tenant.client.get("/v1/jobs").json()["jobs"] == []


@pytest.mark.parametrize(
    ("options", "code", "named"),
    [
        ({"colour": True}, "unknown_option", "colour"),
        ({"lines": "magic"}, "invalid_option", "lines"),
        ({"dpi": 5}, "invalid_option", "dpi"),
        ({"languages": []}, "invalid_option", "languages"),
        ({"languages": ["../eng"]}, "invalid_option", "languages"),
        ({"languages": ["auto", "eng"]}, "invalid_option", "languages"),
        ({"ocr": "never"}, "invalid_option", "ocr"),
        ({"min_confidence": 1.5}, "invalid_option", "min_confidence"),
        ({"characters": "words"}, "invalid_option", "characters"),
        ({"min_region_confidence": 1.5}, "invalid_option", "min_region_confidence"),
        ({"pages": "3-1"}, "bad_page_selection", "3-1"),
    ],
)
def test_an_option_that_is_not_allowed_is_named(
    client: httpx.Client, options: dict[str, object], code: str, named: str
) -> None:
    query = {"options": json.dumps(options)}
    refused = problem(client.post("/v1/jobs", content=PNG, headers=RAW, params=query), 422, code)
    assert named in str(refused["detail"])


@pytest.mark.parametrize("depth", [65, 255, 900, 960, 990, 995])
@pytest.mark.parametrize("name", ["metadata", "options"])
def test_what_is_nested_too_deep_is_refused(client: httpx.Client, name: str, depth: int) -> None:
    fields = {name: '{"a":' * depth + "1" + "}" * depth}
    answer = client.post("/v1/jobs", files={"file": PNG}, data=fields)
    assert answer.status_code in {400, 422}
    assert answer.json()["code"] in {
        "bad_json",
        "invalid_request",
        "unknown_option",
        "invalid_option",
    }


@pytest.mark.parametrize("metadata", ['{"a":NaN}', '{"a":"\\u0000"}', '{"a":"\\ud800"}', "[1]"])
def test_metadata_that_no_database_keeps_is_refused(client: httpx.Client, metadata: str) -> None:
    query = {"metadata": metadata}
    answer = client.post("/v1/jobs", content=PNG, headers=RAW, params=query)
    refused = problem(answer, 422, "invalid_request")
    assert [row["place"] for row in refused["errors"]] == ["metadata"]  # type: ignore[attr-defined]


def test_an_unknown_language_lists_those_of_the_live_workers(tmp_path: Path) -> None:
    able = {"languages": ["deu", "eng"], "detectors": ["pagesight-doc"]}
    with running_service(tmp_path) as service, service.client(service.key("t")) as client:
        service.ledger.workers.beat(WorkerReport("w", "h", 1, "pages", True, None, able))
        query = {"options": '{"languages":["tlh"]}'}
        refused = problem(
            client.post("/v1/jobs", content=PNG, headers=RAW, params=query), 422, "unknown_language"
        )
        assert refused["installed"] == ["deu", "eng"]
        query = {"options": '{"detectors":["nosuch"]}'}
        refused = problem(
            client.post("/v1/jobs", content=PNG, headers=RAW, params=query), 422, "unknown_detector"
        )
        assert refused["installed"] == ["pagesight-doc"]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"x", "text/csv", 415, "unsupported_media"),
        (b"{", "application/json", 400, "bad_json"),
        (b'{"url":"https://a.example","pages":1}', "application/json", 422, "invalid_request"),
        (b"x", "multipart/form-data", 400, "bad_multipart"),
        (b"--b\r\nrubbish", "multipart/form-data; boundary=b", 400, "bad_multipart"),
        (
            b'--b\r\nContent-Disposition: form-data; name="colour"\r\n\r\n1\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
            400,
            "bad_multipart",
        ),
        (
            b'--b\r\nContent-Disposition: form-data; name="options"\r\n\r\n{}\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
            400,
            "bad_multipart",
        ),
        (
            b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n' + PNG,
            "multipart/form-data; boundary=b",
            400,
            "bad_multipart",
        ),
    ],
)
def test_a_malformed_request_is_a_problem(
    client: httpx.Client, body: bytes, content_type: str, status: int, code: str
) -> None:
    answer = client.post("/v1/jobs", content=body, headers={"Content-Type": content_type})
    assert problem(answer, status, code)["actor"] == "caller"
    assert client.get("/v1/jobs").json()["jobs"] == []


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(
    client: httpx.Client,
) -> None:
    headers = RAW | {"Content-Length": "4000000", "Expect": "100-continue"}
    with http_client(base_url=client.base_url, headers=client.headers) as other:
        request = other.build_request("POST", "/v1/jobs", content=b"", headers=headers)
        answer = _answer_without_body(request)
    assert b" 413 " in answer
    assert b'"too_large"' in answer


def _answer_without_body(request: httpx.Request) -> bytes:
    lines = [f"{request.method} {request.url.path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    with socket.create_connection(
        (request.url.host, request.url.port or 80), timeout=PATIENCE_S
    ) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode())
        received = b""
        while b'"too_large"' not in received and (piece := line.recv(4096)):
            received += piece
    return received


def test_a_body_without_length_is_cut_off_at_the_limit(client: httpx.Client) -> None:
    sent = 0

    def endless() -> object:
        nonlocal sent
        yield PNG
        for _ in range(4000):
            sent += 1
            yield bytes(65536)

    try:
        answer = client.post("/v1/jobs", content=endless(), headers=RAW)  # type: ignore[arg-type]
        problem(answer, 413, "too_large")
    except httpx.WriteError:
        pass  # the connection was closed while more was sent
    assert sent < 4000


def test_a_repeated_key_replays_the_first_answer(client: httpx.Client) -> None:
    headers = RAW | {"Idempotency-Key": "one"}
    first = client.post("/v1/jobs", content=PNG, headers=headers)
    again = client.post(
        "/v1/jobs", files={"file": ("x.png", PNG)}, headers={"Idempotency-Key": "one"}
    )
    assert first.headers.get("idempotent-replayed") is None
    assert again.status_code == 422  # another file name is another request
    again = client.post("/v1/jobs", content=PNG, headers=headers)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (202, "true")
    assert again.json()["id"] == first.json()["id"]
    changed = client.post("/v1/jobs", content=PNG + b"x", headers=headers)
    assert problem(changed, 422, "idempotency_mismatch")["job_id"] == first.json()["id"]
    assert len(client.get("/v1/jobs").json()["jobs"]) == 1


def test_many_posts_at_once_with_one_key_make_one_job(tenant: Tenant, service: Service) -> None:
    headers = RAW | {"Idempotency-Key": "same"}
    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(
                lambda _: tenant.client.post("/v1/jobs", content=PNG, headers=headers), range(40)
            )
        )
    accepted = [answer for answer in answers if answer.status_code == 202]
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.json()["id"] for answer in accepted}) == 1
    assert len(service.ledger.jobs.list(tenant.name)[0]) == 1
    assert len(service.blobs.list(f"tenants/{tenant.name}/")) == 1


def test_a_caller_may_wait_for_the_job_to_end(client: httpx.Client, service: Service) -> None:
    def work() -> None:
        while not (jobs := client.get("/v1/jobs").json()["jobs"]):
            time.sleep(0.02)
        service.succeed(jobs[0]["id"], "Hello")

    worker = threading.Thread(target=work)
    worker.start()
    answer = client.post("/v1/jobs", content=PNG, headers=RAW | {"Prefer": "wait=15"})
    worker.join()
    assert (answer.status_code, answer.json()["state"]) == (200, "succeeded")
    assert answer.headers["preference-applied"] == "wait=15"


def test_a_wait_that_is_over_answers_with_the_job_as_it_stands(client: httpx.Client) -> None:
    answer = client.post("/v1/jobs", content=PNG, headers=RAW | {"Prefer": "wait=0"})
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")


def test_a_queue_at_its_cap_answers_503_and_when_to_come_back(tmp_path: Path) -> None:
    with (
        running_service(tmp_path, max_queued_jobs=2) as service,
        service.client(service.key("t")) as client,
    ):
        answers = [client.post("/v1/jobs", content=PNG, headers=RAW) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [202, 202, 503]
        problem(answers[2], 503, "queue_full")
        assert int(answers[2].headers["retry-after"]) == 30  # nothing was finished to measure by


def test_a_tenant_at_its_cap_is_answered_429_and_another_is_not(tmp_path: Path) -> None:
    with (
        running_service(tmp_path, max_queued_jobs_per_tenant=2) as service,
        service.client(service.key("t")) as client,
        service.client(service.key("other")) as other,
    ):
        jobs = [client.post("/v1/jobs", content=PNG, headers=RAW).json()["id"] for _ in range(2)]
        problem(client.post("/v1/jobs", content=PNG, headers=RAW), 429, "tenant_queue_full")
        batch = client.post("/v1/batches", files={"file": ("a.png", PNG)})
        problem(batch, 429, "tenant_queue_full")
        mine = other.post("/v1/jobs", content=PNG, headers=RAW)
        assert mine.status_code == 202
        assert other.get(mine.headers["location"]).json()["queue_position"] == 1
        service.succeed(jobs[0], "text")
        waiting = client.get(f"/v1/jobs/{jobs[1]}").json()
        ends = time.monotonic() + 30
        while waiting["estimated_wait_s"] is None and time.monotonic() < ends:
            time.sleep(0.1)  # how the queue stands is remembered for a moment
            waiting = client.get(f"/v1/jobs/{jobs[1]}").json()
        turn = (waiting["queue_position"], waiting["queue_pages"])
        assert (*turn, waiting["estimated_wait_s"] >= 0) == (1, 1, True)
        assert client.post("/v1/jobs", content=PNG, headers=RAW).status_code == 202
