"""Both clients against a real API, whose workers' part a thread or the test does."""

import io
import json
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from jobs.domain.file_forms import picture_of
from jobs.domain.job import Fault
from jobs.storage.blob_keys import file_key
from pagesight.client import (
    ApiError,
    BatchDocument,
    ForbiddenError,
    IdempotencyError,
    JobFailedError,
    NoResultError,
    NotFinishedError,
    NotFoundError,
    PageFailedError,
    UnauthorisedError,
    WaitTimeoutError,
    async_jobs,
    jobs,
)
from tests.api.routes.test_corrections import finished_job, hello
from tests.api.routes.test_create_job import PNG
from tests.support.hand_worker import TEXTS, HandWorker
from tests.support.service import Service

LIMIT_S = 60.0  # only bounds how long a failing test takes


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    file = tmp_path / "scan 1.png"
    file.write_bytes(PNG)
    return file


@pytest.mark.parametrize("form", ["path", "text", "bytes", "open file"])
def test_a_document_is_read_in_whatever_form_it_is_given(
    client: Any, worker: HandWorker, scan: Path, form: str
) -> None:
    with scan.open("rb") as opened:
        source = {"path": scan, "text": str(scan), "bytes": PNG, "open file": opened}[form]
        document = client.read(source, timeout_s=LIMIT_S)
    assert [page.text for page in document.pages] == list(TEXTS)
    assert document.pages[0].blocks[0].lines[0].box.x1 == 90
    (job,) = client.jobs.list()
    assert (job.input.filename, job.input.bytes) == (
        "document" if form == "bytes" else scan.name,
        len(PNG),
    )


def test_parameters_arrive(client: Any, service: Service, scan: Path) -> None:
    job = client.jobs.submit(
        scan,
        options={"languages": ["deu"]},
        metadata={"invoice": 4711},
        filename="other.png",
        priority="interactive",
        deadline_s=600,
        callback_url="https://hooks.example.com/done",
    )
    kept = service.ledger.jobs.load(job.id)
    assert kept.options["languages"] == ["deu"]
    assert (kept.metadata, kept.filename) == ({"invoice": 4711}, "other.png")
    assert (job.priority, job.callback_url) == ("interactive", "https://hooks.example.com/done")
    assert job.deadline_at is not None
    assert (job.deadline_at - job.created_at).total_seconds() == pytest.approx(600, abs=1)


def test_the_service_fetches_a_url(client: Any) -> None:
    job = client.jobs.submit("https://hooks.example.com/a.pdf", metadata={"desk": 3})
    assert job.input.url == "https://hooks.example.com/a.pdf"
    assert job.metadata == {"desk": 3}


def test_the_same_key_is_the_same_job(client: Any, scan: Path) -> None:
    first, second = (client.jobs.submit(scan, idempotency_key="one") for _ in range(2))
    assert first.id == second.id
    with pytest.raises(IdempotencyError):
        client.jobs.submit(PNG + b"another", idempotency_key="one")


def test_a_wait_ends_with_the_job(client: Any, service: Service, scan: Path) -> None:
    job = client.jobs.submit(scan)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(client.jobs.wait, job.id, timeout_s=LIMIT_S)
        service.succeed(job.id, "text")
        assert waiting.result().state == "succeeded"


def test_a_wait_ends_with_its_time(client: Any, scan: Path) -> None:
    job = client.jobs.submit(scan)
    with pytest.raises(WaitTimeoutError, match=f"{job.id} has not ended within 0 s"):
        client.jobs.wait(job.id, timeout_s=0)
    with pytest.raises(WaitTimeoutError):
        client.jobs.export(job.id, "text", timeout_s=0)
    with pytest.raises(WaitTimeoutError):
        list(client.jobs.events(job.id, timeout_s=0))


def test_events_tell_of_each_page_and_can_be_resumed(
    client: Any, service: Service, scan: Path
) -> None:
    job = client.jobs.submit(scan)
    service.succeed(job.id, "one", "two")
    events = list(client.jobs.events(job.id))
    kinds = ["job.queued", "job.running", "page.succeeded", "page.succeeded", "job.succeeded"]
    assert [event.kind for event in events] == kinds
    assert [event.sequence for event in events] == sorted({event.sequence for event in events})
    rest = list(client.jobs.events(job.id, after=events[2].sequence))
    assert rest == events[3:]
    assert list(client.jobs.events(job.id, after=events[-1].sequence)) == []


