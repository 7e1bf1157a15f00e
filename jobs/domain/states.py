"""The states of jobs, pages, batches and deliveries, and every legal transition between them."""

from enum import StrEnum
from typing import Final


class JobState(StrEnum):
    """States of a job; the last five are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class PageState(StrEnum):
    """States of a page; a running page is queued again when its lease lapses."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class BatchState(StrEnum):
    """States of a batch: it is expanded into jobs, then those run; three are final."""

    PREPARING = "preparing"
    RUNNING = "running"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class DeliveryState(StrEnum):
    """States of a webhook delivery; `pending` waits for its next attempt."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


JOB_TRANSITIONS: Final[dict[JobState, frozenset[JobState]]] = {
    JobState.QUEUED: frozenset(
        {JobState.RUNNING, JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED}
    ),
    JobState.RUNNING: frozenset(
        {
            JobState.SUCCEEDED,
            JobState.PARTIAL,
            JobState.FAILED,
            JobState.CANCELLED,
            JobState.EXPIRED,
        }
    ),
}
PAGE_TRANSITIONS: Final[dict[PageState, frozenset[PageState]]] = {
    PageState.QUEUED: frozenset({PageState.RUNNING, PageState.FAILED, PageState.CANCELLED}),
    PageState.RUNNING: frozenset(
        {PageState.QUEUED, PageState.SUCCEEDED, PageState.FAILED, PageState.CANCELLED}
    ),
}
BATCH_TRANSITIONS: Final[dict[BatchState, frozenset[BatchState]]] = {
    BatchState.PREPARING: frozenset({BatchState.RUNNING, BatchState.CANCELLING}),
    BatchState.RUNNING: frozenset({BatchState.CANCELLING, BatchState.COMPLETED}),
    BatchState.CANCELLING: frozenset({BatchState.CANCELLED, BatchState.FAILED}),
}
DELIVERY_TRANSITIONS: Final[dict[DeliveryState, frozenset[DeliveryState]]] = {
    DeliveryState.PENDING: frozenset({DeliveryState.DELIVERED, DeliveryState.FAILED}),
    DeliveryState.DELIVERED: frozenset({DeliveryState.PENDING}),  # replayed by hand
    DeliveryState.FAILED: frozenset({DeliveryState.PENDING}),  # replayed by hand
}

FINAL_JOB_STATES: Final = frozenset(JobState) - JOB_TRANSITIONS.keys()
FINAL_PAGE_STATES: Final = frozenset(PageState) - PAGE_TRANSITIONS.keys()
FINAL_BATCH_STATES: Final = frozenset(BatchState) - BATCH_TRANSITIONS.keys()
