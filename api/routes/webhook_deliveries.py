"""What was sent to webhook receivers, how it went, and sending it again."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.error_handlers import documented, guarded
from api.schemas.webhooks import (
    AttemptList,
    AttemptOut,
    DeliveryList,
    DeliveryOut,
    DeliveryQuery,
    DeliveryWithPayload,
    Replayed,
    ReplayRequest,
)
from api.security.auth import WebhookKeeper
from api.services import ServicesDep
from jobs.domain.delivery import Which
from jobs.webhooks.delivery_store import REPLAYED_AT_ONCE

_COMMON = guarded("invalid_request")
_ONE = _COMMON | documented("not_found")

router = APIRouter(prefix="/v1/webhooks/deliveries", tags=["webhooks"], responses=_COMMON)


@router.get("", operation_id="listDeliveries", summary="List deliveries, newest first")
def list_deliveries(
    services: ServicesDep, key: WebhookKeeper, query: Annotated[DeliveryQuery, Query()]
) -> DeliveryList:
    """Of one receiver, of one job, or all; those to a job's `callback_url` too."""
    which = Which(
        query.webhook_id,
        query.job_id,
        query.batch_id,
        None if query.event is None else (query.event,),
        None if query.state is None else (query.state,),
        query.since,
        query.until,
    )
    found, cursor = services.ledger.deliveries.list(
        key.tenant, which, limit=query.limit, before=query.before
    )
    return DeliveryList(
        deliveries=[DeliveryOut.model_validate(each) for each in found], next=cursor
    )


@router.post("/replay", operation_id="replayDeliveries", summary="Send many again", status_code=202)
def replay_deliveries(services: ServicesDep, key: WebhookKeeper, body: ReplayRequest) -> Replayed:
    """Those that ended as `states` says (failed, unless you say otherwise), oldest first.

    Each keeps its `webhook-id`. Receivers that are disabled are passed over.
    """
    which = Which(
        body.webhook_id,
        body.job_id,
        body.batch_id,
        None if body.events is None else tuple(body.events),
        tuple(body.states),
        body.since,
        body.until,
    )
    count = services.ledger.deliveries.replay_many(key.tenant, which)
    services.relay.wake()
    return Replayed(replayed=count, more=count == REPLAYED_AT_ONCE)


@router.get(
    "/{delivery_id}", operation_id="getDelivery", summary="Look at a delivery", responses=_ONE
)
def get_delivery(
    services: ServicesDep, key: WebhookKeeper, delivery_id: str
) -> DeliveryWithPayload:
    """Where it stands, and what it says."""
    found = services.ledger.deliveries.get(key.tenant, delivery_id)
    return DeliveryWithPayload.model_validate(found)


@router.get(
    "/{delivery_id}/attempts",
    operation_id="listAttempts",
    summary="Every try of a delivery",
    responses=_ONE,
)
def list_attempts(services: ServicesDep, key: WebhookKeeper, delivery_id: str) -> AttemptList:
    """What the receiver answered each time, or what kept the answer from coming."""
    found = services.ledger.deliveries.attempts(key.tenant, delivery_id)
    return AttemptList(attempts=[AttemptOut.model_validate(each) for each in found])


@router.post(
    "/{delivery_id}/replay",
    operation_id="replayDelivery",
    summary="Send a delivery again",
    status_code=202,
    responses=_ONE,
)
def replay_delivery(services: ServicesDep, key: WebhookKeeper, delivery_id: str) -> DeliveryOut:
    """The same message under the same `webhook-id`, so that receivers can tell it is the same."""
    delivery = services.ledger.deliveries.replay(key.tenant, delivery_id)
    services.relay.wake()
    return DeliveryOut.model_validate(delivery)
