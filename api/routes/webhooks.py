"""Webhook endpoints and their secrets."""

from typing import Annotated

from fastapi import Query, Request

from api.error_handlers import documented
from api.front import IS_HEAD
from api.keyed_router import keyed_router
from api.problems import Problem
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

_ONE = documented("not_found")
_TAKES_URL = documented("bad_request", "bad_url", "egress_refused", "invalid_request", "too_large")
_MAKES_SECRET = documented("secret_key_missing")

router = keyed_router("/v1/webhooks", "webhooks", "invalid_request")
OverlapHours = Annotated[
    float,
    Query(
        ge=0,
        le=168,
        description="Hours that old secrets stay valid; 0 revokes them at once (after a leak).",
    ),
]


@router.post(
    "",
    operation_id="createWebhook",
    summary="Create an endpoint",
    status_code=201,
    responses=_TAKES_URL | _MAKES_SECRET,
)
def create_webhook(
    services: ServicesDep, key: WebhookKeeper, body: NewEndpoint
) -> EndpointWithSecret:
    """The response contains the secret that verifies deliveries, this once; store it."""
    parse_target(body.url, services.settings.egress_allow)
    endpoint = services.ledger.endpoints.create(
        key.tenant, body.url, tuple(body.events), body.description, by=key.id
    )
    return EndpointWithSecret.of(endpoint)


@router.get("", operation_id="listWebhooks", summary="List endpoints")
def list_webhooks(services: ServicesDep, key: WebhookKeeper) -> EndpointList:
    """All endpoints of the tenant, without their secrets."""
    found = services.ledger.endpoints.list(key.tenant)
    return EndpointList(webhooks=[EndpointOut.model_validate(each) for each in found])


@router.get(
    "/callback-secret",
    operation_id="getCallbackSecret",
    summary="The secret that signs callbacks to a job's `callback_url`",
    responses=_MAKES_SECRET | documented("illegal_move"),
)
def get_callback_secret(
    request: Request, services: ServicesDep, key: WebhookKeeper
) -> CallbackSecret:
    """Created at first use and shown once; store it."""
    if request.scope.get(IS_HEAD):
        detail = "HEAD would show the secret to nobody."
        raise Problem("method_not_allowed", detail, headers={"Allow": "GET"})
    secret = services.ledger.endpoints.show_callback_secret(key.tenant, by=key.id)
    return CallbackSecret(secret=secret)


@router.post(
    "/callback-secret/rotate",
    operation_id="rotateCallbackSecret",
    summary="Rotate the secret that signs callbacks",
    responses=_MAKES_SECRET | documented("illegal_move"),
)
def rotate_callback_secret(
    services: ServicesDep, key: WebhookKeeper, overlap_h: OverlapHours = 24
) -> CallbackSecret:
    """Shows the new secret, this once. The old one remains valid for 24 hours by default."""
    webhooks = services.ledger.endpoints
    secret = webhooks.rotate_callback_secret(key.tenant, overlap_h * 3600, by=key.id)
    return CallbackSecret(secret=secret)


@router.get("/{webhook_id}", operation_id="getWebhook", summary="Get an endpoint", responses=_ONE)
def get_webhook(services: ServicesDep, key: WebhookKeeper, webhook_id: str) -> EndpointOut:
    """The current state, with the reason if it is disabled."""
    return EndpointOut.model_validate(services.ledger.endpoints.get(key.tenant, webhook_id))


@router.patch(
    "/{webhook_id}",
    operation_id="updateWebhook",
    summary="Update an endpoint",
    responses=_ONE | _TAKES_URL | documented("illegal_move"),
)
def update_webhook(
    services: ServicesDep, key: WebhookKeeper, webhook_id: str, body: EndpointChange
) -> EndpointOut:
    """Enabling an endpoint that was disabled for failing resets its failures."""
    if body.url is not None:
        parse_target(body.url, services.settings.egress_allow)
    endpoint = services.ledger.endpoints.update(
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
    summary="Delete an endpoint",
    status_code=204,
    responses=_ONE,
)
def delete_webhook(services: ServicesDep, key: WebhookKeeper, webhook_id: str) -> None:
    """Its deliveries are deleted with it."""
    services.ledger.endpoints.delete(key.tenant, webhook_id, by=key.id)


@router.post(
    "/{webhook_id}/rotate",
    operation_id="rotateSecret",
    summary="Rotate an endpoint's secret",
    responses=_ONE | _MAKES_SECRET,
)
def rotate_secret(
    services: ServicesDep, key: WebhookKeeper, webhook_id: str, overlap_h: OverlapHours = 24
) -> EndpointWithSecret:
    """Shows the new secret, this once. The old one remains valid for 24 hours by default."""
    endpoint = services.ledger.endpoints.rotate_secret(
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
    """Sends a `webhook.ping`, whatever the filter. See the delivery's attempts for the outcome."""
    delivery = services.ledger.endpoints.ping(key.tenant, webhook_id)
    return DeliveryOut.model_validate(delivery)
