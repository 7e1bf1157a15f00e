"""What is wrong with a webhook delivery, as far as its bytes show.

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
    """A text without headers."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check: whether it passed, and details."""

    name: str
    well: bool
    detail: str


def parse_headers(text: str) -> dict[str, str]:
    """Return headers by lower-case name, from lines `Name: value` or a JSON object.

    A request line before them is ignored, and so is everything after an empty line. Of a value that
    is a list, the first member counts. Raises NoHeaders where there is none.
    """
    text = text.lstrip("\ufeff \t\r\n")
    found = _from_json(text) if text.startswith("{") else _from_lines(text)
    if not found:
        raise NoHeaders("no headers found: expected `Name: value` lines or a JSON object")
    return found


def check(
    body: bytes,
    headers: Mapping[str, str],
    secrets: Sequence[str],
    now: datetime,
    tolerance_s: float = TOLERANCE_S,
) -> list[Finding]:
    """Run every check; the delivery is genuine when all pass."""
    missing = [name for name in _NEEDED if not headers.get(name)]
    if missing:
        problem = f"missing: {', '.join(missing)}; a proxy may have removed them"
        return [Finding("headers", well=False, detail=problem)]
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
        findings.append(Finding("secret", well=False, detail="none given"))
    if keys:
        findings.append(_signature(body, headers, keys))
    return findings


def secret_bytes(secret: str) -> bytes:
    """Decode the key of a secret; ValueError says what is wrong with it."""
    text = secret.strip()
    if not text.startswith(_PREFIX):
        raise ValueError("the secret does not start with whsec_: is it an API key?")
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX) + "==", validate=False)
    except binascii.Error as error:
        raise ValueError("the secret is incomplete: the part after whsec_ is not base64") from error
    if len(key) not in _SECRET_BYTES:
        raise ValueError(f"the secret is incomplete: it has {len(key)} bytes, not 24 to 64")
    return key


_NEEDED: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")


def _from_json(text: str) -> dict[str, str]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise NoHeaders(f"the headers start like JSON but are not valid JSON: {error}") from error
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
        if colon and " " not in name.strip():  # a request line has spaces before its colon
            found.setdefault(name.strip().lower(), value.strip())
    return found


def _timestamp(text: str, now: datetime, tolerance_s: float) -> Finding:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        return Finding("timestamp", well=False, detail=f"{text!r} is not seconds since 1970")
    age_s = now.timestamp() - int(text)
    if abs(age_s) <= tolerance_s:
        return Finding("timestamp", well=True, detail=f"{age_s:.0f} s ago")
    problem = (
        f"too old: sent {age_s:.0f} s ago, at most {tolerance_s:.0f} s are allowed"
        if age_s > 0
        else f"in the future: {-age_s:.0f} s ahead of this machine's clock"
    )
    return Finding("timestamp", well=False, detail=problem)


def _length(body: bytes, stated: str | None) -> Iterator[Finding]:
    if stated is not None and stated.isdigit() and stated != str(len(body)):
        problem = f"altered: {len(body)} bytes, and Content-Length says {stated}"
        yield Finding("body", well=False, detail=problem)


def _signature(body: bytes, headers: Mapping[str, str], keys: Sequence[bytes]) -> Finding:
    given = [each.partition(",") for each in headers["webhook-signature"].split()]
    signatures = [signature for version, _, signature in given if version == "v1"]
    if not signatures:
        problem = "no signature of version v1: expected `v1,` and base64"
        return Finding("signature", well=False, detail=problem)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode()
    for text, what in (("", b""), *_likely_originals(body)):
        original = what or body
        if any(_matches(key, signed + original, each) for key in keys for each in signatures):
            problem = (
                f"the body was altered: the signature matches it {text}" if text else "matches"
            )
            return Finding("signature", well=not text, detail=problem)
    return Finding("signature", well=False, detail=_why_not(body, len(signatures)))


def _matches(key: bytes, signed: bytes, signature: str) -> bool:
    expected = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return hmac.compare_digest(expected.encode(), signature.encode())


def _likely_originals(body: bytes) -> Iterator[tuple[str, bytes]]:
    """What the body may have been before an editor, a shell or a framework changed it."""
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
    several = "none of them matches" if signatures > 1 else "it does not match"
    try:
        as_sent = json.dumps(json.loads(body)).encode() == body
    except (ValueError, RecursionError):
        return f"{several}, and the body is not JSON: it was altered or cut off"
    if as_sent:
        return (
            f"{several}: wrong secret, or values in the body were altered. The body is formatted "
            "as it was sent, so check the secret first: each endpoint has its own, and callbacks "
            "have another one"
        )
    return f"{several}: the body was altered (it is not formatted as sent), or the secret is wrong"
