"""A client of the Pagesight service, for threads (Client) and for asyncio (AsyncClient).

docs/reference/python-client.md describes it. Nothing of the service is imported.
"""

from pagesight.client.async_client import AsyncClient
from pagesight.client.box import Box
from pagesight.client.client import Client
from pagesight.client.errors import (
    ApiError,
    ForbiddenError,
    IdempotencyError,
    JobFailedError,
    NoResultError,
    NotFinishedError,
    NotFoundError,
    PageFailedError,
    PagesightError,
    QueueFullError,
    RateLimitedError,
    ServiceUnreachableError,
    UnauthorisedError,
    UnexpectedResponseError,
    WaitTimeoutError,
    WebhookVerificationError,
)
from pagesight.client.job_calls import PageReading
from pagesight.client.models.document import Document, Page
from pagesight.client.models.service import Batch, Job, PageStatus, Verification
from pagesight.client.retries import RetryPolicy
from pagesight.client.streams import BatchError, BatchResult, JobEvent
from pagesight.client.uploads import BatchDocument
from pagesight.client.webhooks import WebhookEvent, verify

__all__ = [
    "ApiError",
    "AsyncClient",
    "Batch",
    "BatchDocument",
    "BatchError",
    "BatchResult",
    "Box",
    "Client",
    "Document",
    "ForbiddenError",
    "IdempotencyError",
    "Job",
    "JobEvent",
    "JobFailedError",
    "NoResultError",
    "NotFinishedError",
    "NotFoundError",
    "Page",
    "PageFailedError",
    "PageReading",
    "PageStatus",
    "PagesightError",
    "QueueFullError",
    "RateLimitedError",
    "RetryPolicy",
    "ServiceUnreachableError",
    "UnauthorisedError",
    "UnexpectedResponseError",
    "Verification",
    "WaitTimeoutError",
    "WebhookEvent",
    "WebhookVerificationError",
    "verify",
]
