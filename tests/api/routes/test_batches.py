import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from jobs.domain.states import JobState
from tests.api.conftest import Tenant
from tests.api.routes.test_create_job import PNG, problem
from tests.support.service import Service, running_service
from tests.workers.control.test_zip_archive import packed
from workers.control.expand_batch import BatchProcessor

LINES = {"Content-Type": "application/jsonl"}
ZIP = {"Content-Type": "application/zip"}
URL = "https://hooks.example.com/a.pdf"


def files(*names: str) -> list[tuple[str, tuple[str, bytes]]]:
    return [("file", (name, PNG + name.encode())) for name in names]


def lines(*rows: Mapping[str, Any]) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in rows)


def sent(client: httpx.Client, *names: str, **data: Any) -> dict[str, Any]:
    answer = client.post("/v1/batches", files=files(*names), data=data)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/v1/batches/{answer.json()['id']}"
    body: dict[str, Any] = answer.json()
    return body


def tend(service: Service, batch_id: str) -> None:
    BatchProcessor(service.ledger, service.blobs, service.settings, "t").process(batch_id)


def laid_out(service: Service, client: httpx.Client, *names: str, **data: Any) -> Sequence[str]:
    """The batch's id, then those of its jobs in order."""
    batch = sent(client, *names, **data)
    tend(service, batch["id"])
    jobs = service.ledger.batches.jobs(batch["id"], list(JobState), -1, 100)
    return [batch["id"], *(job.id for job in jobs)]


def read_lines(client: httpx.Client, batch_id: str, kind: str, after: int = -1) -> list[Any]:
    answer = client.get(f"/v1/batches/{batch_id}/{kind}.jsonl", params={"after": after})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/jsonl"
    return [json.loads(line) for line in answer.content.splitlines()]


def test_many_files_are_accepted_in_one_form(client: httpx.Client, service: Service) -> None:
    told = lines({"name": "b.png", "custom_id": "second", "options": {"dpi": 144}})
    batch = sent(
        client, "in/a.png", "b.png", options='{"languages":["deu"]}', documents=told.decode()
    )
    assert batch["state"] == "preparing"
    assert batch["documents"]["total"] == 2
    assert (batch["priority"], batch["options"]["languages"]) == ("batch", ["deu"])
    tend(service, batch["id"])
    now = client.get(batch["links"]["self"]).json()
    assert (now["state"], now["documents"]["queued"]) == ("running", 2)
    jobs = client.get(batch["links"]["jobs"]).json()["jobs"]
    by_id = {job["custom_id"]: job for job in jobs}
    assert by_id.keys() == {"in/a.png", "second"}
    assert by_id["second"]["options"]["dpi"] == 144
    assert by_id["second"]["options"]["languages"] == ["deu"]
    assert by_id["in/a.png"]["priority"] == "batch"
    stored = service.ledger.jobs.load(by_id["second"]["id"])
    assert service.blobs.get(stored.input_blob or "") == PNG + b"b.png"


def test_files_of_the_same_name_get_distinct_ids(client: httpx.Client, service: Service) -> None:
    batch_id, *_ = laid_out(service, client, "a.png", "a.png", "a.png")
    jobs = service.ledger.batches.jobs(batch_id, list(JobState), -1, 9)
    assert [job.custom_id for job in jobs] == ["a.png", "a.png#1", "a.png#2"]


@pytest.mark.parametrize("as_form", [True, False])
def test_a_zip_is_accepted_and_unpacked_later(
    client: httpx.Client, service: Service, as_form: bool
) -> None:
    data = packed(("x/a.png", PNG), ("b.png", PNG))
    answer = (
        client.post("/v1/batches", files={"archive": ("scans.zip", data)})
        if as_form
        else client.post("/v1/batches", content=data, headers=ZIP, params={"priority": "normal"})
    )
    assert answer.status_code == 202, answer.text
    batch = answer.json()
    assert (batch["documents"]["total"], batch["documents"]["laid_out"]) == (None, 0)
    tend(service, batch["id"])
    now = client.get(batch["links"]["self"]).json()
    assert (now["documents"]["total"], now["documents"]["queued"]) == (2, 2)


def test_a_zip_that_is_refused_says_so_in_its_batch(client: httpx.Client, service: Service) -> None:
    data = packed(("a.png", bytes(2_000_000)))
    batch = client.post("/v1/batches", content=data, headers=ZIP).json()
    tend(service, batch["id"])
    now = client.get(batch["links"]["self"]).json()
    assert now["state"] == "failed"
    assert (now["fault"]["code"], now["fault"]["actor"]) == ("archive_bomb", "caller")


