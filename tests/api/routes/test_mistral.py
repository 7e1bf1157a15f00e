"""Mistral's own client against this service's `/v1/ocr`."""

import base64
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from mistralai.client import Mistral
from mistralai.client.errors import MistralError, SDKError

from jobs.domain.states import JobState
from tests.api.routes.test_create_job import PNG
from tests.support.by_hand import doing, read_placed
from tests.support.docs_commands import ROOT, example, filled
from tests.support.service import Service, running_service

DATA_URL = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
_tenants = count()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("mistral")
    allowed = {"mistral_door": True, "egress_allow": ("files.example.com",)}
    with running_service(folder, max_upload_mb=3, max_wait_s=30, **allowed) as running:
        yield running


@pytest.fixture
def tenant() -> str:
    return f"mistral{next(_tenants)}"


@pytest.fixture
def client(service: Service, tenant: str) -> Iterator[Mistral]:
    with Mistral(api_key=service.key(tenant), server_url=service.url) as made:
        yield made


@pytest.fixture
def http(service: Service, tenant: str) -> Iterator[httpx.Client]:
    with service.client(service.key(tenant)) as made:
        yield made


@pytest.mark.parametrize(
    "document",
    [
        {"type": "document_url", "document_url": DATA_URL, "document_name": "scan.png"},
        {"type": "image_url", "image_url": DATA_URL},
        {"type": "image_url", "image_url": {"url": DATA_URL}},
    ],
)
def test_an_embedded_document_comes_back_as_markdown_by_page(
    service: Service, client: Mistral, tenant: str, document: Any
) -> None:
    with doing(service, tenant, lambda job: read_placed(service, job)) as done:
        response = client.ocr.process(model="mistral-ocr-latest", document=document)
    assert done[0].filename == document.get("document_name")
    assert (response.model, response.usage_info.doc_size_bytes) == ("mistral-ocr-latest", len(PNG))
    first, blank = response.pages
    assert (first.index, blank.index, blank.markdown) == (0, 2, "")
    assert first.markdown.startswith("# Grüße<&> Ab\n\nup wards")
    assert "| Item | Price |" in first.markdown
    assert first.dimensions is not None
    assert (first.dimensions.width, first.dimensions.height, first.dimensions.dpi) == (400, 600, 72)
    figure = first.images[0]
    corners = (figure.top_left_x, figure.top_left_y, figure.bottom_right_x, figure.bottom_right_y)
    assert corners == (200, 20, 380, 180)


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_tables_blocks_and_confidences_come_where_they_are_asked_for(
    service: Service, client: Mistral, tenant: str, form: Any
) -> None:
    with doing(service, tenant, lambda job: read_placed(service, job)):
        response = client.ocr.process(
            model="any",
            document={"type": "image_url", "image_url": DATA_URL},
            table_format=form,
            include_blocks=True,
            confidence_scores_granularity="word",
        )
    page = response.pages[0]
    assert page.tables is not None
    table = page.tables[0]
    assert table.format_ == form
    assert f"[{table.id}]({table.id})" in page.markdown
    assert "1,234.50" in table.content
    assert "1,234.50" not in page.markdown
    assert page.blocks
    kinds = [(block.type, getattr(block, "table_id", None)) for block in page.blocks]
    assert kinds == [
        ("title", None), ("text", None), ("text", None), ("table", table.id), ("image", None)
    ]  # fmt: skip
    scores = page.confidence_scores
    assert scores is not None
    assert scores.minimum_page_confidence_score == 0.25
    assert scores.word_confidence_scores
    for word in scores.word_confidence_scores:
        assert page.markdown[word.start_index :].startswith(word.text)
    assert scores.word_confidence_scores[0].confidence == 0.9876


