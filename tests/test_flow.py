"""The whole road with every part real: upload, ledger, queue, engine, result, signed callback."""

import json
import re
import secrets
from collections.abc import Iterator
from io import BytesIO

import httpx
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from standardwebhooks import Webhook

from jobs.domain.states import JobState
from tests.support.collector import Collected, Collector, collector
from tests.support.http import http_client
from tests.support.ledger_view import callback_endpoint
from tests.support.monitoring import METRICS_ON_DEMAND, expressions, used_metrics
from tests.support.patience import PATIENCE_S
from tests.support.receiver import Reply, receiver
from tests.support.workplace import ROOT, TENANT, Workplace, await_true
from vision.export.json import from_json_dict

OPTIONS = {"detectors": [], "dpi": 100}
SCRAPED: list[str] = []  # addresses of control worker, pages worker, API
FIRST, SECOND = "Delivery note 4711", "Twelve boxes of paper"


@pytest.fixture(scope="module")
def traces() -> Iterator[Collector]:
    with collector() as made:
        yield made


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, traces: Collector) -> Iterator[Workplace]:
    folder = tmp_path_factory.mktemp("service")
    settings = {"egress_allow": ("127.0.0.1",), "lease_s": 30, "otlp_endpoint": traces.url}
    with Workplace(folder, **settings) as made:
        SCRAPED.append(made.choose_metrics_address())
        made.start_worker("control")
        SCRAPED.append(made.choose_metrics_address())
        reader = made.start_worker("pages")
        made.url = made.start_api()
        SCRAPED.append(made.url)
        made.await_ready(reader)
        yield made
        SCRAPED.clear()


@pytest.fixture(scope="module")
def client(place: Workplace) -> Iterator[httpx.Client]:
    key = place.ledger.keys.create(TENANT, ("jobs:read", "jobs:write"), "test")[1]
    headers = {"Authorization": f"Bearer {key}"}
    with http_client(base_url=place.url, headers=headers, timeout=PATIENCE_S) as made:
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


def scraped() -> dict[str, list[Sample]]:
    """Samples of all processes by the name of their family."""
    found: dict[str, list[Sample]] = {}
    for url in SCRAPED:
        text = httpx.get(f"{url}/metrics", trust_env=False).text
        for family in text_string_to_metric_families(text):
            found.setdefault(family.name, []).extend(family.samples)
    return found


def value(found: dict[str, list[Sample]], name: str, **labels: str) -> float:
    """The sum of the samples of a name that have these labels."""
    return sum(
        sample.value
        for family in found.values()
        for sample in family
        if sample.name == name and labels.items() <= sample.labels.items()
    )


@pytest.fixture(scope="module")
def scrape(place: Workplace, client: httpx.Client) -> dict[str, list[Sample]]:
    """What all processes report after a document, a callback and a broken document."""
    with receiver() as server:
        form = {"options": json.dumps(OPTIONS), "callback_url": f"{server.url}/measured"}
        file = {"file": ("letter.pdf", letter(FIRST, SECOND), "application/pdf")}
        accepted = client.post("/v1/jobs", data=form, files=file)
        place.await_final(place.ledger.jobs.load(accepted.json()["id"]))
        await_true(lambda: server.requests, lambda: f"the callback\n{place.log('control')}")
    broken = client.post("/v1/jobs", files={"file": ("x.pdf", letter(FIRST)[:300])})
    place.await_final(place.ledger.jobs.load(broken.json()["id"]))
    client.get("/v1/jobs/job_unknown")

    found: dict[str, list[Sample]] = {}

    def counted() -> bool:
        """Workers count after the commit that was waited for; a page's time comes last."""
        found.clear()
        found.update(scraped())
        attempts = value(found, "pagesight_pages_total")
        return bool(
            value(found, "pagesight_delivery_attempts_total", outcome="delivered")
            and value(found, "pagesight_faults_total", code="damaged")
            and value(found, "pagesight_jobs_ended_total", state="failed")
            and value(found, "pagesight_pages_total", outcome="succeeded") >= 2
            and value(found, "pagesight_page_seconds_count") == attempts
        )

    await_true(counted, "what was done to be counted")
    return found


