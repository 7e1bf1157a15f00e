"""What the ledger tells about webhook endpoints, deliveries and their attempts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from jobs.domain.states import DeliveryState

JobEvent = Literal["job.succeeded", "job.partial", "job.failed", "job.cancelled", "job.expired"]
BatchEvent = Literal["batch.completed", "batch.cancelled", "batch.failed"]
WebhookEvent = Literal["webhook.disabled", "webhook.ping"]
Event = JobEvent | BatchEvent | WebhookEvent
Family = Literal["*", "job.*", "batch.*", "webhook.*"]
EventFilter = Event | Family

EVENTS: Final[tuple[Event, ...]] = (
    *get_args(JobEvent),
    *get_args(BatchEvent),
    *get_args(WebhookEvent),
)
FILTERS: Final[tuple[EventFilter, ...]] = (*get_args(Family), *EVENTS)
EVERYTHING: Final[tuple[EventFilter, ...]] = ("*",)


def wants(filters: Collection[str], event: str) -> bool:
    """Say whether an endpoint with these filters is told of `event`."""
    family = event.partition(".")[0] + ".*"
    return not {"*", family, event}.isdisjoint(filters)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a tenant wants to be told.

    `secrets` are `whsec_` texts, newest first; several while a rotation overlaps, and none where
    nobody asked for them. `url` is None for the endpoint that signs per-job callbacks.
    `failures` counts attempts that failed in a row since `failing_since`.
    """

    id: str
    tenant: str
    url: str | None
    events: tuple[str, ...]
    created_at: datetime
    description: str = ""
    secrets: tuple[str, ...] = ()
    enabled: bool = True
    disabled_at: datetime | None = None
    disabled_reason: str | None = None
    failing_since: datetime | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for one receiver. `id` is the `webhook-id`, the same for each attempt.

    `job_id` or `batch_id` is what it tells of; both are None where it tells of a webhook.
    """

    id: str
    tenant: str
    endpoint_id: str
    url: str
    event: str
    payload: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    job_id: str | None = None
    batch_id: str | None = None
    next_attempt_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a delivery goes to; `callback` where `url` is a job's own and not the endpoint's."""

    tenant: str
    endpoint_id: str
    url: str
    callback: bool


@dataclass(frozen=True, slots=True)
class Which:
    """Which deliveries are meant; what is None does not narrow. `since` <= created < `until`."""

    endpoint_id: str | None = None
    job_id: str | None = None
    batch_id: str | None = None
    events: tuple[str, ...] | None = None
    states: tuple[DeliveryState, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a delivery: the answer's status, or the error that kept it from coming."""

    delivery_id: str
    number: int
    at: datetime
    duration_ms: float
    status: int | None = None
    error: str | None = None
    response: str = ""
