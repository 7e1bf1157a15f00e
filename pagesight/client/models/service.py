"""Jobs, batches and webhooks as the service describes them (docs/reference/api.md).

Made by `make docs`; do not edit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pagesight.client.models.checking import (
    Blank,
    Correction,
    CorrectionRevision,
    Corrections,
    Difference,
    Place,
    Unread,
    Unsupported,
    Verification,
)

__all__ = [
    "Attempt",
    "Batch",
    "BatchState",
    "Blank",
    "Correction",
    "CorrectionRevision",
    "Corrections",
    "DayUsage",
    "Delivery",
    "DeliveryState",
    "DeliveryWithPayload",
    "Difference",
    "DocumentCounts",
    "Fault",
    "Job",
    "JobInput",
    "JobState",
    "PageCounts",
    "PageState",
    "PageStatus",
    "Place",
    "Replayed",
    "Unread",
    "Unsupported",
    "Usage",
    "Verification",
    "Webhook",
    "WebhookWithSecret",
]

JobState = Literal["queued", "running", "succeeded", "partial", "failed", "cancelled", "expired"]

BatchState = Literal["preparing", "running", "cancelling", "completed", "cancelled", "failed"]

PageState = Literal["queued", "running", "succeeded", "failed", "cancelled"]

DeliveryState = Literal["pending", "delivered", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a job or a page failed, and who must act."""

    code: str
    message: str
    actor: Literal["caller", "operator"]
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobInput:
    """The document that was submitted."""

    filename: str | None
    media_type: str | None
    sha256: str | None
    bytes: int | None
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCounts:
    """Progress of the reading; `total` is null until the document is opened."""

    total: int | None
    succeeded: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The current state of a job."""

    id: str
    state: JobState
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    deadline_at: datetime | None
    begin_by: datetime | None
    expires_at: datetime | None
    input: JobInput
    pages: PageCounts
    fault: Fault | None
    options: Mapping[str, Any]
    metadata: Mapping[str, Any]
    callback_url: str | None
    priority: Literal["interactive", "normal", "batch"]
    batch_id: str | None
    custom_id: str | None
    retry_of: str | None
    queue_position: int | None
    queue_pages: int | None
    estimated_wait_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStatus:
    """The current state of a page; `reading` is where its content is once it has succeeded."""

    number: int
    state: PageState
    attempts: int
    fault: Fault | None
    finished_at: datetime | None
    reading: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCounts:
    """Progress of the documents."""

    total: int | None
    expanded: int
    laid_out: int
    queued: int
    running: int
    succeeded: int
    partial: int
    failed: int
    cancelled: int
    expired: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The current state of a batch."""

    id: str
    state: BatchState
    created_at: datetime
    finished_at: datetime | None
    deadline_at: datetime | None
    begin_by: datetime | None
    expires_at: datetime | None
    documents: DocumentCounts
    fault: Fault | None
    options: Mapping[str, Any]
    metadata: Mapping[str, Any]
    callback_url: str | None
    priority: Literal["interactive", "normal", "batch"]
    retry_of: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """The current state of an endpoint; its secret is shown at creation and rotation."""

    id: str
    url: str | None
    events: tuple[str, ...]
    description: str
    enabled: bool
    disabled_at: datetime | None
    disabled_reason: str | None
    failing_since: datetime | None
    failures: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookWithSecret:
    """An endpoint with its new secret, which is shown this once."""

    id: str
    url: str | None
    events: tuple[str, ...]
    description: str
    enabled: bool
    disabled_at: datetime | None
    disabled_reason: str | None
    failing_since: datetime | None
    failures: int
    created_at: datetime
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one endpoint; `id` is the `webhook-id` of each attempt."""

    id: str
    endpoint_id: str
    url: str
    job_id: str | None
    batch_id: str | None
    event: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryWithPayload:
    """A delivery with its payload, byte for byte as it is signed."""

    id: str
    endpoint_id: str
    url: str
    job_id: str | None
    batch_id: str | None
    event: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    finished_at: datetime | None
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt at a delivery: the response, or why there was none."""

    number: int
    at: datetime
    duration_ms: float
    status: int | None
    error: str | None
    response: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """How many are replayed; while there are `more`, repeat the request."""

    replayed: int
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUsage:
    """What ended on one day, in UTC."""

    day: str
    jobs: int
    pages_read: int
    pages_failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Days on which jobs ended, the oldest first; others are left out."""

    days: tuple[DayUsage, ...]
    pages_read: int
