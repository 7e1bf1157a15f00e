"""Examples for the OpenAPI document: one receipt on its way through the service."""

from collections.abc import Mapping
from typing import Any, Final

JOB_ID: Final = "job_01k9x3v7c2h8q4n6r0t5w1yzab"

OPTIONS: Final[dict[str, Any]] = {"languages": ["eng", "deu"], "pages": "1-3,7"}

URL_JOB: Final[dict[str, Any]] = {
    "url": "https://files.example.com/invoices/4711.pdf",
    "options": OPTIONS,
    "metadata": {"invoice": 4711},
    "callback_url": "https://app.example.com/hooks/pagesight",
}

BATCH_LINES: Final[tuple[dict[str, Any], ...]] = (
    {"url": "https://files.example.com/4711.pdf", "custom_id": "invoice-4711"},
    {"job": JOB_ID, "options": {"languages": ["deu"]}},
    {"name": "scan-17.png", "custom_id": "letter-17", "metadata": {"desk": 3}},
)

JOB: Final[dict[str, Any]] = {
    "id": JOB_ID,
    "state": "running",
    "created_at": "2026-11-21T09:30:00Z",
    "started_at": "2026-11-21T09:30:00.120000Z",
    "finished_at": None,
    "deadline_at": None,
    "expires_at": None,
    "input": {
        "filename": "4711.pdf",
        "media_type": "application/pdf",
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "bytes": 182044,
        "url": None,
    },
    "pages": {"total": 3, "succeeded": 1, "failed": 0},
    "fault": None,
    "options": OPTIONS,
    "metadata": {"invoice": 4711},
    "callback_url": None,
    "begin_by": None,
    "priority": "normal",
    "batch_id": None,
    "custom_id": None,
    "retry_of": None,
    "queue_position": None,
    "queue_pages": None,
    "estimated_wait_s": None,
    "links": {
        "self": f"/v1/jobs/{JOB_ID}",
        "result": f"/v1/jobs/{JOB_ID}/result",
        "pages": f"/v1/jobs/{JOB_ID}/pages",
        "events": f"/v1/jobs/{JOB_ID}/events",
    },
}

NEW_ENDPOINT: Final[dict[str, Any]] = {
    "url": "https://app.example.com/hooks/pagesight",
    "events": ["job.succeeded", "job.partial", "job.failed"],
}

REPLAY: Final[dict[str, Any]] = {
    "webhook_id": "we_01k9x3v7c2h8q4n6r0t5w1yzab",
    "events": ["job.succeeded"],
    "since": "2026-11-20T00:00:00Z",
}

# What OpenAPI shows of a result, by media type.
RESULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "application/json": {"schema": {"$ref": "/v1/schema/document.json"}},
    "text/plain": {"example": "INVOICE 4711\n\nTotal 119.00 EUR\n"},
    "text/markdown": {"example": "# INVOICE 4711\n\nTotal 119.00 EUR\n"},
}

EVENTS: Final = (
    "id: 1\nevent: job.queued\n"
    f'data: {{"job_id":"{JOB_ID}","sequence":1,"kind":"job.queued",'
    '"at":"2026-11-21T09:30:00Z","data":{}}\n\n'
    "id: 3\nevent: page.succeeded\n"
    f'data: {{"job_id":"{JOB_ID}","sequence":3,"kind":"page.succeeded",'
    '"at":"2026-11-21T09:30:01Z","data":{"number":1}}\n\n'
    ": keep-alive\n\n"
)

BATCH_ID: Final = "batch_01k9x3v7c2h8q4n6r0t5w1yzab"

BATCH: Final[dict[str, Any]] = {
    "id": BATCH_ID,
    "state": "running",
    "created_at": "2026-11-21T09:30:00Z",
    "finished_at": None,
    "deadline_at": None,
    "begin_by": None,
    "expires_at": None,
    "documents": {
        "total": 1200,
        "expanded": 1200,
        "laid_out": 1200,
        "queued": 830,
        "running": 4,
        "succeeded": 361,
        "partial": 1,
        "failed": 4,
        "cancelled": 0,
        "expired": 0,
    },
    "fault": None,
    "options": OPTIONS,
    "metadata": {"project": "archive 1974"},
    "callback_url": None,
    "priority": "batch",
    "retry_of": None,
    "links": {
        "self": f"/v1/batches/{BATCH_ID}",
        "results": f"/v1/batches/{BATCH_ID}/results.jsonl",
        "errors": f"/v1/batches/{BATCH_ID}/errors.jsonl",
        "events": f"/v1/batches/{BATCH_ID}/events",
        "jobs": f"/v1/jobs?batch_id={BATCH_ID}",
    },
}

RESULT_LINE: Final = (
    '{"custom_id":"invoice-4711","index":0,"job_id":"' + JOB_ID + '","state":"succeeded",'
    '"filename":"4711.pdf","result":{"schema":"..."}}\\n'
)
ERROR_LINE: Final = (
    '{"custom_id":"letter-17","index":7,"job_id":"' + JOB_ID + '","state":"failed",'
    '"filename":"scan-17.png","fault":{"code":"damaged","message":"...","actor":"caller"}}\\n'
)
BATCH_EVENTS: Final = (
    'id: 12\\nevent: batch.progress\\ndata: {"state":"running","documents":{"succeeded":12}}\\n\\n'
)

CORRECTION_CHANGE: Final[dict[str, Any]] = {
    "revision": 0,
    "corrections": [{"page": 1, "block": "b2", "line": 0, "word": 3, "text": "Rechnung"}],
}

NEW_KEY: Final[dict[str, Any]] = {
    "name": "scanner in the mail room",
    "scopes": ["jobs:read", "jobs:write"],
    "expires_days": 365,
}
