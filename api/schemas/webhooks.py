"""The schemas of webhook endpoints, deliveries and attempts."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, StringConstraints

from api.schemas import examples
from api.schemas.jobs import DeliveryId, Id, Line, Model, Url
from jobs.domain.delivery import Endpoint
from jobs.domain.events import ALL, FILTERS, WebhookEvent
from jobs.domain.states import DeliveryState

Description = Annotated[Line, StringConstraints(max_length=200)]
if TYPE_CHECKING:
    EventName = str
    EventFilter = str
else:  # built from the registry, which no static type can be
    EventName = Literal[tuple(event.value for event in WebhookEvent)]
    EventFilter = Literal[FILTERS]


def _check_written(value: object) -> object:
    """Refuse numbers, which would be seconds since 1970."""
    if isinstance(value, str) and _DATE.match(value) is None:
        raise ValueError("a time such as 2026-01-31T12:00:00Z")
    if not isinstance(value, str | datetime):
        raise ValueError("a text such as 2026-01-31T12:00:00Z")  # noqa: TRY004 - pydantic's way
    return value


_DATE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")
Moment = Annotated[AwareDatetime, BeforeValidator(_check_written)]


class NewEndpoint(Model):
    """A webhook endpoint to create."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_ENDPOINT]})

    url: Url
    events: list[EventFilter] = Field(
        [ALL], min_length=1, description="Events, families of events, or `*` for all."
    )
    description: Description = Field("", description="A description for people.")


class EndpointChange(Model):
    """Changes of an endpoint; absent members stay as they are."""

    url: Url | None = None
    events: list[EventFilter] | None = Field(None, min_length=1)
    enabled: bool | None = None
    description: Description | None = None


class EndpointOut(Model):
    """The current state of an endpoint; its secret is shown at creation and rotation."""

    id: str
    url: str | None = Field(description="Null for the endpoint that signs callbacks.")
    events: list[str]
    description: str
    enabled: bool
    disabled_at: datetime | None
    disabled_reason: str | None
    failing_since: datetime | None
    failures: int = Field(description="Attempts that failed in a row.")
    created_at: datetime


class EndpointWithSecret(EndpointOut):
    """An endpoint with its new secret, which is shown this once."""

    secret: str = Field(description="`whsec_...`; verifies the endpoint's deliveries.")

    @classmethod
    def of(cls, endpoint: Endpoint) -> Self:
        """Translate the ledger's value, whose newest secret comes first."""
        shown = EndpointOut.model_validate(endpoint)
        return cls(**shown.model_dump(), secret=endpoint.secrets[0])


class EndpointList(Model):
    """All endpoints of the tenant."""

    webhooks: list[EndpointOut]


class CallbackSecret(Model):
    """The secret that verifies deliveries to a `callback_url`; it is shown once."""

    secret: str


class DeliveryOut(Model):
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


class DeliveryWithPayload(DeliveryOut):
    """A delivery with its payload, byte for byte as it is signed."""

    payload: str


class DeliveryQuery(Model):
    """Filters of the list; an absent one does not narrow it."""

    webhook_id: Id | None = None
    job_id: Id | None = None
    batch_id: Id | None = None
    event: EventName | None = None
    state: DeliveryState | None = None
    since: Moment | None = Field(None, description="Created at or after this time.")
    until: Moment | None = Field(None, description="Created before this time.")
    limit: int = Field(50, ge=1, le=200)
    before: DeliveryId | None = Field(None, description="`next` of the previous page.")


class DeliveryList(Model):
    """Deliveries, newest first; `next` is the cursor of the following ones."""

    deliveries: list[DeliveryOut]
    next: str | None


class ReplayRequest(Model):
    """Filters of the deliveries to replay; an absent one does not narrow them."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.REPLAY]})

    webhook_id: Id | None = None
    job_id: Id | None = None
    batch_id: Id | None = None
    events: list[EventName] | None = Field(None, min_length=1)
    states: list[DeliveryState] = Field([DeliveryState.FAILED], min_length=1)
    since: Moment | None = Field(None, description="Created at or after this time.")
    until: Moment | None = Field(None, description="Created before this time.")


class Replayed(Model):
    """How many are replayed; while there are `more`, repeat the request."""

    replayed: int
    more: bool


class AttemptOut(Model):
    """One attempt at a delivery: the response, or why there was none."""

    number: int
    at: datetime
    duration_ms: float
    status: int | None
    error: str | None
    response: str


class AttemptList(Model):
    """All attempts of a delivery, in order."""

    attempts: list[AttemptOut]
