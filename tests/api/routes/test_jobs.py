import io
import json
import re
from dataclasses import astuple
from zipfile import ZipFile

import httpx
import pytest

from jobs.storage.blob_keys import fault_key, file_key, result_key
from jobs.storage.result_index import write_index
from tests.api.conftest import Tenant
from tests.api.routes.test_create_job import PNG, RAW, problem
from tests.support.service import Service, page_reading
from vision.core.document import DocumentInfo, Receipt
from vision.core.registry import plugins
from vision.export.streamed import StreamedResult


def new_job(client: httpx.Client) -> str:
    job_id: str = client.post("/v1/jobs", content=PNG, headers=RAW).json()["id"]
    return job_id


def contents(answer: httpx.Response) -> dict[str, bytes]:
    """What an answer holds by file, without the time at which PAGE XML was made."""
    if answer.headers["content-type"] != "application/zip":
        return {"": answer.content}
    with ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    made_at = re.compile(rb"<(Created|LastChange)>[^<]*")
    return {name: made_at.sub(b"", content) for name, content in files.items()}


def test_a_list_is_paged_by_its_cursor(client: httpx.Client) -> None:
    made = [new_job(client) for _ in range(5)]
    seen: list[str] = []
    query: dict[str, str | int] = {"limit": 2}
    while True:
        page = client.get("/v1/jobs", params=query).json()
        seen += [job["id"] for job in page["jobs"]]
        if page["next"] is None:
            break
        query["before"] = page["next"]
    assert seen == made[::-1]
    assert client.get("/v1/jobs", params={"state": "failed"}).json()["jobs"] == []


def test_a_result_comes_in_the_format_asked_for(client: httpx.Client, service: Service) -> None:
    job_id = new_job(client)
    service.succeed(job_id, "Hello", "World")
    path = f"/v1/jobs/{job_id}/result"
    assert [page["text"] for page in client.get(path).json()["pages"]] == ["Hello", "World"]
    text = client.get(path, headers={"Accept": "text/rtf;q=0.9, text/plain;q=0.5"})
    assert text.headers["content-type"].startswith("text/plain")
    assert text.text == "Hello\n\fWorld\n"
    markdown = client.get(path, params={"format": "markdown"}, headers={"Accept": "text/plain"})
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert "# Hello" in markdown.text
    refused = problem(client.get(path, params={"format": "docx"}), 406, "not_acceptable")
    assert {"json", "text", "markdown", "hocr"} <= set(refused["available"])  # type: ignore[call-overload]
    problem(client.get(path, headers={"Accept": "image/gif"}), 406, "not_acceptable")


def test_a_format_with_a_file_for_each_page_comes_as_a_zip(
    client: httpx.Client, service: Service
) -> None:
    job_id = new_job(client)
    service.succeed(job_id, "Hello", "World")
    path = f"/v1/jobs/{job_id}/result"
    answer = client.get(path, params={"format": "page"})
    assert answer.headers["content-type"] == "application/zip"
    with ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["page-1.page.xml", "page-2.page.xml"]
        assert b">World<" in archive.read("page-2.page.xml")
    alto = client.get(path, headers={"Accept": "application/alto+xml"})
    assert alto.headers["content-type"] == "application/alto+xml"
    assert alto.content.count(b"<Page ") == 2


def test_a_file_that_needs_the_document_is_made_by_a_worker_when_asked_for(
    client: httpx.Client, service: Service
) -> None:
    job_id = new_job(client)
    path = f"/v1/jobs/{job_id}/result?format=pdf"
    assert problem(client.get(path), 409, "not_finished")["state"] == "queued"
    job = service.succeed(job_id, "Hello")
    for _ in range(2):
        waiting = client.get(path)
        assert problem(waiting, 409, "not_finished")["state"] == "succeeded"
        assert waiting.headers["retry-after"] == "1"
    service.ledger.tasks.take(100)
    assert service.ledger.files.begin(f"{job_id}.pdf")
    service.blobs.put(file_key(job, "pdf"), b"%PDF made")
    service.ledger.files.end(f"{job_id}.pdf")
    made = client.get(path)
    assert (made.status_code, made.content) == (200, b"%PDF made")
    assert made.headers["content-type"] == "application/pdf"
    service.blobs.put(file_key(job, "overlay"), b"PK\x03\x04 two pages")
    pictures = client.get(f"/v1/jobs/{job_id}/result", headers={"Accept": "image/png"})
    assert pictures.headers["content-type"] == "application/zip"


