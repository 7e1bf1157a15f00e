"""Webhook endpoints, deliveries and their attempts, as plain values."""

from dataclasses import dataclass
from datetime import datetime

from jobs.domain.states import DeliveryState


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A tenant's subscription: where events are delivered.

    `secrets` are `whsec_` texts, newest first; several while a rotation overlaps, and none where
    they were not asked for. `url` is None for the endpoint that signs per-job callbacks.
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
    """One message to one endpoint. `id` is the `webhook-id`, the same for each attempt.

    `job_id` or `batch_id` is its subject; both are None where that is a webhook.
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
class Destination:
    """Where a delivery goes; `callback` where `url` is a job's own and not the endpoint's."""

    tenant: str
    endpoint_id: str
    url: str
    callback: bool


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Selects deliveries; what is None does not narrow. `since` <= created < `until`."""

    endpoint_id: str | None = None
    job_id: str | None = None
    batch_id: str | None = None
    events: tuple[str, ...] | None = None
    states: tuple[DeliveryState, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a delivery: the status of the response, or why there was none."""

    delivery_id: str
    number: int
    at: datetime
    duration_ms: float
    status: int | None = None
    error: str | None = None
    response: str = ""
