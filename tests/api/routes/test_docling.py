"""docling-serve's own client against this service."""

import base64
import gc
import io
import json
import zipfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from docling.datamodel.service.options import ConvertDocumentsOptions
from docling.datamodel.service.responses import ChunkDocumentResponse
from docling.datamodel.service.targets import ZipTarget
from docling.service_client import ChunkerKind, DoclingServiceClient, StatusWatcherKind
from docling.service_client.exceptions import TaskExecutionError, TaskNotFoundError
from docling_core.types.io import DocumentStream

from jobs.domain.job import Job
from tests.api.routes.test_create_job import PNG
from tests.support.by_hand import doing, fail_only_page, read_placed
from tests.support.docs_commands import ROOT, example, filled
from tests.support.patience import PATIENCE_S
from tests.support.placed_documents import every_word, placed_document
from tests.support.service import Service, running_service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("docling")
    allowed = {"docling_door": True, "egress_allow": ("files.example.com",)}
    with running_service(folder, max_upload_mb=3, max_wait_s=30, **allowed) as running:
        yield running


_tenants = count()


@pytest.fixture
def tenant() -> str:
    return f"docling{next(_tenants)}"


@pytest.fixture
def client(service: Service, tenant: str) -> Iterator[DoclingServiceClient]:
    polling = {"poll_server_wait": 5.0, "poll_client_interval": 0.0}
    watcher = StatusWatcherKind.POLLING
    key = service.key(tenant)
    with DoclingServiceClient(service.url, key, status_watcher=watcher, **polling) as made:
        yield made


@pytest.fixture
def http(service: Service, tenant: str) -> Iterator[httpx.Client]:
    with service.client(service.key(tenant)) as made:
        yield made


def half_read(service: Service, job_id: str) -> Job:
    service.open(job_id, 2)
    service.read_page(job_id, 1, "Hello")
    service.fail_page(job_id, 2)
    return service.finish(job_id, "Hello")


def test_a_file_becomes_a_docling_document(
    service: Service, client: DoclingServiceClient, tenant: str
) -> None:
    with doing(service, tenant, lambda job: read_placed(service, job)) as done:
        result = client.convert(DocumentStream(name="Grüße.png", stream=io.BytesIO(PNG)))
    job = done[0]
    assert (job.filename, job.input_bytes) == ("Grüße.png", len(PNG))
    assert result.status == "success"
    document = result.document
    assert (document.name, document.origin and document.origin.filename) == ("Grüße", "Grüße.png")
    assert document.texts[0].text == "Grüße<&> Ab"
    assert [cell.text for cell in document.tables[0].data.table_cells][:2] == ["Item", "Price"]
    words = [word.confidence for word in every_word(placed_document())]
    assert result.confidence.ocr_score == pytest.approx(sum(words) / len(words), abs=1e-4)
    assert (result.confidence.mean_grade, list(result.confidence.pages)) == ("fair", [1])


def test_a_client_that_prefers_websockets_falls_back_to_polling(
    service: Service, tenant: str
) -> None:
    with (
        DoclingServiceClient(service.url, service.key(tenant), poll_client_interval=0.0) as client,
        doing(service, tenant, lambda job: read_placed(service, job)),
    ):
        result = client.convert(DocumentStream(name="a.png", stream=io.BytesIO(PNG)))
    assert result.document.texts[0].text == "Grüße<&> Ab"


def test_the_options_of_the_client_become_options_of_the_job(
    service: Service, client: DoclingServiceClient, tenant: str
) -> None:
    options = ConvertDocumentsOptions(
        ocr_lang=["de-DE", "en"], force_ocr=True, page_range=(1, 2), document_timeout=60
    )
    with doing(service, tenant, lambda job: read_placed(service, job)) as done:
        client.convert(DocumentStream(name="a.png", stream=io.BytesIO(PNG)), options=options)
    wanted = {"languages": ["deu", "eng"], "ocr": "force", "pages": "1-2"}
    assert {name: done[0].options[name] for name in wanted} == wanted
    assert done[0].deadline_at is not None


def test_an_archive_has_a_file_for_each_format(
    service: Service, client: DoclingServiceClient, tenant: str
) -> None:
    options = ConvertDocumentsOptions(to_formats=["md", "json", "html", "text"])
    source = DocumentStream(name="a.png", stream=io.BytesIO(PNG))
    with doing(service, tenant, lambda job: read_placed(service, job)):
        submitted = client.submit(source, options=options, target=ZipTarget())
        result = submitted.result(timeout=PATIENCE_S)
    with zipfile.ZipFile(io.BytesIO(result.content)) as archive:
        assert archive.namelist() == ["a.md", "a.json", "a.html", "a.txt"]
        assert json.loads(archive.read("a.json"))["schema_name"] == "DoclingDocument"
        assert "\n# Grüße<&> Ab\n" in archive.read("a.md").decode()