def test_a_file_that_cannot_be_made_says_why(client: httpx.Client, service: Service) -> None:
    job_id = new_job(client)
    job = service.succeed(job_id, "Hello")
    service.blobs.put(fault_key(job, "pdf"), b'["damaged", "It is broken.", "caller"]')
    refused = problem(client.get(f"/v1/jobs/{job_id}/result?format=pdf"), 422, "job_failed")
    assert refused["detail"] == "It is broken."
    assert refused["fault"]["code"] == "damaged"  # type: ignore[index]


def test_several_formats_come_as_one_zip(client: httpx.Client, service: Service) -> None:
    job_id = new_job(client)
    service.succeed(job_id, "Hello", "World")
    path = f"/v1/jobs/{job_id}/result"
    answer = client.get(path, params={"format": "json,page,markdown,json"})
    assert answer.headers["content-type"] == "application/zip"
    with ZipFile(io.BytesIO(answer.content)) as archive:
        pages = ["page-1.page.xml", "page-2.page.xml"]
        assert archive.namelist() == ["result.json", *pages, "result.md"]
        assert json.loads(archive.read("result.json")) == client.get(path).json()
    problem(client.get(path, params={"format": "json,docx"}), 406, "not_acceptable")
    problem(client.get(path, params={"format": "json,"}), 406, "not_acceptable")


def test_a_page_can_be_read_before_the_job_has_ended(
    client: httpx.Client, service: Service
) -> None:
    job_id = new_job(client)
    problem(client.get(f"/v1/jobs/{job_id}/pages/1"), 409, "not_finished")
    service.open(job_id, 2)
    service.read_page(job_id, 1, "Hello")
    waiting = client.get(f"/v1/jobs/{job_id}/result")
    assert problem(waiting, 409, "not_finished")["state"] == "running"
    assert waiting.headers["retry-after"] == "1"
    assert client.get(f"/v1/jobs/{job_id}/pages/1").json()["page"]["text"] == "Hello"
    pages = client.get(f"/v1/jobs/{job_id}/pages").json()["pages"]
    assert [page["state"] for page in pages] == ["succeeded", "queued"]
    problem(client.get(f"/v1/jobs/{job_id}/pages/2"), 409, "not_finished")
    problem(client.get(f"/v1/jobs/{job_id}/pages/3"), 404, "not_found")


def test_a_partial_job_gives_its_pages_and_says_which_failed(
    client: httpx.Client, service: Service
) -> None:
    job_id = new_job(client)
    service.open(job_id, 2)
    service.read_page(job_id, 1, "Hello")
    service.fail_page(job_id, 2)
    service.finish(job_id, "Hello")
    assert client.get(f"/v1/jobs/{job_id}").json()["state"] == "partial"
    assert client.get(f"/v1/jobs/{job_id}/result").status_code == 200
    failed = problem(client.get(f"/v1/jobs/{job_id}/pages/2"), 422, "page_failed")
    assert failed["fault"]["code"] == "damaged"  # type: ignore[index]


def test_a_failed_job_returns_its_fault_instead_of_a_result(
    client: httpx.Client, service: Service
) -> None:
    job_id = new_job(client)
    service.open(job_id, 1)
    service.fail_page(job_id, 1, "truncated")
    service.finish(job_id)
    failed = problem(client.get(f"/v1/jobs/{job_id}/result"), 422, "job_failed")
    assert failed["fault"]["code"] == "truncated"  # type: ignore[index]
    assert failed["actor"] == "caller"