def test_every_way_to_fetch_a_result(client: Any, service: Service, tmp_path: Path) -> None:
    job = client.jobs.submit(PNG)
    service.succeed(job.id, "one", "two")
    assert client.jobs.export(job.id, "text") == b"one\n\ftwo\n"
    with zipfile.ZipFile(io.BytesIO(client.jobs.export(job.id, ["text", "tsv"]))) as packed:
        assert {Path(name).suffix for name in packed.namelist()} == {".txt", ".tsv"}
    saved = client.jobs.save(job.id, "json", tmp_path / "result.json")
    assert json.loads(saved.read_bytes())["pages"][1]["text"] == "two"
    assert [each.state for each in client.jobs.pages(job.id)] == ["succeeded", "succeeded"]
    assert client.jobs.page(job.id, 2).page.text == "two"
    with pytest.raises(WaitTimeoutError):  # no worker is there to make it
        client.jobs.save(job.id, "pdf", tmp_path / "scan.pdf", timeout_s=0)
    assert list(tmp_path.iterdir()) == [saved]


def test_a_job_is_cancelled_retried_and_deleted(client: Any, service: Service) -> None:
    job = client.jobs.submit(PNG)
    with pytest.raises(NotFinishedError) as early:
        client.jobs.result(job.id)
    assert early.value.retry_after_s == 1
    assert client.jobs.cancel(job.id).state == "cancelled"
    with pytest.raises(NoResultError):
        client.jobs.result(job.id)
    again = client.jobs.retry(job.id, idempotency_key="again")
    assert again.retry_of == job.id
    assert client.jobs.retry(job.id, idempotency_key="again").id == again.id
    client.jobs.delete(job.id)
    with pytest.raises(NotFoundError):
        client.jobs.get(job.id)