def test_a_document_that_cannot_be_read_fails_its_task(
    service: Service, client: DoclingServiceClient, tenant: str
) -> None:
    with (
        doing(service, tenant, lambda job: fail_only_page(service, job)),
        pytest.raises(TaskExecutionError, match="broken") as caught,
    ):
        client.convert(DocumentStream(name="a.png", stream=io.BytesIO(PNG)))
    assert caught.value.failure is not None
    assert caught.value.failure.details == {"code": "damaged"}


def test_pages_that_failed_are_errors_of_a_partial_success(
    service: Service, client: DoclingServiceClient, tenant: str
) -> None:
    with doing(service, tenant, lambda job: half_read(service, job)):
        result = client.convert(DocumentStream(name="a.png", stream=io.BytesIO(PNG)))
    assert result.status == "partial_success"
    assert [(error.page_no, error.error_message) for error in result.errors] == [
        (2, "The page is broken.")
    ]


def test_an_address_becomes_a_job_that_fetches_it(
    service: Service, client: DoclingServiceClient
) -> None:
    job = client.submit("https://files.example.com/scan.pdf")
    assert service.ledger.jobs.load(job.task_id).source_url == "https://files.example.com/scan.pdf"
    assert job.status == "pending"


def test_health_and_version_need_no_key(service: Service) -> None:
    with DoclingServiceClient(service.url) as stranger:
        assert stranger.health().status == "ok"
        assert "pagesight" in stranger.version()


def test_another_tenant_s_task_is_not_found(
    service: Service, client: DoclingServiceClient, http: httpx.Client
) -> None:
    theirs = client.submit(DocumentStream(name="a.png", stream=io.BytesIO(PNG)))
    with service.client(service.key("docling-stranger")) as stranger:
        for path in ("status/poll", "result"):
            answer = stranger.get(f"/v1/{path}/{theirs.task_id}")
            assert (answer.status_code, answer.json()["detail"]) == (404, "Task not found.")
    early = http.get(f"/v1/result/{theirs.task_id}")
    assert early.status_code == 404
    assert early.json()["detail"].startswith("Task result not found")
    with pytest.raises(TaskNotFoundError):
        client._poll_task_status("job_unknown", 0)


def source(**changes: Any) -> dict[str, Any]:
    content = base64.b64encode(PNG).decode()
    sources = [{"kind": "file", "base64_string": content, "filename": "a.png"}]
    return {"options": {"to_formats": ["text"]}, "sources": sources, **changes}


@pytest.mark.parametrize("path", ["/v1/convert/file", "/v1/convert/source"])
def test_a_caller_that_waits_gets_the_text(
    service: Service, http: httpx.Client, tenant: str, path: str
) -> None:
    form = {"files": {"files": ("a.png", PNG)}, "data": {"to_formats": "text"}}
    body = form if path.endswith("file") else {"json": source()}
    with doing(service, tenant, lambda job: service.succeed(job, "Hello", "World")):
        answer = http.post(path, **body)
    assert answer.status_code == 200, answer.text
    document = answer.json()["document"]
    assert document == {"filename": "a.png", "text_content": "Hello\n\fWorld\n"}


def test_a_conversion_that_takes_longer_goes_on(
    service: Service, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.settings, "max_wait_s", 0.1)
    answer = http.post("/v1/convert/source", json=source())
    assert (answer.status_code, answer.json()["code"]) == (409, "not_finished")
    assert service.ledger.jobs.load(answer.json()["task_id"]).state == "queued"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (source(sources=[]), "invalid_request"),
        (source(sources=source()["sources"] * 2), "invalid_request"),
        (source(options={"to_formats": ["doctags"]}), "invalid_request"),
        (source(options={"page_range": [2, 2**60]}), "invalid_request"),
        (source(target={"kind": "s3"}), "invalid_request"),
        (source(sources=[{"kind": "file", "filename": "a.png"}]), "invalid_request"),
        (
            source(
                sources=[{"kind": "http", "url": "http://files.example.com", "headers": {"a": 1}}]
            ),
            "invalid_request",
        ),
        (source(sources=[{"kind": "http", "url": "http://refused.example"}]), "egress_refused"),
        (
            source(sources=[{"kind": "file", "base64_string": "bm8gcGljdHVyZQ=="}]),
            "unsupported_type",
        ),
        (source(sources=[{"kind": "file", "base64_string": "!"}]), "bad_json"),
        ([], "bad_json"),
    ],
)
def test_requests_that_cannot_be_served_say_why(
    service: Service, http: httpx.Client, body: object, code: str
) -> None:
    answer = http.post("/v1/convert/source/async", json=body)
    assert answer.json()["code"] == code, answer.text


