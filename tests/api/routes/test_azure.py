"""Azure Document Intelligence's own client against this service."""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.ai.documentintelligence import DocumentIntelligenceClient
from azure.ai.documentintelligence.models import AnalyzeDocumentRequest, AnalyzeOutputOption
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from PIL import Image

from jobs.domain.job import Job
from jobs.domain.states import JobState
from jobs.domain.topics import Topic
from jobs.storage.blob_keys import fault_key, file_key, result_key
from tests.support.placed_documents import placed_document
from tests.support.service import Service, running_service
from vision.core.document import Document
from vision.export.analyze_result import to_analyze_result
from vision.export.json import dumps


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("azure")
    with running_service(folder, max_upload_mb=4, azure_door=True) as running:
        yield running


@pytest.fixture(scope="module")
def azure(service: Service) -> Iterator[DocumentIntelligenceClient]:
    credential = AzureKeyCredential(service.key("azure"))
    with DocumentIntelligenceClient(service.url, credential, polling_interval=0.05) as client:
        yield client


def picture(side: int = 40) -> bytes:
    written = io.BytesIO()
    Image.effect_noise((side, side), 90).save(written, "PNG")
    return written.getvalue()


def finish(service: Service, result_id: str, document: Document) -> Job:
    """What the workers do."""
    service.open(result_id, 1)
    service.read_page(result_id, 1, "Hello")
    job = service.ledger.jobs.load(result_id)
    service.blobs.put(result_key(job), dumps(document).encode())
    ended = service.ledger.finishing.finish(result_id, result_key(job))
    assert ended is not None
    return ended


@pytest.mark.parametrize("side", [40, 1400])
def test_a_document_is_analyzed_as_its_client_expects(
    service: Service, azure: DocumentIntelligenceClient, side: int
) -> None:
    content = picture(side)
    poller = azure.begin_analyze_document(
        "prebuilt-layout", AnalyzeDocumentRequest(bytes_source=content)
    )
    result_id = poller.details["operation_id"]
    job = service.ledger.jobs.load(result_id)
    assert job.input_blob is not None
    assert service.blobs.get(job.input_blob) == content
    finish(service, result_id, placed_document())
    result = poller.result()
    assert (result.model_id, result.string_index_type) == ("prebuilt-layout", "textElements")
    page = result.pages[0]
    assert (page.page_number, page.unit) == (1, "inch")
    assert page.words[0].content == "Grüße<&>"
    assert page.words[0].polygon == [
        pytest.approx(side / 72, abs=1e-3)
        for side in (10.25, 10, 50.5, 10, 50.5, 30.75, 10.25, 30.75)
    ]
    table = result.tables[0]
    assert (table.row_count, table.column_count) == (3, 2)
    assert [cell.content for cell in table.cells][3] == "1,234.50"
    assert result.paragraphs[0].role == "title"


def test_the_searchable_pdf_is_there_once_the_analysis_has_succeeded(
    service: Service, azure: DocumentIntelligenceClient
) -> None:
    poller = azure.begin_analyze_document(
        "prebuilt-read", io.BytesIO(picture()), output=[AnalyzeOutputOption.PDF]
    )
    result_id = poller.details["operation_id"]
    job = finish(service, result_id, placed_document())
    deadline = time.monotonic() + 20
    # The first poll asks for it.
    while Topic.MAKE_FILE not in {message.topic for message in service.broker.published}:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert poller.status() == "running"
    service.blobs.put(file_key(job, "pdf"), b"%PDF made")
    result = poller.result()
    assert result.tables is None
    pdf = azure.get_analyze_result_pdf("prebuilt-read", result_id)
    assert b"".join(pdf) == b"%PDF made"


@pytest.mark.parametrize("index_type", ["textElements", "unicodeCodePoint", "utf16CodeUnit"])
@pytest.mark.parametrize("markdown", [False, True])
def test_spans_lead_to_the_words_in_the_content(index_type: str, markdown: bool) -> None:
    made = to_analyze_result(
        placed_document(), "prebuilt-read", markdown=markdown, index_type=index_type
    )
    content = made["content"]
    units = (
        content.encode("utf-16-le", "surrogatepass") if index_type == "utf16CodeUnit" else content
    )
    size = 2 if index_type == "utf16CodeUnit" else 1
    found = 0
    for word in (word for page in made["pages"] for word in page["words"]):
        start, length = word["span"]["offset"] * size, word["span"]["length"] * size
        text = units[start : start + length]
        text = text.decode("utf-16-le") if isinstance(text, bytes) else text
        found += text == word["content"]
        assert text in (word["content"], "")
    assert found >= (10 if markdown else 15)


def test_a_document_that_cannot_be_read_fails_the_analysis(
    service: Service, azure: DocumentIntelligenceClient
) -> None:
    poller = azure.begin_analyze_document("prebuilt-read", io.BytesIO(picture()))
    result_id = poller.details["operation_id"]
    service.open(result_id, 1)
    service.fail_page(result_id, 1)
    job = service.ledger.jobs.load(result_id)
    service.ledger.finishing.finish(result_id, result_key(job))
    assert service.ledger.jobs.load(result_id).state is JobState.FAILED
    with pytest.raises(HttpResponseError, match="damaged"):
        poller.result()


def test_a_pdf_that_cannot_be_made_fails_the_analysis(
    service: Service, azure: DocumentIntelligenceClient
) -> None:
    poller = azure.begin_analyze_document("prebuilt-read", io.BytesIO(picture()), output=["pdf"])
    result_id = poller.details["operation_id"]
    job = finish(service, result_id, placed_document())
    service.blobs.put(fault_key(job, "pdf"), b'["damaged", "It is broken.", "caller"]')
    with pytest.raises(HttpResponseError, match="It is broken"):
        poller.result()


def test_a_stranger_s_key_is_refused(service: Service) -> None:
    client = DocumentIntelligenceClient(service.url, AzureKeyCredential("ps_unknown"))
    with client, pytest.raises(ClientAuthenticationError):
        client.begin_analyze_document("prebuilt-read", io.BytesIO(picture()))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"base64Source": "not base64!"}', 400),
        (b'{"base64Source": "iVBORw0KGgo', 400),
        (b'{"other": 1}', 400),
        (b"[]", 400),
        (b'{"urlSource": "http://refused.example/a.pdf"}', 422),
        (b'{"base64Source": ""}', 422),
    ],
)
def test_bodies_that_are_no_document_are_refused(
    service: Service, body: bytes, status: int
) -> None:
    path = "/documentintelligence/documentModels/prebuilt-read:analyze"
    with service.client(service.key("azure")) as client:
        answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status, answer.text


def test_the_door_is_closed_unless_it_is_switched_on(tmp_path: Path) -> None:
    with running_service(tmp_path) as closed, closed.client(closed.key("a")) as client:
        path = "/documentintelligence/documentModels/prebuilt-read:analyze"
        assert client.post(path, content=picture()).status_code == 404