def test_lists_go_on_until_their_end(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (jobs, async_jobs):
        monkeypatch.setattr(module, "_PER_PAGE", 2)
    ids = [client.jobs.submit(PNG).id for _ in range(5)]
    assert [job.id for job in client.jobs.list()] == ids[::-1]
    assert [job.id for job in client.jobs.list(state="succeeded")] == []


def test_failures_say_why_and_who_must_act(client: Any, service: Service) -> None:
    job = client.jobs.submit(PNG)
    service.open(job.id, 2)
    service.fail_page(job.id, 2)
    with pytest.raises(PageFailedError) as page:
        client.jobs.page(job.id, 2)
    assert page.value.extra["fault"]["code"] == "damaged"
    failed = client.jobs.submit(PNG)
    service.ledger.jobs.fail(failed.id, Fault("encrypted", "It has a password.", "caller"))
    assert client.jobs.wait(failed.id).fault.code == "encrypted"
    with pytest.raises(JobFailedError, match="It has a password") as whole:
        client.jobs.result(failed.id)
    assert (whole.value.status, whole.value.actor) == (422, "caller")
    assert whole.value.request_id


def test_refusals_have_their_own_errors(connect: Callable[..., Any], service: Service) -> None:
    with pytest.raises(UnauthorisedError):
        connect(service.url, "ps_wrong").jobs.get("job_1")
    reader = connect(service.url, service.key("reader", "jobs:read"))
    with pytest.raises(ForbiddenError) as lacking:
        reader.jobs.submit(PNG)
    assert lacking.value.extra["needed"] == "jobs:write"
    with pytest.raises(NotFoundError):
        reader.jobs.get("../../healthz")
    writer = connect(service.url, service.key("writer"))
    with pytest.raises(ApiError, match="dpi: Input should be a valid integer") as wrong:
        writer.jobs.submit(PNG, options={"dpi": "many"})
    assert (wrong.value.code, wrong.value.status) == ("invalid_option", 422)


def test_a_batch_is_submitted_followed_and_streamed(
    client: Any, worker: HandWorker, scan: Path
) -> None:
    batch = client.batches.submit(
        [
            scan,
            BatchDocument(PNG + b"2", custom_id="two", name="two.png", metadata={"desk": 3}),
            BatchDocument(PNG + b"3", name="broken.png"),
            io.BytesIO(PNG + b"4"),
        ],
        options={"languages": ["deu"]},
        metadata={"batch": 1},
    )
    ended = client.batches.wait(batch.id, timeout_s=LIMIT_S)
    assert (ended.state, ended.documents.succeeded, ended.documents.failed) == ("completed", 3, 1)
    assert (ended.metadata, ended.options["languages"]) == ({"batch": 1}, ["deu"])
    results = list(client.batches.results(batch.id))
    assert [each.custom_id for each in results] == [scan.name, "two", "document-3"]
    assert [each.result.pages[0].text for each in results] == [TEXTS[0]] * 3
    assert results[1].metadata == {"desk": 3}
    assert list(client.batches.results(batch.id, after=1)) == results[2:]
    (error,) = client.batches.errors(batch.id)
    assert (error.custom_id, error.fault.code) == ("broken.png", "damaged")
    again = client.batches.retry(batch.id, ["failed"])
    assert again.retry_of == batch.id
    assert {each.id for each in client.batches.list()} == {batch.id, again.id}
    assert client.batches.get(again.id).documents.total == 1


def test_archives_and_lists_are_batches_too(client: Any, service: Service) -> None:
    earlier = client.jobs.submit(PNG)
    listed = client.batches.submit(
        ["https://hooks.example.com/a.pdf", BatchDocument(job=earlier.id, custom_id="again")],
        priority="normal",
    )
    assert (listed.documents.total, listed.priority) == (2, "normal")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("a.png", PNG)
    archive = client.batches.submit_archive(file.getvalue(), metadata={"box": 7})
    assert (archive.state, archive.metadata) == ("preparing", {"box": 7})
    assert client.batches.cancel(archive.id).state in {"cancelling", "cancelled"}
    with pytest.raises(ValueError, match="document 1"):
        client.batches.submit([PNG, BatchDocument(custom_id="nothing")])


def test_files_of_a_batch_are_opened_one_at_a_time(client: Any, tmp_path: Path) -> None:
    names = [f"{number:03}.png" for number in range(200)]
    for name in names:
        (tmp_path / name).write_bytes(PNG[:100])
    before = len(list(Path("/proc/self/fd").iterdir()))
    batch = client.batches.submit([tmp_path / name for name in names])
    assert batch.documents.total == len(names)
    assert len(list(Path("/proc/self/fd").iterdir())) < before + 50
    with pytest.raises(FileNotFoundError):
        client.batches.submit([tmp_path / "missing.png"])


def test_receivers_are_managed(client: Any) -> None:
    made = client.webhooks.create("https://hooks.example.com/a", events=["job.*"])
    assert made.secret.startswith("whsec_")
    (listed,) = client.webhooks.list()
    assert (listed.id, listed.events) == (made.id, ("job.*",))
    changed = client.webhooks.update(made.id, description="billing", enabled=False)
    assert (changed.description, changed.enabled) == ("billing", False)
    assert client.webhooks.rotate(made.id, overlap_h=0).secret != made.secret
    client.webhooks.update(made.id, enabled=True)
    assert client.webhooks.ping(made.id).event == "webhook.ping"
    client.webhooks.delete(made.id)
    with pytest.raises(NotFoundError):
        client.webhooks.get(made.id)


def test_a_text_is_verified_and_a_picture_fetched(client: Any, service: Service) -> None:
    job = client.jobs.submit(PNG)
    service.succeed(job.id, "Grand total due")
    found = client.jobs.verify(job.id, "# Grand total\n\ndue caf\u00e9")
    assert (found.supported, found.given_words) == (3, 4)
    assert found.unsupported[0].text == "caf\u00e9"
    kept = service.ledger.jobs.load(job.id)
    service.blobs.put(file_key(kept, picture_of(1, 800).form), b"\xff\xd8 a picture")
    assert client.jobs.picture(job.id, 1, width=500) == b"\xff\xd8 a picture"
    with pytest.raises(WaitTimeoutError):  # no worker is there to make it
        client.jobs.picture(job.id, 1, width=100, timeout_s=0)


def test_corrected_results_are_fetched(
    client: Any, service: Service, key: str, tmp_path: Path
) -> None:
    with service.client(key) as http:
        job_id = finished_job(http, service)
        saved = http.patch(f"/v1/jobs/{job_id}/corrections", json={"corrections": [hello()]})
    assert saved.status_code == 200, saved.text
    texts = [
        client.jobs.result(job_id, revision=each).pages[0].text for each in (None, 1, "latest")
    ]
    assert texts == ["He11o World", "Hello World", "Hello World"]
    assert client.jobs.export(job_id, "text", revision=1) == b"Hello World\n"
    saved_as = client.jobs.save(job_id, "text", tmp_path / "a.txt", revision="latest")
    assert saved_as.read_bytes() == b"Hello World\n"


def test_capabilities_name_every_option(client: Any) -> None:
    assert "languages" in client.capabilities()["options"]["properties"]
