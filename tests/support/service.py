"""A real API over a real ledger on a loopback port; tests do the workers' part by hand."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

import httpx

from api.app import create_app
from api.http_protocol import EdgeLimits
from api.server import LIMITS, Server, make_config
from jobs.domain.job import Fault, Job
from jobs.domain.topics import Topic
from jobs.ledger import Ledger, open_ledger
from jobs.queue.task_table import Message
from jobs.settings import Settings
from jobs.storage.blob_keys import result_key
from jobs.storage.blob_store import Blobs, open_blobs
from tests.support.http import http_client
from tests.support.migrations import create_tables
from tests.support.patience import PATIENCE_S
from vision.core.document import (
    Block,
    Box,
    Document,
    DocumentInfo,
    Line,
    Page,
    PageReading,
    PageReceipt,
    Receipt,
)
from vision.export.json import dumps, page_reading_to_dict


class QuietBroker:
    """Takes every message and keeps it; `alive` is what it answers to a ping."""

    def __init__(self) -> None:
        self.published: list[Message] = []
        self.alive = True

    def publish(self, messages: Sequence[Message]) -> None:
        self.published.extend(messages)

    def ping(self) -> bool:
        return self.alive

    def depth(self, topic: Topic) -> int:
        return 0


@dataclass
class Service:
    """A running API with the ledger behind it."""

    url: str
    settings: Settings
    ledger: Ledger
    blobs: Blobs
    broker: QuietBroker
    server: Server

    def key(self, tenant: str, *scopes: str) -> str:
        return self.ledger.keys.create(tenant, scopes or ("admin",), "test")[1]

    def client(self, key: str | None = None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return http_client(base_url=self.url, headers=headers, timeout=PATIENCE_S)

    def open(self, job_id: str, pages: int) -> None:
        assert self.ledger.jobs.begin_open(job_id, "w") is not None
        assert self.ledger.jobs.opened(job_id, "image/png", range(1, pages + 1))

    def read_page(self, job_id: str, number: int, text: str) -> None:
        claim = self.ledger.pages.claim(job_id, number, "w")
        assert claim is not None
        reading = json.dumps(page_reading_to_dict(page_reading(number, text)))
        self.ledger.pages.succeed(claim, reading)

    def fail_page(self, job_id: str, number: int, code: str = "damaged") -> None:
        claim = self.ledger.pages.claim(job_id, number, "w")
        assert claim is not None
        self.ledger.pages.fail(claim, Fault(code, "The page is broken.", "caller"))

    def finish(self, job_id: str, *texts: str) -> Job:
        job = self.ledger.jobs.load(job_id)
        self.blobs.put(result_key(job), dumps(document(*texts)).encode())
        ended = self.ledger.finishing.finish(job_id, result_key(job))
        assert ended is not None
        return ended

    def succeed(self, job_id: str, *texts: str) -> Job:
        self.open(job_id, len(texts))
        for number, text in enumerate(texts, 1):
            self.read_page(job_id, number, text)
        return self.finish(job_id, *texts)


def page_reading(number: int, text: str) -> PageReading:
    line = Line(text, 0.9, Box(10, 10, 90, 30))
    blocks = (Block("b1", "title", (line,)),)
    page = Page(number, 100, 100, None, 0, 0.0, ("eng",), text, blocks=blocks)
    return PageReading(page, PageReceipt(number, (), {}))


def document(*texts: str) -> Document:
    readings = [page_reading(number, text) for number, text in enumerate(texts, 1)]
    info = DocumentInfo("image/png", "0" * 64, len(texts))
    receipts = tuple(reading.receipt for reading in readings)
    receipt = Receipt("pagesight", "0", {}, (), receipts)
    return Document(info, tuple(reading.page for reading in readings), receipt)


@contextmanager
def running_service(
    folder: Path, limits: EdgeLimits = LIMITS, **settings: Any
) -> Iterator[Service]:
    """Start an API with its data in `folder`, and stop it again."""
    chosen = Settings(_env_file=None, data_dir=folder, port=0, log_level="error", **settings)
    create_tables(chosen)
    broker = QuietBroker()
    ready: Queue[str] = Queue()
    app = create_app(chosen, broker)
    server = Server(make_config(chosen, app, limits), ready.put, app.state.stopping)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    ledger = open_ledger(chosen)
    try:
        url = ready.get(timeout=PATIENCE_S)
        yield Service(url, chosen, ledger, open_blobs(chosen.blob_store_url), broker, server)
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        ledger.close()
