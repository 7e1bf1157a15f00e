"""A running API and the tools of the MCP server before it, in this process."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client
from mcp_types import CallToolResult
from PIL import Image

from jobs.domain.file_forms import picture_of
from jobs.storage.blob_keys import file_key, result_key
from pagesight.mcp.config import Config
from pagesight.mcp.server import create_server
from tests.api.routes.test_create_job import PNG
from tests.support.hand_worker import HandWorker
from tests.support.service import Service, document, page_reading, running_service
from vision.core.document import (
    Block,
    Box,
    Document,
    DoubtfulWord,
    Line,
    Page,
    Region,
    Table,
    TableCell,
    Word,
)
from vision.export.json import dumps, page_reading_to_dict

_tenants = count()
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture
def tenant() -> str:
    return f"model{next(_tenants)}"


@pytest.fixture
def key(service: Service, tenant: str) -> str:
    return service.key(tenant)


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as made:
        yield made


@pytest.fixture
def connected(portal: BlockingPortal) -> Callable[..., Any]:
    """Opens the SDK's client for a configuration."""

    def connect(config: Config) -> Any:
        return portal.wrap_async_context_manager(Client(create_server(config)))

    return connect


@pytest.fixture
def ask(
    portal: BlockingPortal, connected: Callable[..., Any], service: Service, key: str
) -> Iterator[Ask]:
    """Calls a tool, and returns its structured answer."""
    with connected(Config(service.url, key, any_path=True)) as client:
        yield lambda name, **given: answer_of(portal.call(client.call_tool, name, given))


def answer_of(result: CallToolResult) -> Any:
    assert not result.is_error, result.content
    return result.structured_content if result.structured_content is not None else result.content


def failure_of(result: CallToolResult) -> str:
    assert result.is_error
    return "".join(each.text for each in result.content if each.type == "text")


@pytest.fixture
def worker(service: Service, tenant: str) -> Iterator[HandWorker]:
    with HandWorker(service, tenant) as working:
        yield working


def word(text: str, left: float, top: float = 10, confidence: float = 0.9) -> Word:
    return Word(text, confidence, Box(left, top, left + 30, top + 10))


def line(*texts: str, top: float = 10) -> Line:
    words = tuple(word(text, 10 + 40 * place, top) for place, text in enumerate(texts))
    return Line(" ".join(texts), 0.9, Box(10, top, 40 * len(texts), top + 10), words)


def rich_page(number: int) -> Page:
    """A page with two lines, a region and a table of three rows."""
    lines = (line("Invoice", "No.", "4711"), line("Total", "due", str(number), top=40))
    cells = tuple(
        TableCell(row, column, f"r{row}c{column}", Box(10, 60 + 10 * row, 50, 70 + 10 * row))
        for row in range(3)
        for column in range(2)
    )
    table = Table("t1", Box(10, 60, 90, 90), 3, 2, cells, header_rows=1)
    return replace(
        page_reading(number, "").page,
        text="\n".join(each.text for each in lines),
        blocks=(Block("b1", "title", lines[:1]), Block("b2", "text", lines[1:])),
        regions=(Region("r1", "table", 0.9, Box(10, 60, 90, 90), "m"),),
        tables=(table,),
        doubtful=(DoubtfulWord("due", 0.4, Box(50, 40, 80, 50), left_out=False),),
    )


FIELDS = {"known": {"total": {"value": "2.00", "page": 1}, "date": {"value": None}}}


def rich_document() -> Document:
    made = document("", "")
    pages = (rich_page(1), rich_page(2))
    return replace(made, pages=pages, analyses={"fields": FIELDS | {"asked": {"fields": ASKED}}})


ASKED = {"total": {"value": "3.00", "page": 2}}


@pytest.fixture
def job(service: Service, key: str) -> str:
    """A job that ended with the rich document, and the pictures of its pages."""
    with service.client(key) as client:
        sent = client.post("/v1/jobs", content=PNG, headers={"Content-Type": "image/png"})
    job_id: str = sent.json()["id"]
    service.open(job_id, 2)
    for number in (1, 2):
        claim = service.ledger.pages.claim(job_id, number, "w")
        assert claim is not None
        reading = replace(page_reading(number, ""), page=rich_page(number))
        service.ledger.pages.succeed(claim, json.dumps(page_reading_to_dict(reading)))
    kept = service.ledger.jobs.load(job_id)
    service.blobs.put(result_key(kept), dumps(rich_document()).encode())
    assert service.ledger.finishing.finish(job_id, result_key(kept)) is not None
    for number in (1, 2):
        service.blobs.put(file_key(kept, picture_of(number, 100).form), picture(number))
    return job_id


def picture(number: int) -> bytes:
    """A page that is grey left, and of its own colour right."""
    pixels = Image.new("RGB", (100, 100), "grey")
    pixels.paste((0, 0, 255) if number == 1 else (255, 0, 0), (50, 0, 100, 100))
    file = io.BytesIO()
    pixels.save(file, "JPEG", quality=95)
    return file.getvalue()
