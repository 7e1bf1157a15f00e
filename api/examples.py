"""Examples for the OpenAPI document: one receipt on its way through the service."""

from typing import Any, Final

JOB_ID: Final = "job_01k9x3v7c2h8q4n6r0t5w1yzab"

OPTIONS: Final[dict[str, Any]] = {"languages": ["eng", "deu"], "pages": "1-3,7"}

URL_JOB: Final[dict[str, Any]] = {
    "url": "https://files.example.com/invoices/4711.pdf",
    "options": OPTIONS,
    "metadata": {"invoice": 4711},
    "callback_url": "https://app.example.com/hooks/pagesight",
}

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
    "batch_id": None,
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

RESULT_TEXT: Final = "INVOICE 4711\n\nTotal 119.00 EUR\n"
RESULT_MARKDOWN: Final = "# INVOICE 4711\n\nTotal 119.00 EUR\n"

EVENTS: Final = (
    "id: 1\nevent: job.queued\n"
    f'data: {{"job_id":"{JOB_ID}","sequence":1,"kind":"job.queued",'
    '"at":"2026-11-21T09:30:00Z","data":{}}\n\n'
    "id: 3\nevent: page.succeeded\n"
    f'data: {{"job_id":"{JOB_ID}","sequence":3,"kind":"page.succeeded",'
    '"at":"2026-11-21T09:30:01Z","data":{"number":1}}\n\n'
    ": still here\n\n"
)