@pytest.mark.parametrize("chunker", list(ChunkerKind))
def test_a_file_becomes_chunks_with_their_headings(
    service: Service, client: DoclingServiceClient, tenant: str, chunker: ChunkerKind
) -> None:
    options = ConvertDocumentsOptions(ocr_lang=["de", "en"])
    stream = DocumentStream(name="a.png", stream=io.BytesIO(PNG))
    with doing(service, tenant, lambda job: read_placed(service, job)) as done:
        made = client.chunk(stream, chunker, options=options)
    assert done[0].options["languages"] == ["deu", "eng"]
    text, table = made.chunks
    assert (text.headings, text.page_numbers) == (["Grüße<&> Ab"], [1])
    assert text.text.startswith("Grüße<&> Ab\nup wards")
    assert "1,234.50" in table.text
    assert [chunk.chunk_index for chunk in made.chunks] == [0, 1]
    assert made.documents == []


def test_chunks_of_a_source_are_as_small_as_asked_for(
    service: Service, http: httpx.Client, tenant: str
) -> None:
    wanted = {
        "convert_options": {"to_formats": ["text"]},
        "chunking_options": {"max_tokens": 16, "include_raw_text": True},
        "include_converted_doc": True,
    }
    with doing(service, tenant, lambda job: read_placed(service, job)):
        answer = http.post("/v1/chunk/hybrid/source", json=source(**wanted))
    made = ChunkDocumentResponse.model_validate(answer.json())
    texts = [chunk for chunk in made.chunks if "|" not in chunk.text]
    assert len(texts) > 1
    assert all(chunk.num_tokens is not None and chunk.num_tokens <= 16 for chunk in texts)
    assert all(chunk.text.endswith(chunk.raw_text or "missing") for chunk in made.chunks)
    assert made.documents[0].document.text_content is not None


@pytest.mark.parametrize(
    ("path", "changes", "code"),
    [
        ("hybrid", {"target": {"kind": "zip"}}, "invalid_request"),
        ("hybrid", {"chunking_options": {"max_tokens": 0}}, "invalid_request"),
        ("semantic", {}, "invalid_request"),
    ],
)
def test_chunks_that_cannot_be_made_are_refused(
    http: httpx.Client, path: str, changes: dict[str, Any], code: str
) -> None:
    answer = http.post(f"/v1/chunk/{path}/source/async", json=source(**changes))
    assert answer.json()["code"] == code, answer.text


@pytest.mark.parametrize(
    "files",
    [
        {"other": ("a.png", PNG)},
        [("files", ("a.png", PNG)), ("files", ("b.png", PNG))],
        {"files": ("a.png", PNG), **{f"field{n}": (None, "x") for n in range(257)}},
        {"files": ("a.png", PNG), "field": (None, "x" * 300_000)},
    ],
)
def test_forms_with_no_file_several_files_or_too_many_fields_are_refused(
    http: httpx.Client, files: Any
) -> None:
    answer = http.post("/v1/convert/file/async", files=files)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_multipart"), answer.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_example_of_the_page_runs(
    service: Service,
    tenant: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "scan.pdf").write_bytes(PNG)
    monkeypatch.chdir(tmp_path)
    code = example(ROOT / "docs/reference/doors.md", "from docling.service_client")
    code = filled(code, service.url).replace("ps_...", service.key(tenant))
    with doing(service, tenant, lambda job: read_placed(service, job)):
        exec(compile(code, "doors.md", "exec"), {})
    gc.collect()  # the client leaves the file open
    assert "1,234.50" in capsys.readouterr().out


def test_the_door_is_closed_unless_it_is_switched_on(tmp_path: Path) -> None:
    with running_service(tmp_path) as closed, closed.client(closed.key("a")) as client:
        assert client.post("/v1/convert/source", json=source()).status_code == 404
        assert client.get("/health").status_code == 404
