"""Webhook deliveries: list, attempts, replay."""

from typing import Annotated

from fastapi import Query

from api.error_handlers import documented
from api.keyed_router import keyed_router
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
from jobs.domain.delivery import DeliveryFilter
from jobs.webhooks.delivery_store import REPLAYED_AT_ONCE

_ONE = documented("not_found")

router = keyed_router("/v1/webhooks/deliveries", "webhooks", "invalid_request")


@router.get("", operation_id="listDeliveries", summary="List deliveries, newest first")
def list_deliveries(
    services: ServicesDep, key: WebhookKeeper, query: Annotated[DeliveryQuery, Query()]
) -> DeliveryList:
    """Of one endpoint, of one job, or all; those to a job's `callback_url` included."""
    which = DeliveryFilter(
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


@router.post(
    "/replay",
    operation_id="replayDeliveries",
    summary="Replay many deliveries",
    status_code=202,
    responses=documented("bad_request", "too_large"),
)
def replay_deliveries(services: ServicesDep, key: WebhookKeeper, body: ReplayRequest) -> Replayed:
    """Those in the given `states` (failed by default), oldest first.

    Each keeps its `webhook-id`. Disabled endpoints are skipped.
    """
    which = DeliveryFilter(
        body.webhook_id,
        body.job_id,
        body.batch_id,
        None if body.events is None else tuple(body.events),
        tuple(body.states),
        body.since,
        body.until,
    )
    count = services.ledger.deliveries.replay_many(key.tenant, which)
    return Replayed(replayed=count, more=count == REPLAYED_AT_ONCE)


@router.get("/{delivery_id}", operation_id="getDelivery", summary="Get a delivery", responses=_ONE)
def get_delivery(
    services: ServicesDep, key: WebhookKeeper, delivery_id: str
) -> DeliveryWithPayload:
    """The current state, and the payload."""
    found = services.ledger.deliveries.get(key.tenant, delivery_id)
    return DeliveryWithPayload.model_validate(found)


@router.get(
    "/{delivery_id}/attempts",
    operation_id="listAttempts",
    summary="List the attempts of a delivery",
    responses=_ONE,
)
def list_attempts(services: ServicesDep, key: WebhookKeeper, delivery_id: str) -> AttemptList:
    """The response to each attempt, or why there was none."""
    found = services.ledger.deliveries.attempts(key.tenant, delivery_id)
    return AttemptList(attempts=[AttemptOut.model_validate(each) for each in found])


@router.post(
    "/{delivery_id}/replay",
    operation_id="replayDelivery",
    summary="Replay a delivery",
    status_code=202,
    responses=_ONE,
)
def replay_delivery(services: ServicesDep, key: WebhookKeeper, delivery_id: str) -> DeliveryOut:
    """The same message under the same `webhook-id`, so that endpoints can detect the duplicate."""
    delivery = services.ledger.deliveries.replay(key.tenant, delivery_id)
    return DeliveryOut.model_validate(delivery)
