import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from cli.webhooks.verify import Finding, NoHeaders, check, parse_headers, secret_bytes

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(1, 33))).decode()
NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
BODY = json.dumps({"type": "job.failed", "data": {"pages": 3, "note": "gr\u00fcn"}}).encode()


def signed(body: bytes = BODY, *secrets: str, at: datetime = NOW) -> dict[str, str]:
    signatures = [Webhook(each).sign("msg_1", at, body.decode()) for each in secrets or (SECRET,)]
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def bad(findings: list[Finding]) -> dict[str, str]:
    return {each.name: each.detail for each in findings if not each.well}


def test_a_genuine_delivery_has_no_fault_with_either_secret_of_a_rotation() -> None:
    headers = signed(BODY, OTHER, SECRET)
    for secret in (SECRET, OTHER):
        assert bad(check(BODY, headers, [secret], NOW)) == {}
    assert bad(check(BODY, signed(), [OTHER, SECRET], NOW)) == {}


@pytest.mark.parametrize(
    ("age", "fault"),
    [
        (timedelta(seconds=300), None),
        (timedelta(seconds=301), "too old: sent 301 s ago"),
        (timedelta(seconds=-300), None),
        (timedelta(hours=-1), "in the future: 3600 s ahead"),
    ],
)
def test_the_age_is_judged_apart_from_the_signature(age: timedelta, fault: str | None) -> None:
    found = bad(check(BODY, signed(at=NOW - age), [SECRET], NOW))
    assert list(found) == ([] if fault is None else ["timestamp"])
    assert (fault or "") in found.get("timestamp", "")


@pytest.mark.parametrize("text", ["", "soon", "1e9", "-5", "9" * 40])
def test_a_timestamp_that_is_none_is_said_to_be_none(text: str) -> None:
    headers = signed() | {"webhook-timestamp": text}
    found = bad(check(BODY, headers, [SECRET], NOW))
    assert "missing" in found["headers"] if not text else "seconds since" in found["timestamp"]


def test_a_wrong_secret_is_the_first_suspicion_where_the_body_is_as_it_was_sent() -> None:
    found = bad(check(BODY, signed(), [OTHER], NOW))
    assert "wrong secret" in found["signature"]


@pytest.mark.parametrize(
    ("altered", "how"),
    [
        (BODY + b"\n", "without the line end"),
        (b"\xef\xbb\xbf" + BODY, "without the byte order mark"),
        (json.dumps(json.loads(BODY), indent=2, ensure_ascii=False).encode(), "written again"),
        (BODY.replace(b" ", b""), "written again"),
    ],
)
def test_a_body_that_a_tool_altered_is_said_to_be_altered_and_how(altered: bytes, how: str) -> None:
    found = bad(check(altered, signed(), [SECRET], NOW))
    assert how in found["signature"]


def test_a_body_with_another_length_than_was_sent_was_altered() -> None:
    headers = signed() | {"content-length": str(len(BODY) + 7)}
    assert "altered" in bad(check(BODY, headers, [OTHER], NOW))["body"]


def test_a_body_that_is_cut_off_is_no_json_any_more() -> None:
    assert "altered or cut off" in bad(check(BODY[:-5], signed(), [SECRET], NOW))["signature"]


@pytest.mark.parametrize(
    ("secret", "fault"),
    [
        ("ps_12345_abc", "is it an API key"),
        ("whsec_" + base64.b64encode(b"short").decode(), "5 bytes"),
        ("whsec_A", "not base64"),
        ("whsec_" + "\u00e4" * 40, "ASCII"),
    ],
)
def test_a_secret_that_cannot_be_one_is_named(secret: str, fault: str) -> None:
    assert fault in bad(check(BODY, signed(), [secret], NOW))["secret"]


def test_a_secret_with_blanks_around_it_is_that_secret() -> None:
    assert secret_bytes(f" {SECRET}\n") == bytes(range(32))


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_named(name: str) -> None:
    headers = {key: value for key, value in signed().items() if key != name}
    assert name in bad(check(BODY, headers, [SECRET], NOW))["headers"]


def test_a_signature_of_another_version_alone_does_not_do() -> None:
    headers = signed() | {"webhook-signature": "v1a,abc"}
    assert "version v1" in bad(check(BODY, headers, [SECRET], NOW))["signature"]


@pytest.mark.parametrize(
    "text",
    [
        "POST /hook?a=b:c HTTP/1.1\r\nHost: a:80\r\nWebhook-Id: msg_1\r\n\r\nignored: yes\r\n",
        "host: a:80\nwebhook-id:msg_1\n",
        '{"Host": "a:80", "Webhook-Id": ["msg_1", "msg_2"], "x": null}',
        '\ufeff {"host": "a:80", "webhook-id": "msg_1"}',
    ],
)
def test_headers_are_read_as_tools_write_them(text: str) -> None:
    assert parse_headers(text) == {"host": "a:80", "webhook-id": "msg_1"}


@pytest.mark.parametrize("text", ["", "\n\n", "nothing here", "{", "{}", "[1]"])
def test_a_text_without_headers_is_refused(text: str) -> None:
    with pytest.raises(NoHeaders):
        parse_headers(text)


_NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)
_VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


@given(st.dictionaries(_NAMES, _VALUES, min_size=1))
def test_headers_come_back_from_both_layouts(headers: dict[str, str]) -> None:
    assert parse_headers(json.dumps(headers)) == headers
    lines = "\r\n".join(f"{name.title()}: {value}" for name, value in headers.items())
    assert parse_headers(lines) == headers


@given(st.text() | st.text().map(lambda rest: "{" + rest))
def test_any_text_is_headers_or_refused(text: str) -> None:
    try:
        headers = parse_headers(text)
    except NoHeaders:
        return
    assert all(name == name.strip().lower() for name in headers)


@given(
    body=st.binary(max_size=60),
    headers=st.fixed_dictionaries(
        {
            name: st.text(max_size=30)
            for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
        }
    ),
    secrets=st.lists(st.text(max_size=60) | st.just(SECRET), max_size=3),
)
def test_whatever_arrives_is_judged_and_never_found_genuine(
    body: bytes, headers: dict[str, str], secrets: list[str]
) -> None:
    findings = check(body, headers, secrets, NOW)
    assert bad(findings)
