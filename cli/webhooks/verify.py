"""What is wrong with a webhook delivery, as exactly as it can be told from what arrived.

Signatures: Standard Webhooks, HMAC-SHA256 over `id.timestamp.body`, base64 after `v1,`.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

TOLERANCE_S: Final = 300.0  # what the public libraries of Standard Webhooks allow
_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = range(24, 65)  # as the specification says


class NoHeaders(ValueError):  # noqa: N818 - says what is the matter
    """A text that holds no headers."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well, and how it is."""

    name: str
    well: bool
    detail: str


def parse_headers(text: str) -> dict[str, str]:
    """Return headers by lower-case name, from lines `Name: value` or a JSON object.

    A request line before them is passed over, and what follows an empty line is not read. A value
    that is a list counts by its first member. NoHeaders where there is none.
    """
    text = text.lstrip("\ufeff \t\r\n")
    found = _from_json(text) if text.startswith("{") else _from_lines(text)
    if not found:
        raise NoHeaders("there is no header: lines `Name: value` or a JSON object are expected")
    return found


def check(
    body: bytes,
    headers: Mapping[str, str],
    secrets: Sequence[str],
    now: datetime,
    tolerance_s: float = TOLERANCE_S,
) -> list[Finding]:
    """Return all that was found; the delivery is well when each finding is."""
    missing = [name for name in _NEEDED if not headers.get(name)]
    if missing:
        said = f"missing: {', '.join(missing)}; a proxy may have taken them away"
        return [Finding("headers", well=False, detail=said)]
    findings = [
        Finding("id", well=True, detail=headers["webhook-id"]),
        _timestamp(headers["webhook-timestamp"], now, tolerance_s),
        *_length(body, headers.get("content-length")),
    ]
    keys: list[bytes] = []
    for secret in secrets:
        try:
            keys.append(secret_bytes(secret))
        except ValueError as error:
            findings.append(Finding("secret", well=False, detail=str(error)))
    if not secrets:
        findings.append(Finding("secret", well=False, detail="none was given"))
    if keys:
        findings.append(_signature(body, headers, keys))
    return findings


def secret_bytes(secret: str) -> bytes:
    """Return the key that a secret's text stands for; ValueError says what is wrong with it."""
    text = secret.strip()
    if not text.startswith(_PREFIX):
        raise ValueError("the secret does not begin with whsec_: is it an API key?")
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX) + "==", validate=False)
    except binascii.Error as error:
        raise ValueError("the secret is cut off: what follows whsec_ is no base64") from error
    if len(key) not in _SECRET_BYTES:
        raise ValueError(f"the secret is cut off: it has {len(key)} bytes, not 24 to 64")
    return key


_NEEDED: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")


def _from_json(text: str) -> dict[str, str]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise NoHeaders(f"the headers begin like JSON and are none: {error}") from error
    found: dict[str, str] = {}
    for name, value in data.items():
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, str | int | float):
            found[name.strip().lower()] = str(first).strip()
    return found


def _from_lines(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            break
        name, colon, value = line.partition(":")
        if colon and " " not in name.strip():  # a request line has blanks before its colon
            found.setdefault(name.strip().lower(), value.strip())
    return found


def _timestamp(text: str, now: datetime, tolerance_s: float) -> Finding:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        return Finding("timestamp", well=False, detail=f"{text!r} is not seconds since 1970")
    age_s = now.timestamp() - int(text)
    if abs(age_s) <= tolerance_s:
        return Finding("timestamp", well=True, detail=f"{age_s:.0f} s ago")
    said = (
        f"too old: sent {age_s:.0f} s ago, allowed are {tolerance_s:.0f}"
        if age_s > 0
        else f"too new: {-age_s:.0f} s ahead of this machine's clock"
    )
    return Finding("timestamp", well=False, detail=said)


def _length(body: bytes, stated: str | None) -> Iterator[Finding]:
    if stated is not None and stated.isdigit() and stated != str(len(body)):
        said = f"altered: {len(body)} bytes, and Content-Length says {stated}"
        yield Finding("body", well=False, detail=said)


def _signature(body: bytes, headers: Mapping[str, str], keys: Sequence[bytes]) -> Finding:
    given = [each.partition(",") for each in headers["webhook-signature"].split()]
    signatures = [signature for version, _, signature in given if version == "v1"]
    if not signatures:
        said = "there is none of version v1: expected `v1,` and base64"
        return Finding("signature", well=False, detail=said)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode()
    for text, what in (("", b""), *_likely_originals(body)):
        original = what or body
        if any(_fits(key, signed + original, each) for key in keys for each in signatures):
            said = f"the body was altered: it fits {text}" if text else "fits"
            return Finding("signature", well=not text, detail=said)
    return Finding("signature", well=False, detail=_why_not(body, len(signatures)))


def _fits(key: bytes, signed: bytes, signature: str) -> bool:
    expected = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return hmac.compare_digest(expected.encode(), signature.encode())


def _likely_originals(body: bytes) -> Iterator[tuple[str, bytes]]:
    """What the body may have been before an editor, a shell or a framework had it."""
    if body.rstrip(b"\r\n") != body:
        yield "without the line end that was added to it", body.rstrip(b"\r\n")
    if body.startswith(b"\xef\xbb\xbf"):
        yield "without the byte order mark that was added to it", body[3:]
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return
    yield "as it was before it was parsed and written again", json.dumps(data).encode()


def _why_not(body: bytes, signatures: int) -> str:
    several = "none of them fits" if signatures > 1 else "it does not fit"
    try:
        as_sent = json.dumps(json.loads(body)).encode() == body
    except (ValueError, RecursionError):
        return f"{several}, and the body is not JSON: it was altered or cut off"
    if as_sent:
        return (
            f"{several}: wrong secret, or values in the body were altered. The body is laid out "
            "as it is sent, so look at the secret first: each endpoint has its own, and callbacks "
            "another one"
        )
    return f"{several}: the body was altered (sent JSON is laid out otherwise) or a wrong secret"
