"""Receivers of webhooks."""

from collections.abc import Sequence

from pagesight.client import webhook_calls
from pagesight.client.async_transport import AsyncTransport
from pagesight.client.models.service import Delivery, Webhook, WebhookWithSecret


class AsyncWebhooks:
    """`/v1/webhooks`. Methods raise ApiError, ServiceUnreachableError, UnexpectedResponseError."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def create(
        self, url: str, *, events: Sequence[str] = ("*",), description: str = ""
    ) -> WebhookWithSecret:
        """Register a receiver. The answer has its secret, only this once."""
        return await self._transport.send(webhook_calls.create(url, events, description))

    async def list(self) -> tuple[Webhook, ...]:
        """All receivers, without their secrets."""
        return await self._transport.send(webhook_calls.listed())

    async def get(self, webhook_id: str) -> Webhook:
        """One receiver, with the reason if it is disabled."""
        return await self._transport.send(webhook_calls.get(webhook_id))

    async def update(
        self,
        webhook_id: str,
        *,
        url: str | None = None,
        events: Sequence[str] | None = None,
        enabled: bool | None = None,
        description: str | None = None,
    ) -> Webhook:
        """Change a receiver; what is left out stays."""
        call = webhook_calls.update(webhook_id, url, events, enabled, description)
        return await self._transport.send(call)

    async def delete(self, webhook_id: str) -> None:
        """Remove a receiver and its deliveries."""
        await self._transport.send(webhook_calls.delete(webhook_id))

    async def rotate(self, webhook_id: str, *, overlap_h: float = 24) -> WebhookWithSecret:
        """A new secret, shown only this once; the old one signs as well for `overlap_h` hours."""
        return await self._transport.send(webhook_calls.rotate(webhook_id, overlap_h))

    async def ping(self, webhook_id: str) -> Delivery:
        """Send a test message."""
        return await self._transport.send(webhook_calls.ping(webhook_id))
