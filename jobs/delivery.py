"""What the ledger tells about webhook endpoints, deliveries and their attempts."""

from dataclasses import dataclass
from datetime import datetime

from jobs.states import DeliveryState

JOB_EVENTS = ("job.succeeded", "job.partial", "job.failed", "job.cancelled", "job.expired")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a tenant wants to be told.

    `secrets` are `whsec_` texts, newest first; several while a rotation overlaps. `url` is None
    for the endpoint that signs per-job callbacks.
    """

    id: str
    tenant: str
    url: str | None
    events: tuple[str, ...]
    secrets: tuple[str, ...]
    created_at: datetime
    enabled: bool = True
    disabled_reason: str | None = None
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for one receiver. `id` is the `webhook-id`, the same for each attempt."""

    id: str
    tenant: str
    endpoint_id: str
    url: str
    job_id: str
    event: str
    payload: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None = None
    finished_at: datetime | None = None


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
