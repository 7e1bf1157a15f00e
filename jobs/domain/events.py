"""Every event of the service, each declared once.

A new one is a member here, and a line in docs/how-to/webhooks.md or docs/reference/api.md.

The filters of webhook endpoints, their validation and the OpenAPI document follow from these.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Final


class WebhookEvent(StrEnum):
    """What webhooks deliver."""

    JOB_SUCCEEDED = "job.succeeded"
    JOB_PARTIAL = "job.partial"
    JOB_FAILED = "job.failed"
    JOB_CANCELLED = "job.cancelled"
    JOB_EXPIRED = "job.expired"
    BATCH_COMPLETED = "batch.completed"
    BATCH_CANCELLED = "batch.cancelled"
    BATCH_FAILED = "batch.failed"
    WEBHOOK_DISABLED = "webhook.disabled"
    WEBHOOK_PING = "webhook.ping"

    @property
    def family(self) -> str:
        """The filter for this event and its like."""
        return f"{self.partition('.')[0]}.*"


class JobEventKind(StrEnum):
    """What the event stream of a job shows; the last five end it."""

    JOB_QUEUED = "job.queued"
    JOB_RUNNING = "job.running"
    PAGE_SUCCEEDED = "page.succeeded"
    PAGE_FAILED = "page.failed"
    JOB_SUCCEEDED = "job.succeeded"
    JOB_PARTIAL = "job.partial"
    JOB_FAILED = "job.failed"
    JOB_CANCELLED = "job.cancelled"
    JOB_EXPIRED = "job.expired"


ALL: Final = "*"
FILTERS: Final[tuple[str, ...]] = (
    ALL,
    *dict.fromkeys(event.family for event in WebhookEvent),
    *(event.value for event in WebhookEvent),
)


def wants(filters: Collection[str], event: WebhookEvent) -> bool:
    """Whether an endpoint with these filters subscribes to `event`."""
    return not {ALL, event.family, event.value}.isdisjoint(filters)