def test_an_uploaded_file_is_read_by_its_id_or_its_address(
    service: Service, client: Mistral, tenant: str
) -> None:
    file = client.files.upload(file={"file_name": "scan.png", "content": PNG}, purpose="ocr")
    assert (file.filename, file.size_bytes) == ("scan.png", len(PNG))
    read_placed(service, file.id)
    url = client.files.get_signed_url(file_id=file.id).url
    by_id = client.ocr.process(model="m", document={"type": "file", "file_id": file.id})
    by_url = client.ocr.process(
        model="m", document={"type": "document_url", "document_url": url}, pages=[0]
    )
    assert [page.index for page in by_id.pages] == [0, 2]
    assert [page.index for page in by_url.pages] == [0]
    assert client.files.retrieve(file_id=file.id).deleted is False
    assert client.files.delete(file_id=file.id).deleted is True
    with pytest.raises(SDKError):
        client.files.retrieve(file_id=file.id)


def test_an_address_becomes_a_job_that_fetches_it(
    service: Service, client: Mistral, tenant: str
) -> None:
    with doing(service, tenant, lambda job: read_placed(service, job)) as done:
        client.ocr.process(
            model="m",
            document={"type": "document_url", "document_url": "https://files.example.com/a.pdf"},
            pages="0,2-3",
        )
    assert done[0].source_url == "https://files.example.com/a.pdf"
    assert done[0].options["pages"] == "1,3,4"


def test_a_document_that_cannot_be_read_raises_the_client_s_error(
    service: Service, client: Mistral, tenant: str
) -> None:
    def fail(job_id: str) -> None:
        service.open(job_id, 1)
        service.fail_page(job_id, 1)
        service.ledger.finishing.finish(job_id, "unused")

    with doing(service, tenant, fail), pytest.raises(MistralError) as caught:
        client.ocr.process(model="m", document={"type": "image_url", "image_url": DATA_URL})
    assert caught.value.status_code == 422
    assert "The page is broken." in caught.value.body


def test_a_reading_that_takes_longer_goes_on(
    service: Service, http: httpx.Client, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.settings, "max_wait_s", 0.1)
    answer = http.post("/v1/ocr", json={"model": "m", "document": {"image_url": DATA_URL}})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_finished")
    assert service.ledger.jobs.list(tenant, limit=1)[0][0].state is JobState.QUEUED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"document": {}}, "invalid_request"),
        ({"document": {"document_url": "http://refused.example/a.pdf"}}, "egress_refused"),
        ({"document": {"file_id": "job_unknown"}}, "not_found"),
        (
            {"document": {"image_url": "data:text/plain;base64,aGVsbG8gd29ybGQ="}},
            "unsupported_type",
        ),
        ({"pages": [-1]}, "invalid_request"),
        ({"pages": "0-99999999"}, "invalid_request"),
        ({"pages": "x"}, "bad_page_selection"),
        ({"table_format": "latex"}, "invalid_request"),
        ({"document_annotation_format": {"type": "json_schema"}}, "invalid_request"),
        ({"document": None}, "invalid_request"),
    ],
)
def test_requests_that_cannot_be_served_say_why(
    http: httpx.Client, changes: dict[str, Any], code: str
) -> None:
    body = {"model": "m", "document": {"image_url": DATA_URL}, **changes}
    answer = http.post("/v1/ocr", json=body)
    assert answer.json()["code"] == code, answer.text


def test_only_files_for_ocr_are_accepted(http: httpx.Client) -> None:
    form: Any = {"files": {"file": ("a.png", PNG)}, "data": {"purpose": "fine-tune"}}
    answer = http.post("/v1/files", **form)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_the_example_of_the_page_runs(
    service: Service,
    tenant: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "a.pdf").write_bytes(PNG)
    monkeypatch.chdir(tmp_path)
    code = example(ROOT / "docs/reference/doors.md", "from mistralai.client")
    code = filled(code, service.url).replace("ps_...", service.key(tenant))
    with doing(service, tenant, lambda job: read_placed(service, job)):
        exec(compile(code, "doors.md", "exec"), {})
    assert "1,234.50" in capsys.readouterr().out


def test_the_door_is_closed_unless_it_is_switched_on(tmp_path: Path) -> None:
    with running_service(tmp_path) as closed, closed.client(closed.key("a")) as client:
        assert client.post("/v1/ocr", json={}).status_code == 404
        assert client.get("/v1/files/x").status_code == 404
