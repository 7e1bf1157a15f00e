"""Deliveries are verified as Standard Webhooks specifies, against its own library."""

import base64
import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from pagesight.client import WebhookVerificationError, verify

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(b"another secret, 24 bytes").decode()
NOW = 1_800_000_000
BODY = json.dumps(
    {
        "type": "job.succeeded",
        "timestamp": "2027-01-15T08:00:00+00:00",
        "data": {"job_id": "j\u00fc"},
    }
).encode()


def headers(secret: str = SECRET, at: int = NOW, body: bytes = BODY) -> dict[str, str]:
    moment = datetime.fromtimestamp(at, UTC)
    signature = Webhook(secret).sign("msg_1", moment, body.decode())
    return {"Webhook-Id": "msg_1", "webhook-timestamp": str(at), "WEBHOOK-SIGNATURE": signature}


def test_a_genuine_message_becomes_an_event() -> None:
    event = verify(BODY, headers(), SECRET, now=NOW)
    assert (event.id, event.type, event.data) == ("msg_1", "job.succeeded", {"job_id": "j\u00fc"})
    assert event.timestamp == datetime(2027, 1, 15, 8, tzinfo=UTC)
    assert verify(BODY.decode(), headers(), SECRET, now=NOW) == event


def test_any_secret_and_any_signature_may_match() -> None:
    assert verify(BODY, headers(), [OTHER, SECRET], now=NOW).id == "msg_1"
    both = {
        **headers(),
        "WEBHOOK-SIGNATURE": "v2,x v1,!! v1,YWJj " + headers()["WEBHOOK-SIGNATURE"],
    }
    assert verify(BODY, both, SECRET, now=NOW).id == "msg_1"
    assert verify(BODY, headers(), SECRET.removeprefix("whsec_"), now=NOW).id == "msg_1"


@pytest.mark.parametrize("age_s", [-300, -299, 0, 299, 300])
def test_messages_within_the_tolerance_are_accepted(age_s: int) -> None:
    assert verify(BODY, headers(at=NOW - age_s), SECRET, now=NOW).id == "msg_1"


@pytest.mark.parametrize(
    ("age_s", "tolerance_s", "reason"),
    [(301, 300, "301 s old"), (-301, 300, "301 s ahead"), (11, 10, "11 s old")],
)
def test_messages_outside_the_tolerance_are_refused(
    age_s: int, tolerance_s: float, reason: str
) -> None:
    with pytest.raises(WebhookVerificationError, match=reason):
        verify(BODY, headers(at=NOW - age_s), SECRET, tolerance_s=tolerance_s, now=NOW)


@pytest.mark.parametrize(
    ("changed", "body", "reason"),
    [
        ({}, BODY + b" ", "no signature matches"),
        (headers(OTHER), BODY, "no signature matches"),
        ({"WEBHOOK-SIGNATURE": "v1a,abc"}, BODY, "no signature matches"),
        ({"Webhook-Id": "msg_2"}, BODY, "no signature matches"),
        ({"Webhook-Id": ""}, BODY, "webhook-id is missing"),
        ({"webhook-timestamp": "now"}, BODY, "not a number"),
        ({"webhook-timestamp": "٣"}, BODY, "not a number"),
    ],
)
def test_what_is_not_genuine_is_refused(changed: dict[str, str], body: bytes, reason: str) -> None:
    with pytest.raises(WebhookVerificationError, match=reason):
        verify(body, {**headers(), **changed}, SECRET, now=NOW)


@pytest.mark.parametrize("body", [b"not json", b"[]", b'{"type": "job.failed"}'])
def test_a_signed_message_that_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(WebhookVerificationError, match="not an event"):
        verify(body, headers(body=body), SECRET, now=NOW)


def test_a_secret_that_is_none_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="whsec_"):
        verify(BODY, headers(), "whsec_no base64", now=NOW)
    with pytest.raises(WebhookVerificationError):
        verify(BODY, headers(), [], now=NOW)
