"""Sends webhook deliveries by the Standard Webhooks specification."""

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from standardwebhooks import Webhook

from jobs.domain.delivery import Attempt, Delivery, Endpoint
from jobs.domain.egress_policy import EgressRefused
from jobs.domain.errors import NotFound
from jobs.domain.log_context import Origin
from jobs.ledger import Ledger
from jobs.telemetry.tracing import TRACING
from jobs.webhooks.secret_box import SecretKeyMissing
from workers.egress.client import EgressClient, EgressFailed, EgressResponse
from workers.observability.metrics import DELIVERIES, DELIVERY_SECONDS
from workers.webhooks.retry_schedule import WAITS_S, next_attempt

_log = logging.getLogger(__name__)

KEPT_BYTES = 500  # of the response
_RETRYABLE = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one attempt."""

    duration_ms: float
    status: int | None = None
    error: str | None = None
    response: str = ""
    retry_after: str | None = None
    blame: bool = True  # False where nothing was sent, for a fault of this service

    @property
    def delivered(self) -> bool:
        """Only 2xx is success."""
        return self.status is not None and self.status // 100 == 2

    @property
    def hopeless(self) -> bool:
        """A permanent refusal: 4xx, except the statuses that ask for a retry."""
        return self.status is not None and self.status // 100 == 4 and self.status not in _RETRYABLE


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends deliveries; one for all threads of the process."""

    ledger: Ledger
    client: EgressClient
    clock: Callable[[], datetime]
    timeout_s: float
    chance: random.Random = field(default_factory=random.SystemRandom)
    waits_s: Sequence[float] = WAITS_S

    def deliver(self, delivery_id: str) -> None:
        """Attempt once and record it. Harmless when it is delivered, given up or not due."""
        begun = self.ledger.deliveries.begin_attempt(delivery_id)
        if begun is None:
            return
        delivery, endpoint = begun
        try:
            self._attempt(delivery, endpoint, self.clock())
        except NotFound:  # the endpoint or the job, and the delivery with it
            _log.info("deleted while it was being sent", extra={"delivery_id": delivery.id})

    def _attempt(self, delivery: Delivery, endpoint: Endpoint, now: datetime) -> None:
        origin = self._origin(delivery) if TRACING.on else None
        with TRACING.step("deliver", origin, "client", attempt=delivery.attempts) as step:
            outcome = self._send(delivery, endpoint, now, step.traceparent)
            step.error = outcome.error or ("" if outcome.delivered else f"status {outcome.status}")
        attempt = Attempt(
            delivery.id,
            delivery.attempts,
            now,
            outcome.duration_ms,
            outcome.status,
            outcome.error,
            outcome.response,
        )
        retry_at = self._retry_at(outcome, delivery.attempts)
        self.ledger.deliveries.record(delivery, attempt, retry_at=retry_at, blame=outcome.blame)
        DELIVERY_SECONDS.observe(outcome.duration_ms / 1000)
        DELIVERIES.labels(_label(outcome, retry_at)).inc()
        result = outcome.status or outcome.error
        fields = {"delivery_id": delivery.id}
        _log.info("webhook attempt %d: %s", delivery.attempts, result, extra=fields)

    def _origin(self, delivery: Delivery) -> Origin | None:
        """The job or batch that a delivery is about; None for a webhook's own messages."""
        if delivery.job_id is not None:
            return self.ledger.jobs.load(delivery.job_id)
        if delivery.batch_id is not None:
            return self.ledger.batches.get(delivery.tenant, delivery.batch_id)
        return None

    def _retry_at(self, outcome: Outcome, number: int) -> datetime | None:
        if outcome.delivered or outcome.hopeless:
            return None
        return next_attempt(number, self.clock(), outcome.retry_after, self.chance, self.waits_s)

    def _send(
        self, delivery: Delivery, endpoint: Endpoint, now: datetime, traceparent: str
    ) -> Outcome:
        started = time.perf_counter()
        try:
            secrets = self.ledger.endpoints.secrets(endpoint.id)
            with self.client.send(
                "POST",
                delivery.url,
                timeout_s=self.timeout_s,
                headers=signed_headers(delivery, secrets, now) | _traced(traceparent),
                body=delivery.payload.encode(),
            ) as answer:
                text = _beginning(answer)
                retry_after = answer.headers.get("retry-after")
                return Outcome(_since(started), answer.status, None, text, retry_after)
        except (EgressRefused, EgressFailed) as error:
            return Outcome(_since(started), error=f"{error.code}: {error.message}")
        except SecretKeyMissing as error:
            _log.error("%s", error, extra={"delivery_id": delivery.id})
            why = "secret_key_missing: the operator must act"
            return Outcome(_since(started), error=why, blame=False)


def _label(outcome: Outcome, retry_at: datetime | None) -> str:
    if outcome.delivered:
        return "delivered"
    return "given_up" if retry_at is None else "retried"


def signed_headers(delivery: Delivery, secrets: tuple[str, ...], now: datetime) -> dict[str, str]:
    """Headers of one attempt, signed once with each valid secret."""
    signatures = (Webhook(each).sign(delivery.id, now, delivery.payload) for each in secrets)
    return {
        "content-type": "application/json",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _traced(traceparent: str) -> dict[str, str]:
    return {"traceparent": traceparent} if traceparent else {}


def _beginning(answer: EgressResponse) -> str:
    """The start of the response; a status is kept even when the body breaks off."""
    try:
        body = answer.read(KEPT_BYTES)
    except EgressFailed:
        return ""
    return body.decode("utf-8", "replace").replace("\0", "\ufffd")  # PostgreSQL keeps no NUL


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
