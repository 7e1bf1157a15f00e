"""The calls of `/v1/webhooks`. Those that create something are not repeated by themselves."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from pagesight.client.calls import Call, given, many, nothing, one, page_of, path
from pagesight.client.models.service import (
    Attempt,
    Delivery,
    DeliveryState,
    DeliveryWithPayload,
    Replayed,
    Webhook,
    WebhookWithSecret,
)
from pagesight.client.responses import json_of


class Which(TypedDict, total=False):
    """Which deliveries: those for which all that is given holds."""

    webhook_id: str
    job_id: str
    batch_id: str
    since: datetime
    until: datetime


def create(url: str, events: Sequence[str], description: str) -> Call[WebhookWithSecret]:
    """Register a receiver."""
    body = {"json": {"url": url, "events": list(events), "description": description}}
    return Call("POST", path("webhooks"), one(WebhookWithSecret), repeatable=False, body=body)


def listed() -> Call[tuple[Webhook, ...]]:
    """All receivers."""
    return Call("GET", path("webhooks"), many(Webhook, "webhooks"))


def get(webhook_id: str) -> Call[Webhook]:
    """One receiver."""
    return Call("GET", path("webhooks", webhook_id), one(Webhook))


def update(
    webhook_id: str,
    url: str | None,
    events: Sequence[str] | None,
    enabled: bool | None,
    description: str | None,
) -> Call[Webhook]:
    """Change a receiver; what is None stays."""
    change = given(url=url, events=events, enabled=enabled, description=description)
    return Call("PATCH", path("webhooks", webhook_id), one(Webhook), body={"json": change})


def delete(webhook_id: str) -> Call[None]:
    """Remove a receiver."""
    return Call("DELETE", path("webhooks", webhook_id), nothing, gone_is_done=True)


def rotate(webhook_id: str, overlap_h: float) -> Call[WebhookWithSecret]:
    """Make a new secret."""
    where = path("webhooks", webhook_id, "rotate")
    params = {"overlap_h": overlap_h}
    return Call("POST", where, one(WebhookWithSecret), repeatable=False, params=params)


def ping(webhook_id: str) -> Call[Delivery]:
    """Send a test message."""
    return Call("POST", path("webhooks", webhook_id, "ping"), one(Delivery), repeatable=False)


def callback_secret() -> Call[str]:
    """The secret that signs callbacks."""
    where = path("webhooks", "callback-secret")
    return Call("GET", where, lambda response: str(json_of(response)["secret"]), repeatable=False)


def rotate_callback_secret(overlap_h: float) -> Call[str]:
    """Make a new secret that signs callbacks."""
    where, params = path("webhooks", "callback-secret", "rotate"), {"overlap_h": overlap_h}
    return Call(
        "POST",
        where,
        lambda response: str(json_of(response)["secret"]),
        repeatable=False,
        params=params,
    )


def deliveries(
    limit: int, before: str, event: str | None, state: DeliveryState | None, which: Which
) -> Call[tuple[tuple[Delivery, ...], str]]:
    """Some deliveries, newest first."""
    params = given(limit=limit, before=before or None, event=event, state=state, **_plain(which))
    where = path("webhooks", "deliveries")
    return Call("GET", where, page_of(Delivery, "deliveries"), params=params)


def delivery(delivery_id: str) -> Call[DeliveryWithPayload]:
    """One delivery with its message."""
    return Call("GET", path("webhooks", "deliveries", delivery_id), one(DeliveryWithPayload))


def attempts(delivery_id: str) -> Call[tuple[Attempt, ...]]:
    """The attempts of a delivery."""
    where = path("webhooks", "deliveries", delivery_id, "attempts")
    return Call("GET", where, many(Attempt, "attempts"))


def replay(delivery_id: str) -> Call[Delivery]:
    """Send one delivery again."""
    where = path("webhooks", "deliveries", delivery_id, "replay")
    return Call("POST", where, one(Delivery), repeatable=False)


def replay_all(
    states: Sequence[DeliveryState], events: Sequence[str] | None, which: Which
) -> Call[Replayed]:
    """Send many deliveries again."""
    chosen = list(events) if events is not None else None
    body = given(states=list(states), events=chosen, **_plain(which))
    where = path("webhooks", "deliveries", "replay")
    return Call("POST", where, one(Replayed), repeatable=False, body={"json": body})


def _plain(which: Which) -> dict[str, object]:
    """Times as ISO 8601."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in which.items()
    }
