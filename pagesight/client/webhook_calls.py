"""The calls of `/v1/webhooks`. Those that create something are not repeated by themselves."""

from collections.abc import Sequence

from pagesight.client.calls import Call, given, many, nothing, one, path
from pagesight.client.models.service import Delivery, Webhook, WebhookWithSecret


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