def test_lines_may_name_urls_and_earlier_jobs(client: httpx.Client, service: Service) -> None:
    headers = {"Content-Type": "image/png"}
    old = client.post("/v1/jobs", content=PNG, headers=headers, params={"filename": "o.png"}).json()
    body = lines({"url": URL, "custom_id": "u"}, {"job": old["id"], "metadata": {"n": 1}})
    answer = client.post(
        "/v1/batches", content=body + b"\n\n", headers=LINES, params={"begin_within_s": "60"}
    )
    assert answer.status_code == 202, answer.text
    batch_id = answer.json()["id"]
    tend(service, batch_id)
    first, second = service.ledger.batches.jobs(batch_id, list(JobState), -1, 9)
    assert (first.custom_id, first.source_url) == ("u", URL)
    assert first.begin_by is not None
    assert (second.custom_id, second.filename, second.metadata) == ("o.png", "o.png", {"n": 1})
    assert service.blobs.get(second.input_blob or "") == PNG


def test_every_invalid_line_is_reported_with_its_number(client: httpx.Client) -> None:
    body = lines(
        {"url": URL},
        {"url": "https://elsewhere.example/x"},
        {"url": URL, "job": "job_" + "0" * 26},
        {"custom_id": "nothing else"},
        {"url": URL, "options": {"dpi": 1}},
        {"url": URL, "surprise": 1},
        {"url": URL, "custom_id": "x"},
        {"url": URL, "custom_id": "x"},
    )
    answer = client.post("/v1/batches", content=body + b"\n{not json", headers=LINES)
    rows: Any = problem(answer, 422, "bad_documents")["errors"]
    assert {row["place"].split(",")[0] for row in rows} == {
        f"line {number}" for number in (2, 3, 4, 5, 6, 8, 9)
    }


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"content": b"", "headers": LINES}, 422, "batch_empty"),
        ({"content": b"\n \n", "headers": LINES}, 422, "batch_empty"),
        ({"content": b"no zip at all", "headers": ZIP}, 422, "archive_damaged"),
        ({"content": PNG, "headers": {"Content-Type": "image/png"}}, 415, "unsupported_media"),
        ({"content": lines({"job": "job_" + "0" * 26}), "headers": LINES}, 422, "bad_documents"),
        ({"files": files("a.png"), "data": {"priority": "now"}}, 422, "invalid_request"),
        ({"files": files("a.png"), "data": {"options": '{"dpi":1}'}}, 422, "invalid_option"),
        ({"files": files("a.png"), "data": {"surprise": "1"}}, 400, "bad_multipart"),
        ({"files": files("a.png"), "data": {"documents": '{"name":"b"}'}}, 422, "bad_documents"),
        ({"files": [*files("a"), ("archive", ("z", packed(("a", b"a"))))]}, 422, "bad_documents"),
        ({"data": {"priority": "batch"}, "files": {"x": b""}}, 400, "bad_multipart"),
        (
            {"files": files("a"), "data": {"callback_url": "https://elsewhere.example/"}},
            422,
            "egress_refused",
        ),
    ],
)
def test_what_is_refused_leaves_nothing(
    tenant: Tenant, service: Service, request_: dict[str, Any], status: int, code: str
) -> None:
    problem(tenant.client.post("/v1/batches", **request_), status, code)
    assert tenant.client.get("/v1/batches").json()["batches"] == []
    assert service.blobs.list(f"tenants/{tenant.name}/") == []


def test_too_many_documents_are_refused(tmp_path: Path) -> None:
    with (
        running_service(tmp_path, max_batch_documents=2, egress_allow=("*",)) as service,
        service.client(service.key("t")) as client,
    ):
        refused = client.post("/v1/batches", files=files("a", "b", "c"))
        assert problem(refused, 413, "batch_too_large")["limit"] == 2
        body = lines({"url": URL}, {"url": URL}, {"url": URL})
        refused = client.post("/v1/batches", content=body, headers=LINES)
        problem(refused, 413, "batch_too_large")
        assert service.blobs.list("tenants/") == []


def test_one_key_makes_one_batch_whatever_the_boundary(tenant: Tenant, service: Service) -> None:
    headers = {"Idempotency-Key": "monday"}
    first = tenant.client.post("/v1/batches", files=files("a", "b"), headers=headers)
    again = tenant.client.post("/v1/batches", files=files("a", "b"), headers=headers)
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert again.headers["idempotent-replayed"] == "true"
    other = tenant.client.post("/v1/batches", files=files("a", "c"), headers=headers)
    assert problem(other, 422, "idempotency_mismatch")["batch_id"] == first.json()["id"]
    jobs = service.blobs.list(f"tenants/{tenant.name}/jobs/")
    assert len(jobs) == 2