def test_a_page_is_found_in_the_result_where_its_reading_is_not_kept_as_well(
    client: httpx.Client, service: Service
) -> None:
    job_id = new_job(client)
    service.open(job_id, 2)
    for number in (1, 2):
        service.read_page(job_id, number, f"Grüße {number}")
    before = [client.get(f"/v1/jobs/{job_id}/pages/{number}").json() for number in (1, 2)]
    job = service.finish(job_id, "Grüße 1", "Grüße 2")
    readings = [page_reading(number, f"Grüße {number}") for number in (1, 2)]
    info = DocumentInfo("image/png", "0" * 64, 2)
    result = StreamedResult(info, readings, (), Receipt("pagesight", "0", {}, (), ()))
    service.blobs.put_stream(result_key(job), result)
    path = f"/v1/jobs/{job_id}/result"
    alone = [name for name, form in plugins("format").items() if not form.needs_images]
    formats = [*alone, ",".join(alone)]
    whole = {name: client.get(path, params={"format": name}) for name in formats}
    write_index(service.blobs, job, map(astuple, result.ranges))
    for name, answer in whole.items():
        streamed = client.get(path, params={"format": name})
        assert contents(streamed) == contents(answer)
        assert streamed.headers["content-type"] == answer.headers["content-type"]
    assert list(contents(whole["svg"])) == ["page-1.svg", "page-2.svg"]
    assert {"result.json", "result.csv", "page-2.svg"} <= contents(whole[formats[-1]]).keys()
    assert whole["text"].text == "Grüße 1\n\fGrüße 2\n"
    assert whole["markdown"].text.startswith("<!-- page 1 -->\n\n# Grüße 1\n\n<!-- page 2 -->")
    service.ledger.pages.drop_results(job_id)
    after = [client.get(f"/v1/jobs/{job_id}/pages/{number}").json() for number in (1, 2)]
    assert after == before
    problem(client.get(f"/v1/jobs/{job_id}/pages/3"), 404, "not_found")


def test_a_cancelled_job_keeps_its_pages_and_has_no_result(
    client: httpx.Client, service: Service
) -> None:
    job_id = new_job(client)
    service.open(job_id, 2)
    service.read_page(job_id, 1, "Hello")
    assert client.post(f"/v1/jobs/{job_id}/cancel").json()["state"] == "cancelled"
    assert client.post(f"/v1/jobs/{job_id}/cancel").status_code == 200
    refused = problem(client.get(f"/v1/jobs/{job_id}/result"), 409, "no_result")
    assert refused["state"] == "cancelled"
    assert client.get(f"/v1/jobs/{job_id}/pages/1").json()["page"]["text"] == "Hello"
    problem(client.get(f"/v1/jobs/{job_id}/pages/2"), 409, "no_result")


def test_a_job_keeps_the_ids_of_the_request_that_made_it(
    client: httpx.Client, service: Service
) -> None:
    ids = {"X-Request-Id": "order-17", "traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}
    job_id = client.post("/v1/jobs", content=PNG, headers=RAW | ids).json()["id"]
    job = service.ledger.jobs.load(job_id)
    assert (job.request_id, job.trace) == ("order-17", "ab" * 16)
    client.post(f"/v1/jobs/{job_id}/cancel")
    again = client.post(f"/v1/jobs/{job_id}/retry", headers={"X-Request-Id": "order-17b"}).json()
    retried = service.ledger.jobs.load(again["id"])
    assert (retried.request_id, retried.trace) == ("order-17b", None)


def test_a_job_that_has_no_whole_result_is_read_again(
    client: httpx.Client, service: Service
) -> None:
    job_id = new_job(client)
    problem(client.post(f"/v1/jobs/{job_id}/retry"), 409, "illegal_move")
    service.open(job_id, 2)
    service.read_page(job_id, 1, "Hello")
    client.post(f"/v1/jobs/{job_id}/cancel")
    headers = {"Idempotency-Key": f"again-{job_id}"}
    answers = [client.post(f"/v1/jobs/{job_id}/retry", headers=headers) for _ in range(2)]
    again = answers[0].json()
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].headers["location"] == f"/v1/jobs/{again['id']}"
    assert (again["retry_of"], again["state"]) == (job_id, "queued")
    assert answers[1].json()["id"] == again["id"]
    assert answers[1].headers["idempotent-replayed"] == "true"
    stored = service.ledger.jobs.load(again["id"])
    assert service.blobs.get(stored.input_blob or "") == PNG
    service.ledger.pages.keep(stored, [1, 2])
    service.open(again["id"], 2)
    assert client.get(f"/v1/jobs/{again['id']}").json()["pages"]["succeeded"] == 1
    assert client.get(f"/v1/jobs/{again['id']}/pages/1").json()["page"]["text"] == "Hello"
    service.read_page(again["id"], 2, "World")
    service.finish(again["id"], "Hello", "World")
    problem(client.post(f"/v1/jobs/{again['id']}/retry"), 409, "illegal_move")
    with service.client(service.key("stranger")) as stranger:
        problem(stranger.post(f"/v1/jobs/{job_id}/retry"), 404, "not_found")


