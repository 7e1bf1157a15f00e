"""The shapes of webhook receivers, deliveries and attempts, read off the ledger's values."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from api import examples
from api.schemas import Model, Url
from jobs.states import DeliveryState

EventName = Literal["job.succeeded", "job.partial", "job.failed", "job.cancelled", "job.expired"]
ALL_EVENTS: list[EventName] = [
    "job.succeeded",
    "job.partial",
    "job.failed",
    "job.cancelled",
    "job.expired",
]


class NewEndpoint(Model):
    """A receiver of webhooks."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_ENDPOINT]})

    url: Url
    events: list[EventName] = Field(ALL_EVENTS, min_length=1)


class EndpointChange(Model):
    """What to change of a receiver; absent members stay."""

    url: Url | None = None
    events: list[EventName] | None = Field(None, min_length=1)
    enabled: bool | None = None


class EndpointOut(Model):
    """A receiver as it stands; its secret is shown when it is made and when it is rotated."""

    id: str
    url: str | None
    events: list[str]
    enabled: bool
    disabled_reason: str | None
    failing_since: datetime | None
    created_at: datetime


class EndpointWithSecrets(EndpointOut):
    """A receiver with the secrets that verify its deliveries, newest first."""

    secrets: list[str] = Field(description="`whsec_...`; several hold while a rotation overlaps.")


class EndpointList(Model):
    """All receivers of the tenant."""

    webhooks: list[EndpointOut]


class CallbackSecrets(Model):
    """The secrets that verify deliveries to a `callback_url`, newest first."""

    secrets: list[str]


class DeliveryOut(Model):
    """One message for one receiver; `id` is the `webhook-id` of each try."""

    id: str
    endpoint_id: str
    url: str
    job_id: str
    event: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    finished_at: datetime | None


class DeliveryList(Model):
    """Deliveries, newest first; `next` is the cursor of the following ones."""

    deliveries: list[DeliveryOut]
    next: str | None


class AttemptOut(Model):
    """One try of a delivery: the answer, or what kept it from coming."""

    number: int
    at: datetime
    duration_ms: float
    status: int | None
    error: str | None
    response: str


class AttemptList(Model):
    """All tries of a delivery, in order."""

    attempts: list[AttemptOut]