def test_results_and_errors_come_line_by_line_in_the_order_of_the_documents(
    client: httpx.Client, service: Service
) -> None:
    batch_id, *jobs = laid_out(service, client, "a", "b", "c", "d")
    service.succeed(jobs[2], "text of c")
    service.open(jobs[1], 1)
    service.fail_page(jobs[1], 1)
    service.ledger.finishing.finish(jobs[1], "none")
    assert [row["custom_id"] for row in read_lines(client, batch_id, "results")] == ["c"]
    service.succeed(jobs[0], "text of a", "page two")
    first, third = read_lines(client, batch_id, "results")
    assert (first["index"], first["job_id"], first["state"]) == (0, jobs[0], "succeeded")
    assert [page["text"] for page in first["result"]["pages"]] == ["text of a", "page two"]
    assert first["result"] == client.get(f"/v1/jobs/{jobs[0]}/result").json()
    assert third["custom_id"] == "c"
    assert read_lines(client, batch_id, "results", after=0) == [third]
    (error,) = read_lines(client, batch_id, "errors")
    assert (error["custom_id"], error["fault"]["code"]) == ("b", "damaged")


def test_cancelling_keeps_results_and_lists_the_rest_as_errors(
    client: httpx.Client, service: Service
) -> None:
    batch_id, *jobs = laid_out(service, client, "a", "b")
    service.succeed(jobs[0], "done")
    assert client.post(f"/v1/batches/{batch_id}/cancel").json()["state"] == "cancelling"
    tend(service, batch_id)
    assert client.get(f"/v1/batches/{batch_id}").json()["state"] == "cancelled"
    assert len(read_lines(client, batch_id, "results")) == 1
    (line,) = read_lines(client, batch_id, "errors")
    assert (line["custom_id"], line["state"], line["fault"]) == ("b", "cancelled", None)


def test_the_failed_ones_alone_are_read_again(client: httpx.Client, service: Service) -> None:
    told = lines({"name": "b", "custom_id": "bee", "options": {"dpi": 144}})
    batch_id, *jobs = laid_out(service, client, "a", "b", documents=told.decode())
    problem(client.post(f"/v1/batches/{batch_id}/retry"), 409, "illegal_move")
    service.succeed(jobs[0], "done")
    service.open(jobs[1], 1)
    service.fail_page(jobs[1], 1)
    service.ledger.finishing.finish(jobs[1], "none")
    headers = {"X-Request-Id": "second-try"}
    again = client.post(f"/v1/batches/{batch_id}/retry", headers=headers).json()
    assert (again["retry_of"], again["documents"]["total"]) == (batch_id, 1)
    tend(service, again["id"])
    (job,) = service.ledger.batches.jobs(again["id"], list(JobState), -1, 9)
    assert (job.custom_id, job.options["dpi"], job.request_id) == ("bee", 144, "second-try")
    assert service.blobs.get(job.input_blob or "") == PNG + b"b"
    service.succeed(job.id, "now")
    problem(client.post(f"/v1/batches/{again['id']}/retry"), 409, "illegal_move")


def test_partial_and_cancelled_ones_are_read_again_where_that_is_asked_for(
    client: httpx.Client, service: Service
) -> None:
    batch_id, done, half, stopped = laid_out(service, client, "a", "b", "c")
    service.succeed(done, "done")
    service.open(half, 2)
    service.read_page(half, 1, "first")
    service.fail_page(half, 2)
    service.finish(half, "first")
    client.post(f"/v1/batches/{batch_id}/cancel")
    tend(service, batch_id)
    problem(client.post(f"/v1/batches/{batch_id}/retry"), 409, "illegal_move")
    bad = client.post(f"/v1/batches/{batch_id}/retry", params={"states": "succeeded"})
    problem(bad, 422, "invalid_request")
    asked = {"states": ["partial", "cancelled"]}
    headers = {"Idempotency-Key": f"again-{batch_id}"}
    answers = [
        client.post(f"/v1/batches/{batch_id}/retry", params=asked, headers=headers)
        for _ in range(2)
    ]
    again = answers[0].json()
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[1].json()["id"] == again["id"]
    assert answers[1].headers["idempotent-replayed"] == "true"
    other = client.post(f"/v1/batches/{batch_id}/retry?states=partial", headers=headers)
    problem(other, 422, "idempotency_mismatch")
    tend(service, again["id"])
    jobs = service.ledger.batches.jobs(again["id"], list(JobState), -1, 9)
    assert [(job.custom_id, job.retry_of) for job in jobs] == [("b", half), ("c", stopped)]
    assert [service.blobs.get(job.input_blob or "") for job in jobs] == [PNG + b"b", PNG + b"c"]


