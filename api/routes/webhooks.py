"""Webhooks: receivers, their secrets, what was sent to them and how it went."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.auth import WebhookKeeper
from api.errors import documented
from api.services import ServicesDep
from api.webhook_schemas import (
    AttemptList,
    AttemptOut,
    CallbackSecrets,
    DeliveryList,
    DeliveryOut,
    EndpointChange,
    EndpointList,
    EndpointOut,
    EndpointWithSecrets,
    NewEndpoint,
)
from jobs.delivery import Endpoint
from jobs.egress import parse_target

_COMMON = documented("unauthorised", "forbidden", "invalid_request", "database_down")
_ONE = _COMMON | documented("not_found")
_TAKES_URL = documented("egress_refused", "invalid_request")

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], responses=_COMMON)
Limit = Annotated[int, Query(ge=1, le=200)]
Before = Annotated[str | None, Query(max_length=64, description="`next` of the list before.")]


@router.post(
    "",
    operation_id="createWebhook",
    summary="Register a receiver",
    status_code=201,
    responses=_TAKES_URL,
)
def create_webhook(
    services: ServicesDep, key: WebhookKeeper, body: NewEndpoint
) -> EndpointWithSecrets:
    """The answer shows the secret that verifies deliveries; keep it."""
    parse_target(body.url, services.settings.egress_allow)
    endpoint = services.ledger.webhooks.create_endpoint(key.tenant, body.url, tuple(body.events))
    return EndpointWithSecrets.model_validate(endpoint)


@router.get("", operation_id="listWebhooks", summary="List receivers")
def list_webhooks(services: ServicesDep, key: WebhookKeeper) -> EndpointList:
    """All receivers of the tenant, without their secrets."""
    found = services.ledger.webhooks.list(key.tenant)
    return EndpointList(webhooks=[EndpointOut.model_validate(each) for each in found])


@router.get(
    "/callback-secret",
    operation_id="getCallbackSecret",
    summary="The secret that signs callbacks to a job's `callback_url`",
)
def get_callback_secret(services: ServicesDep, key: WebhookKeeper) -> CallbackSecrets:
    """Made when it is first asked for or needed."""
    return _callback_secrets(services.ledger.webhooks.callback_endpoint(key.tenant))


@router.post(
    "/callback-secret/rotate",
    operation_id="rotateCallbackSecret",
    summary="Replace the secret that signs callbacks",
)
def rotate_callback_secret(services: ServicesDep, key: WebhookKeeper) -> CallbackSecrets:
    """The old secret signs along for 24 hours."""
    webhooks = services.ledger.webhooks
    endpoint = webhooks.callback_endpoint(key.tenant)
    return _callback_secrets(webhooks.rotate_secret(key.tenant, endpoint.id))


@router.get("/deliveries", operation_id="listDeliveries", summary="List deliveries, newest first")
def list_deliveries(
    services: ServicesDep,
    key: WebhookKeeper,
    webhook_id: Annotated[str | None, Query(max_length=64)] = None,
    job_id: Annotated[str | None, Query(max_length=64)] = None,
    limit: Limit = 50,
    before: Before = None,
) -> DeliveryList:
    """Of one receiver, of one job, or all; those to a job's `callback_url` too."""
    found, cursor = services.ledger.webhooks.deliveries(
        key.tenant, endpoint_id=webhook_id, job_id=job_id, limit=limit, before=before
    )
    return DeliveryList(
        deliveries=[DeliveryOut.model_validate(each) for each in found], next=cursor
    )


@router.get(
    "/deliveries/{delivery_id}/attempts",
    operation_id="listAttempts",
    summary="Every try of a delivery",
    responses=_ONE,
)
def list_attempts(services: ServicesDep, key: WebhookKeeper, delivery_id: str) -> AttemptList:
    """What the receiver answered each time, or what kept the answer from coming."""
    found = services.ledger.webhooks.attempts(key.tenant, delivery_id)
    return AttemptList(attempts=[AttemptOut.model_validate(each) for each in found])


@router.post(
    "/deliveries/{delivery_id}/replay",
    operation_id="replayDelivery",
    summary="Send a delivery again",
    status_code=202,
    responses=_ONE | documented("illegal_move"),
)
def replay_delivery(services: ServicesDep, key: WebhookKeeper, delivery_id: str) -> DeliveryOut:
    """The same message under the same `webhook-id`, so that receivers can tell it is the same."""
    delivery = services.ledger.webhooks.replay(key.tenant, delivery_id)
    services.relay.wake()
    return DeliveryOut.model_validate(delivery)


@router.get(
    "/{webhook_id}", operation_id="getWebhook", summary="Look at a receiver", responses=_ONE
)
def get_webhook(services: ServicesDep, key: WebhookKeeper, webhook_id: str) -> EndpointOut:
    """Whether it is enabled, and why not."""
    return EndpointOut.model_validate(services.ledger.webhooks.get(key.tenant, webhook_id))


@router.patch(
    "/{webhook_id}",
    operation_id="updateWebhook",
    summary="Change a receiver",
    responses=_ONE | _TAKES_URL,
)
def update_webhook(
    services: ServicesDep, key: WebhookKeeper, webhook_id: str, body: EndpointChange
) -> EndpointOut:
    """Enabling a receiver that was disabled for failing gives it a fresh start."""
    if body.url is not None:
        parse_target(body.url, services.settings.egress_allow)
    endpoint = services.ledger.webhooks.update(
        key.tenant,
        webhook_id,
        enabled=body.enabled,
        url=body.url,
        events=None if body.events is None else tuple(body.events),
    )
    return EndpointOut.model_validate(endpoint)


@router.delete(
    "/{webhook_id}",
    operation_id="deleteWebhook",
    summary="Remove a receiver",
    status_code=204,
    responses=_ONE,
)
def delete_webhook(services: ServicesDep, key: WebhookKeeper, webhook_id: str) -> None:
    """Its deliveries go with it."""
    services.ledger.webhooks.delete(key.tenant, webhook_id)


@router.post(
    "/{webhook_id}/rotate",
    operation_id="rotateSecret",
    summary="Replace a receiver's secret",
    responses=_ONE,
)
def rotate_secret(
    services: ServicesDep, key: WebhookKeeper, webhook_id: str
) -> EndpointWithSecrets:
    """The old secret signs along for 24 hours; both verify meanwhile."""
    endpoint = services.ledger.webhooks.rotate_secret(key.tenant, webhook_id)
    return EndpointWithSecrets.model_validate(endpoint)


def _callback_secrets(endpoint: Endpoint) -> CallbackSecrets:
    return CallbackSecrets(secrets=list(endpoint.secrets))
