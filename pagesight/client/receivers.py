"""Receivers of webhooks."""

from collections.abc import Iterator, Sequence
from typing import Unpack

from pagesight.client import webhook_calls
from pagesight.client.models.service import (
    Attempt,
    Delivery,
    DeliveryState,
    DeliveryWithPayload,
    Replayed,
    Webhook,
    WebhookWithSecret,
)
from pagesight.client.transport import Transport

_PER_PAGE = 200


class Webhooks:
    """`/v1/webhooks`. Methods raise ApiError, ServiceUnreachableError, UnexpectedResponseError."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self, url: str, *, events: Sequence[str] = ("*",), description: str = ""
    ) -> WebhookWithSecret:
        """Register a receiver. The answer has its secret, only this once."""
        return self._transport.send(webhook_calls.create(url, events, description))

    def list(self) -> tuple[Webhook, ...]:
        """All receivers, without their secrets."""
        return self._transport.send(webhook_calls.listed())

    def get(self, webhook_id: str) -> Webhook:
        """One receiver, with the reason if it is disabled."""
        return self._transport.send(webhook_calls.get(webhook_id))

    def update(
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
        return self._transport.send(call)

    def delete(self, webhook_id: str) -> None:
        """Remove a receiver and its deliveries."""
        self._transport.send(webhook_calls.delete(webhook_id))

    def rotate(self, webhook_id: str, *, overlap_h: float = 24) -> WebhookWithSecret:
        """A new secret, shown only this once; the old one signs as well for `overlap_h` hours."""
        return self._transport.send(webhook_calls.rotate(webhook_id, overlap_h))

    def ping(self, webhook_id: str) -> Delivery:
        """Send a test message."""
        return self._transport.send(webhook_calls.ping(webhook_id))

    def callback_secret(self) -> str:
        """The secret that signs the callbacks of jobs and batches, shown only once."""
        return self._transport.send(webhook_calls.callback_secret())

    def rotate_callback_secret(self, *, overlap_h: float = 24) -> str:
        """A new secret for callbacks; the old one signs as well for `overlap_h` hours."""
        return self._transport.send(webhook_calls.rotate_callback_secret(overlap_h))

    def deliveries(
        self,
        *,
        event: str | None = None,
        state: DeliveryState | None = None,
        **which: Unpack[webhook_calls.Which],
    ) -> Iterator[Delivery]:
        """Deliveries, newest first; further ones are fetched as you go on."""
        before, more = "", True
        while more:
            call = webhook_calls.deliveries(_PER_PAGE, before, event, state, which)
            found, before = self._transport.send(call)
            yield from found
            more = bool(before)

    def delivery(self, delivery_id: str) -> DeliveryWithPayload:
        """One delivery with its message."""
        return self._transport.send(webhook_calls.delivery(delivery_id))

    def attempts(self, delivery_id: str) -> tuple[Attempt, ...]:
        """The answer to each attempt, or why there was none."""
        return self._transport.send(webhook_calls.attempts(delivery_id))

    def replay(self, delivery_id: str) -> Delivery:
        """Send a message again, under its own `webhook-id`."""
        return self._transport.send(webhook_calls.replay(delivery_id))

    def replay_all(
        self,
        *,
        states: Sequence[DeliveryState] = ("failed",),
        events: Sequence[str] | None = None,
        **which: Unpack[webhook_calls.Which],
    ) -> Replayed:
        """Send messages again, oldest first, up to 1,000 a request; `more`: some are left."""
        return self._transport.send(webhook_calls.replay_all(states, events, which))
