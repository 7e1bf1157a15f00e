"""The shapes of webhook receivers, deliveries and attempts, read off the ledger's values."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from api.schemas import examples
from api.schemas.jobs import Model, Url
from jobs.domain.delivery import EVERYTHING, Endpoint, Event, EventFilter
from jobs.domain.states import DeliveryState

Description = Annotated[str, StringConstraints(max_length=200)]
Id = Annotated[str, StringConstraints(max_length=64)]


class NewEndpoint(Model):
    """A receiver of webhooks."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_ENDPOINT]})

    url: Url
    events: list[EventFilter] = Field(
        list(EVERYTHING), min_length=1, description="Events, families of them, or `*` for all."
    )
    description: Description = Field("", description="A note for people.")


class EndpointChange(Model):
    """What to change of a receiver; absent members stay."""

    url: Url | None = None
    events: list[EventFilter] | None = Field(None, min_length=1)
    enabled: bool | None = None
    description: Description | None = None


class EndpointOut(Model):
    """A receiver as it stands; its secret is shown when it is made and when it is rotated."""

    id: str
    url: str | None = Field(description="Null for the one that signs callbacks.")
    events: list[str]
    description: str
    enabled: bool
    disabled_at: datetime | None
    disabled_reason: str | None
    failing_since: datetime | None
    failures: int = Field(description="Attempts that failed in a row.")
    created_at: datetime


class EndpointWithSecret(EndpointOut):
    """A receiver with the secret that was made just now; it is shown this once."""

    secret: str = Field(description="`whsec_...`; it verifies the receiver's deliveries.")

    @classmethod
    def of(cls, endpoint: Endpoint) -> Self:
        """Translate the ledger's value, whose newest secret comes first."""
        shown = EndpointOut.model_validate(endpoint)
        return cls(**shown.model_dump(), secret=endpoint.secrets[0])


class EndpointList(Model):
    """All receivers of the tenant."""

    webhooks: list[EndpointOut]


class CallbackSecret(Model):
    """The secret that verifies deliveries to a `callback_url`; it is shown once."""

    secret: str


class DeliveryOut(Model):
    """One message for one receiver; `id` is the `webhook-id` of each try."""

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
    """A delivery with what it says, byte for byte as it is signed."""

    payload: str


class DeliveryQuery(Model):
    """Which deliveries to list; what is absent does not narrow."""

    webhook_id: Id | None = None
    job_id: Id | None = None
    batch_id: Id | None = None
    event: Event | None = None
    state: DeliveryState | None = None
    since: AwareDatetime | None = Field(None, description="Made at or after this moment.")
    until: AwareDatetime | None = Field(None, description="Made before this moment.")
    limit: int = Field(50, ge=1, le=200)
    before: Id | None = Field(None, description="`next` of the list before.")


class DeliveryList(Model):
    """Deliveries, newest first; `next` is the cursor of the following ones."""

    deliveries: list[DeliveryOut]
    next: str | None


class ReplayRequest(Model):
    """Which deliveries to send again; what is absent does not narrow."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.REPLAY]})

    webhook_id: Id | None = None
    job_id: Id | None = None
    batch_id: Id | None = None
    events: list[Event] | None = Field(None, min_length=1)
    states: list[DeliveryState] = Field([DeliveryState.FAILED], min_length=1)
    since: AwareDatetime | None = Field(None, description="Made at or after this moment.")
    until: AwareDatetime | None = Field(None, description="Made before this moment.")


class Replayed(Model):
    """How many are sent again; where there are more, asking again takes the next ones."""

    replayed: int
    more: bool


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
