"""The whole road with every part real: upload, ledger, queue, engine, result, signed callback."""

import json
from collections.abc import Iterator
from io import BytesIO

import httpx
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont
from standardwebhooks import Webhook

from jobs.domain.states import JobState
from tests.support.http import http_client
from tests.support.ledger_view import callback_endpoint
from tests.support.receiver import Reply, receiver
from tests.support.workplace import TENANT, Workplace, await_true
from vision.export.json import from_json_dict

OPTIONS = {"detectors": [], "dpi": 100}
FIRST, SECOND = "Delivery note 4711", "Twelve boxes of paper"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    folder = tmp_path_factory.mktemp("service")
    with Workplace(folder, egress_allow=("127.0.0.1",), lease_s=30) as made:
        made.start_worker("control")
        reader = made.start_worker("pages")
        made.url = made.start_api()
        made.await_ready(reader)
        yield made


@pytest.fixture(scope="module")
def client(place: Workplace) -> Iterator[httpx.Client]:
    key = place.ledger.keys.create(TENANT, ("jobs:read", "jobs:write"), "test")[1]
    headers = {"Authorization": f"Bearer {key}"}
    with http_client(base_url=place.url, headers=headers, timeout=30) as made:
        yield made


def letter(*texts: str) -> bytes:
    """A PDF with one line of text on each page."""
    pages = []
    for text in texts:
        page = Image.new("RGB", (700, 240), "white")
        ImageDraw.Draw(page).text((60, 90), text, "black", ImageFont.load_default(40))
        pages.append(page)
    file = BytesIO()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=100)
    return file.getvalue()


def test_an_uploaded_pdf_becomes_a_result_and_a_verified_callback(
    place: Workplace, client: httpx.Client
) -> None:
    document = letter(FIRST, SECOND)
    with receiver() as server:
        form = {"options": json.dumps(OPTIONS), "callback_url": f"{server.url}/done"}
        file = {"file": ("letter.pdf", document, "application/pdf")}
        accepted = client.post("/v1/jobs", data=form, files=file)
        assert accepted.status_code == 202, accepted.text
        job = place.ledger.jobs.load(accepted.json()["id"])
        ended = place.await_final(job)
        await_true(lambda: server.requests, lambda: f"the callback\n{place.log('control')}")
        call = server.requests[0]

    assert (ended.state, ended.pages_succeeded) == (JobState.SUCCEEDED, 2)
    secret = callback_endpoint(place.ledger, TENANT).secrets[0]
    content = Webhook(secret).verify(call.body, call.headers)
    assert (content["type"], content["data"]["job_id"]) == ("job.succeeded", job.id)

    answer = client.get(content["data"]["result_path"])
    assert answer.status_code == 200
    result = from_json_dict(answer.json())
    assert [page.text for page in result.pages] == [FIRST, SECOND]
    assert (result.document.media_type, result.document.pages) == ("application/pdf", 2)
    assert result.document.sha256 == job.input_sha256
    assert {use.name for use in result.receipt.models} >= {"pp-ocrv6-det", "tesseract-eng"}
    assert all(use.provider for use in result.receipt.models)
    for receipt in result.receipt.pages:
        assert receipt.attempt == 1
        assert receipt.worker in {report.id for report in place.reports()}
        assert receipt.stage_ms["recognise"] > 0
        assert receipt.canary_ms["recognise"] > 0

    def made() -> bool:
        return client.get(content["data"]["result_path"], params={"format": "pdf"}).is_success

    await_true(made, lambda: f"the searchable PDF\n{place.log('control')}")
    searchable = client.get(content["data"]["result_path"], headers={"Accept": "application/pdf"})
    assert searchable.headers["content-type"] == "application/pdf"
    with pypdfium2.PdfDocument(searchable.content) as pdf:
        assert [page.get_textpage().get_text_range() for page in pdf] == [FIRST, SECOND]


def test_a_document_behind_a_url_is_fetched_and_read(
    place: Workplace, client: httpx.Client
) -> None:
    with receiver(Reply(body=letter(FIRST, SECOND))) as server:
        body = {"url": f"{server.url}/letter.pdf", "options": {**OPTIONS, "pages": "2"}}
        accepted = client.post("/v1/jobs", json=body)
        assert accepted.status_code == 202, accepted.text
        ended = place.await_final(place.ledger.jobs.load(accepted.json()["id"]))
    assert (ended.state, ended.filename) == (JobState.SUCCEEDED, "letter.pdf")
    result = from_json_dict(client.get(f"/v1/jobs/{ended.id}/result").json())
    assert [(page.number, page.text) for page in result.pages] == [(2, SECOND)]
    assert result.document.pages == 2


def test_a_document_that_cannot_be_read_fails_its_job_with_a_typed_fault(
    place: Workplace, client: httpx.Client
) -> None:
    broken = letter(FIRST)[:300]
    accepted = client.post("/v1/jobs", files={"file": ("x.pdf", broken)})
    assert accepted.status_code == 202, accepted.text
    ended = place.await_final(place.ledger.jobs.load(accepted.json()["id"]))
    assert ended.state is JobState.FAILED
    assert ended.fault is not None
    assert (ended.fault.actor, ended.fault.code) == ("caller", "damaged")