def test_deleting_leaves_nothing_behind(tenant: Tenant, service: Service) -> None:
    client = tenant.client
    job_id = new_job(client)
    assert "cancel" in str(
        problem(client.delete(f"/v1/jobs/{job_id}"), 409, "illegal_move")["detail"]
    )
    service.succeed(job_id, "Hello")
    problem(client.post(f"/v1/jobs/{job_id}/cancel"), 409, "illegal_move")
    assert client.delete(f"/v1/jobs/{job_id}").status_code == 204
    problem(client.get(f"/v1/jobs/{job_id}"), 404, "not_found")
    assert service.blobs.list(f"tenants/{tenant.name}/") == []


def test_events_tell_the_progress_and_end_with_the_job(
    client: httpx.Client, service: Service
) -> None:
    job_id = new_job(client)
    service.open(job_id, 2)
    kinds: list[str] = []
    with client.stream("GET", f"/v1/jobs/{job_id}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("event: "):
                kinds.append(line[7:])
            if line == "event: job.running":
                service.read_page(job_id, 1, "Hello")
                service.read_page(job_id, 2, "World")
                service.finish(job_id, "Hello", "World")
    progress = ["page.succeeded", "page.succeeded", "job.succeeded"]
    assert kinds == ["job.queued", "job.running", *progress]
    resumed = client.get(f"/v1/jobs/{job_id}/events", headers={"Last-Event-ID": "3"}).text
    assert [line for line in resumed.splitlines() if line.startswith("id")] == ["id: 4", "id: 5"]
    over = client.get(f"/v1/jobs/{job_id}/events", headers={"Last-Event-ID": "5"})
    assert over.status_code == 204
    wrong = client.get(f"/v1/jobs/{job_id}/events", headers={"Last-Event-ID": "x"})
    problem(wrong, 422, "invalid_request")


def test_a_stream_after_an_event_that_never_comes_ends_with_the_job(
    client: httpx.Client, service: Service
) -> None:
    job_id = new_job(client)
    after = {"Last-Event-ID": "1000000"}
    with client.stream("GET", f"/v1/jobs/{job_id}/events", headers=after) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        service.succeed(job_id, "Hello")
        assert "".join(lines) == ""


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/result"),
        ("GET", "/pages"),
        ("GET", "/pages/1"),
        ("GET", "/events"),
        ("POST", "/cancel"),
        ("DELETE", ""),
    ],
)
def test_another_tenants_job_is_not_found(
    client: httpx.Client, service: Service, method: str, path: str
) -> None:
    with service.client(service.key("stranger")) as stranger:
        job_id = new_job(client)
        service.succeed(job_id, "Secret")
        problem(stranger.request(method, f"/v1/jobs/{job_id}{path}"), 404, "not_found")
        assert stranger.get("/v1/jobs").json()["jobs"] == []
    assert client.get(f"/v1/jobs/{job_id}").json()["state"] == "succeeded"
