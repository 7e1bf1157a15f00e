"""Webhooks: receivers and their secrets."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.error_handlers import documented, guarded
from api.schemas.webhooks import (
    CallbackSecret,
    DeliveryOut,
    EndpointChange,
    EndpointList,
    EndpointOut,
    EndpointWithSecret,
    NewEndpoint,
)
from api.security.auth import WebhookKeeper
from api.services import ServicesDep
from jobs.domain.egress_policy import parse_target

_COMMON = guarded("invalid_request")
_ONE = _COMMON | documented("not_found")
_TAKES_URL = documented("egress_refused", "invalid_request")
_MAKES_SECRET = documented("secret_key_missing")

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], responses=_COMMON)
OverlapHours = Annotated[
    float,
    Query(
        ge=0,
        le=168,
        description="Hours that the old secrets sign along; 0 ends them now (one that leaked).",
    ),
]


@router.post(
    "",
    operation_id="createWebhook",
    summary="Register a receiver",
    status_code=201,
    responses=_TAKES_URL | _MAKES_SECRET,
)
def create_webhook(
    services: ServicesDep, key: WebhookKeeper, body: NewEndpoint
) -> EndpointWithSecret:
    """The answer shows the secret that verifies deliveries, this once; keep it."""
    parse_target(body.url, services.settings.egress_allow)
    endpoint = services.ledger.webhooks.create_endpoint(
        key.tenant, body.url, tuple(body.events), body.description, by=key.id
    )
    return EndpointWithSecret.of(endpoint)


@router.get("", operation_id="listWebhooks", summary="List receivers")
def list_webhooks(services: ServicesDep, key: WebhookKeeper) -> EndpointList:
    """All receivers of the tenant, without their secrets."""
    found = services.ledger.webhooks.list(key.tenant)
    return EndpointList(webhooks=[EndpointOut.model_validate(each) for each in found])


@router.get(
    "/callback-secret",
    operation_id="getCallbackSecret",
    summary="The secret that signs callbacks to a job's `callback_url`",
    responses=_MAKES_SECRET | documented("illegal_move"),
)
def get_callback_secret(services: ServicesDep, key: WebhookKeeper) -> CallbackSecret:
    """Made when it is first asked for or needed, and shown once; keep it."""
    secret = services.ledger.webhooks.show_callback_secret(key.tenant, by=key.id)
    return CallbackSecret(secret=secret)


@router.post(
    "/callback-secret/rotate",
    operation_id="rotateCallbackSecret",
    summary="Replace the secret that signs callbacks",
    responses=_MAKES_SECRET | documented("illegal_move"),
)
def rotate_callback_secret(
    services: ServicesDep, key: WebhookKeeper, overlap_h: OverlapHours = 24
) -> CallbackSecret:
    """Shows the new secret, this once. The old one signs along for 24 hours, or as you say."""
    webhooks = services.ledger.webhooks
    secret = webhooks.rotate_callback_secret(key.tenant, overlap_h * 3600, by=key.id)
    return CallbackSecret(secret=secret)


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
    responses=_ONE | _TAKES_URL | documented("illegal_move"),
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
        description=body.description,
        by=key.id,
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
    services.ledger.webhooks.delete(key.tenant, webhook_id, by=key.id)


@router.post(
    "/{webhook_id}/rotate",
    operation_id="rotateSecret",
    summary="Replace a receiver's secret",
    responses=_ONE | _MAKES_SECRET,
)
def rotate_secret(
    services: ServicesDep, key: WebhookKeeper, webhook_id: str, overlap_h: OverlapHours = 24
) -> EndpointWithSecret:
    """Shows the new secret, this once. The old one signs along for 24 hours, or as you say."""
    endpoint = services.ledger.webhooks.rotate_secret(
        key.tenant, webhook_id, overlap_h * 3600, by=key.id
    )
    return EndpointWithSecret.of(endpoint)


@router.post(
    "/{webhook_id}/ping",
    operation_id="pingWebhook",
    summary="Send a test message",
    status_code=202,
    responses=_ONE | documented("illegal_move"),
)
def ping_webhook(services: ServicesDep, key: WebhookKeeper, webhook_id: str) -> DeliveryOut:
    """A `webhook.ping`, whatever events the receiver asked for. How it went stands in its tries."""
    delivery = services.ledger.webhooks.ping(key.tenant, webhook_id)
    services.relay.wake()
    return DeliveryOut.model_validate(delivery)