def test_metrics_count_what_was_read_and_what_it_cost(scrape: dict[str, list[Sample]]) -> None:
    pages = value(scrape, "pagesight_pages_total", outcome="succeeded")
    assert pages >= 2
    assert value(scrape, "pagesight_tenant_pages_total", tenant=TENANT) == pages
    assert value(scrape, "pagesight_tenant_cpu_seconds_total", tenant=TENANT) > 0
    assert value(scrape, "pagesight_words_total") >= 2 * len(SECOND.split())
    assert value(scrape, "pagesight_word_confidence_count") == value(
        scrape, "pagesight_words_total"
    )
    for stage in ("decode", "lines", "recognise"):
        assert value(scrape, "pagesight_stage_seconds_count", stage=stage) == pages
        assert value(scrape, "pagesight_stage_seconds_sum", stage=stage) > 0
    assert value(scrape, "pagesight_stage_wait_seconds_count", stage="decode") == pages
    assert value(scrape, "pagesight_faults_total", actor="caller", code="damaged") >= 1
    assert value(scrape, "pagesight_jobs_ended_total", state="succeeded") >= 1
    assert value(scrape, "pagesight_job_seconds_sum") >= value(
        scrape, "pagesight_job_wait_seconds_sum"
    )
    assert value(scrape, "pagesight_problems_total", code="not_found") >= 1
    assert value(scrape, "pagesight_model_provider", provider="CPUExecutionProvider") >= 2
    for role in ("pages", "control"):
        assert value(scrape, "pagesight_process_resident_bytes", role=role, part="helpers") > 0


def test_every_metric_of_rules_and_dashboards_is_served_with_its_labels(
    scrape: dict[str, list[Sample]],
) -> None:
    known = {
        sample.name: set(sample.labels) for samples in scrape.values() for sample in samples
    } | METRICS_ON_DEMAND
    used = [used_metrics(text) for text in expressions()]
    assert len(used) > 40
    for metrics in used:
        for name, labels in metrics.items():
            assert name in known, f"{name} is not served"
            assert labels <= known[name], f"{name} has no labels {labels - known[name]}"


def test_the_page_of_metrics_lists_what_is_served(scrape: dict[str, list[Sample]]) -> None:
    page = (ROOT / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(pagesight_\w+)`", page, re.MULTILINE))
    served = {name for name in scrape if re.match(r"pagesight_(?!\w+_created$)", name)}
    assert {name.removesuffix("_total") for name in documented} == served


def test_a_job_is_one_trace_from_the_request_over_every_stage_to_the_webhook(
    place: Workplace, client: httpx.Client, traces: Collector
) -> None:
    trace = secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace}-{'ab' * 8}-01"}
    with receiver() as server:
        form = {"options": json.dumps(OPTIONS), "callback_url": f"{server.url}/traced"}
        file = {"file": ("letter.pdf", letter(FIRST, SECOND), "application/pdf")}
        accepted = client.post("/v1/jobs", data=form, files=file, headers=headers)
        await_true(lambda: server.requests, lambda: f"the callback\n{place.log('control')}")
        call = server.requests[0]
    steps = {"POST /v1/jobs", "job", "open_job", "read_page", "recognise", "finish_job", "deliver"}

    def complete() -> bool:
        """Each process exports when it comes to it; the stages of a page come before the page."""
        names = [span.name for span in traces.of_trace(trace)]
        return steps <= set(names) and names.count("read_page") == 2

    await_true(
        complete,
        lambda: f"spans, of which there are {traces.of_trace(trace)}",
    )
    spans = {span.id: span for span in traces.of_trace(trace)}

    def one(name: str) -> Collected:
        (found,) = (span for span in spans.values() if span.name == name)
        return found

    request, job = one("POST /v1/jobs"), one("job")
    assert (request.parent, job.parent) == ("ab" * 8, request.id)
    assert job.attributes["pagesight.job_id"] == accepted.json()["id"]
    reads = [span for span in spans.values() if span.name == "read_page"]
    assert sorted(span.attributes["pagesight.page"] for span in reads) == [1, 2]
    for step in (one("open_job"), *reads, one("finish_job"), one("deliver")):
        assert step.parent == job.id
        assert step.began_ns >= job.began_ns
    assert call.headers["traceparent"] == f"00-{trace}-{one('deliver').id}-01"
    stages = [span for span in spans.values() if spans.get(span.parent) in reads]
    assert {"decode", "prepare", "lines", "recognise"} <= {span.name for span in stages}
    assert {span.service for span in spans.values()} == {
        "pagesight-api",
        "pagesight-control",
        "pagesight-pages",
    }
    assert not any(span.failed for span in spans.values())