def test_documents_that_were_cancelled_before_they_were_jobs_are_read_again(
    client: httpx.Client, service: Service
) -> None:
    job = client.post("/v1/jobs", content=PNG, headers={"Content-Type": "image/png"}).json()["id"]
    told = lines({"url": URL}, {"job": job, "custom_id": "old"})
    batch_id = sent(client, "a.png", documents=told.decode())["id"]
    client.post(f"/v1/batches/{batch_id}/cancel")
    again = client.post(f"/v1/batches/{batch_id}/retry?states=cancelled").json()
    assert again["documents"]["total"] == 3
    tend(service, again["id"])
    first, second, third = service.ledger.batches.jobs(again["id"], list(JobState), -1, 9)
    assert service.blobs.get(first.input_blob or "") == PNG + b"a.png"
    assert (second.source_url, second.custom_id) == (URL, URL)
    assert (service.blobs.get(third.input_blob or ""), third.custom_id) == (PNG, "old")


def test_events_tell_of_progress_and_end_with_the_batch(
    client: httpx.Client, service: Service
) -> None:
    batch_id, *jobs = laid_out(service, client, "a", "b")
    kinds: list[str] = []
    counted: list[int] = []
    with client.stream("GET", f"/v1/batches/{batch_id}/events") as stream:
        for line in stream.iter_lines():
            if line.startswith("event: "):
                kinds.append(line.removeprefix("event: "))
            if line.startswith("data: "):
                succeeded = json.loads(line.removeprefix("data: "))["documents"]["succeeded"]
                if succeeded not in counted and succeeded < len(jobs):
                    service.succeed(jobs[succeeded], "x")
                counted.append(succeeded)
    # A document that is being read may be counted, too, between two ends.
    assert set(kinds[:-1]) == {"batch.progress"}
    assert kinds[-1] == "batch.completed"
    assert sorted(set(counted)) == [0, 1, 2]
    assert counted == sorted(counted)
    known = client.get(f"/v1/batches/{batch_id}/events", headers={"Last-Event-ID": "end"})
    assert known.status_code == 204


def test_batches_are_listed_and_deleted(tenant: Tenant, service: Service) -> None:
    batch_id, job = laid_out(service, tenant.client, "a")
    problem(tenant.client.delete(f"/v1/batches/{batch_id}"), 409, "illegal_move")
    service.succeed(job, "x")
    listed = tenant.client.get("/v1/batches").json()
    assert ([each["id"] for each in listed["batches"]], listed["next"]) == ([batch_id], None)
    assert tenant.client.delete(f"/v1/batches/{batch_id}").status_code == 204
    assert tenant.client.get(f"/v1/batches/{batch_id}").status_code == 404
    assert tenant.client.get("/v1/batches").json()["batches"] == []
    assert tenant.client.get(f"/v1/jobs/{job}").status_code == 404
    assert tenant.client.get(f"/v1/jobs/{job}/pages/1").status_code == 404
    assert tenant.client.get("/v1/jobs").json()["jobs"] == []
    (deed,) = service.ledger.audit.list(tenant=tenant.name, action="batch.deleted")
    assert deed.target == batch_id
    service.ledger.deletion.purge(service.blobs, limit_s=60)
    assert service.blobs.list(f"tenants/{tenant.name}/") == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/events"),
        ("GET", "/results.jsonl"),
        ("GET", "/errors.jsonl"),
        ("POST", "/cancel"),
        ("POST", "/retry"),
        ("DELETE", ""),
    ],
)
def test_another_tenants_batch_is_not_found(
    client: httpx.Client, service: Service, method: str, path: str
) -> None:
    batch_id = sent(client, "a")["id"]
    with service.client(service.key("stranger")) as stranger:
        problem(stranger.request(method, f"/v1/batches/{batch_id}{path}"), 404, "not_found")
        assert service.ledger.batches.tenant_of(batch_id) is not None


def test_another_tenants_job_is_no_document(client: httpx.Client, service: Service) -> None:
    headers = {"Content-Type": "image/png"}
    job = client.post("/v1/jobs", content=PNG, headers=headers).json()["id"]
    with service.client(service.key("stranger")) as stranger:
        answer = stranger.post("/v1/batches", content=lines({"job": job}), headers=LINES)
        refused = problem(answer, 422, "bad_documents")
        assert refused["errors"] == [{"place": job, "expected": "A job of yours"}]


def test_a_large_file_among_small_ones_is_streamed(client: httpx.Client, service: Service) -> None:
    big = PNG + bytes(2_000_000)
    form = [("file", ("big", big)), *files("small"), ("file", ("empty", b""))]
    batch = client.post("/v1/batches", files=form).json()
    tend(service, batch["id"])
    first, second, third = service.ledger.batches.jobs(batch["id"], list(JobState), -1, 9)
    assert service.blobs.get(first.input_blob or "") == big
    assert (second.input_bytes, third.input_bytes) == (len(PNG) + 5, 0)
