"""Verification of webhook deliveries, as Standard Webhooks specifies."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pagesight.client.decode import decode
from pagesight.client.errors import UnexpectedResponseError, WebhookVerificationError

TOLERANCE_S = 300.0
_PREFIX = "whsec_"
_VERSION = "v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """A genuine message. `id` is the same in every attempt: store those that you have processed."""

    id: str
    type: str
    timestamp: datetime
    data: dict[str, Any]


def verify(
    body: bytes | str,
    headers: Mapping[str, str],
    secrets: str | Sequence[str],
    *,
    tolerance_s: float = TOLERANCE_S,
    now: float | None = None,
) -> WebhookEvent:
    """The event of a delivery. Raises WebhookVerificationError, to be answered with 401.

    `body` is what arrived, before any parsing. Several `secrets` are tried, as while they are
    rotated. `now` is in seconds since 1970; the clock's time where it is None.
    """
    content = body.encode() if isinstance(body, str) else body
    found = {name.lower(): value for name, value in headers.items()}
    message_id = _header(found, "webhook-id")
    stamp = _header(found, "webhook-timestamp")
    _check_time(stamp, time.time() if now is None else now, tolerance_s)
    signed = f"{message_id}.{stamp}.".encode() + content
    keys = [_key(each) for each in ([secrets] if isinstance(secrets, str) else secrets)]
    expected = [hmac.digest(key, signed, hashlib.sha256) for key in keys]
    if not _matches(_header(found, "webhook-signature"), expected):
        raise WebhookVerificationError(
            "no signature matches: another secret, or the body was changed on its way"
        )
    return _event(message_id, content)


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if not value:
        raise WebhookVerificationError(f"the header {name} is missing")
    return value


def _check_time(stamp: str, now: float, tolerance_s: float) -> None:
    if not (stamp.isascii() and stamp.isdigit()):
        raise WebhookVerificationError("webhook-timestamp is not a number of seconds")
    age_s = now - int(stamp)
    if abs(age_s) > tolerance_s:
        word = "old" if age_s > 0 else "ahead of this clock"
        raise WebhookVerificationError(
            f"the message is {abs(age_s):.0f} s {word}; {tolerance_s:g} s are allowed"
        )


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"a webhook secret is {_PREFIX} and base64") from error


def _matches(header: str, expected: Sequence[bytes]) -> bool:
    """Whether one of the signatures is one of those expected; takes as long for a near miss."""
    found = False
    for part in header.split():
        version, _, signature = part.partition(",")
        if version != _VERSION:
            continue
        try:
            given = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            continue
        for each in expected:
            found |= hmac.compare_digest(given, each)
    return found


def _event(message_id: str, content: bytes) -> WebhookEvent:
    try:
        return decode(WebhookEvent, {**json.loads(content), "id": message_id})
    except (ValueError, TypeError, UnexpectedResponseError) as error:
        raise WebhookVerificationError(f"the message is not an event: {error}") from error
