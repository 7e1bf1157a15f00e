"""The extractor against a real server that speaks the protocol, well and badly."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from jobs.settings import Settings
from tests.support.printed import document_of, page_of
from tests.support.receiver import Receiver, Reply, receiver
from vision.core.document import Document
from vision.core.options import ReadOptions
from vision.extraction.endpoint.numbered_words import MOST_WORDS
from vision.extraction.fields import open_analysis
from vision.pipeline import assemble_document
from workers.egress.field_extractor import MOST_ANSWER_BYTES, open_extractor

FIELDS = {
    "type": "object",
    "properties": {
        "captain": {"type": "string"},
        "boat": {"type": "string"},
        "total": {"type": "number"},
    },
}
# "Sea Otter" stands behind no label that rules could match with "boat".
ROWS = ("Harbour Chandlers", "for the good ship Sea Otter", [(50, "Total"), (400, "EUR 12.50")])


def document(*rows: Any, fields: dict[str, Any] | None = None) -> Document:
    read = document_of(page_of(*(rows or ROWS)))
    options = ReadOptions(analyses=("fields",), fields=FIELDS if fields is None else fields)
    empty = assemble_document(read.document, [], [], options, "1")
    made = replace(read, receipt=empty.receipt)
    return replace(made, analyses={"fields": open_analysis().analyse(made)})


def saying(fields: dict[str, Any], **more: Any) -> Reply:
    content = json.dumps({"fields": fields})
    body = {"choices": [{"message": {"role": "assistant", "content": content}}]}
    return Reply(body=json.dumps(body).encode(), **more)


@contextmanager
def answers(
    *replies: Reply, allow: Sequence[str] = ("127.0.0.0/8",), timeout_s: float = 30, **more: Any
) -> Iterator[tuple[Receiver, Any]]:
    with receiver(*replies) as server:
        settings = Settings(
            extractor_url=f"{server.url}/v1",
            extractor_model="tiny",
            extractor_allow=tuple(allow),
            extractor_timeout_s=timeout_s,
            **more,
        )
        with open_extractor(settings) as extractor:
            yield server, extractor


def asked(result: Document) -> dict[str, Any]:
    fields: Any = result.analyses["fields"]
    return fields["asked"]


SHIP = {"value": "Sea Otter", "words": [6, 7]}


def test_a_field_that_rules_lack_is_completed_with_its_evidence() -> None:
    with answers(saying({"boat": SHIP, "captain": {"value": None}})) as (_, extractor):
        result = asked(extractor.complete(document()))
    assert result["values"] == {"captain": None, "boat": "Sea Otter", "total": 12.5}
    found = result["fields"]["boat"]
    assert (found["value"], found["text"], found["page"]) == ("Sea Otter", "Sea Otter", 1)
    assert found["words"] == [
        {"page": 1, "block": "b1", "line": 1, "word": 4},
        {"page": 1, "block": "b1", "line": 1, "word": 5},
    ]
    assert result["fields"]["captain"]["reason"] == "not_found"
    assert result["extractor"] == {"model": "tiny", "fields": ["boat"], "warnings": []}


def test_the_endpoint_is_asked_only_for_what_rules_lack() -> None:
    with answers(saying({"total": {"value": 99, "words": [8]}}), extractor_key="s3cret") as pair:
        server, extractor = pair
        result = asked(extractor.complete(document()))
        (request,) = server.requests
    assert result["values"]["total"] == 12.5
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.headers["authorization"] == "Bearer s3cret"
    sent = json.loads(request.body)
    assert sent["model"] == "tiny"
    assert sent["temperature"] == 0
    shown = sent["messages"][1]["content"]
    assert '"boat"' in shown
    assert '"total"' not in shown
    assert "[6]Sea [7]Otter" in shown


def test_nothing_is_sent_where_rules_found_every_field() -> None:
    with answers(saying({})) as (server, extractor):
        before = document(fields={"properties": {"total": {"type": "number"}}})
        assert extractor.complete(before) is before
        assert server.requests == []


def test_an_invented_value_is_refused_with_a_reason() -> None:
    invented = {"value": "Sea Lion", "words": [6, 7]}
    with answers(saying({"boat": invented})) as (_, extractor):
        result = asked(extractor.complete(document()))
    assert result["values"]["boat"] is None
    assert result["fields"]["boat"] == {"value": None, "reason": "not_in_words"}
    assert result["extractor"]["fields"] == []


def test_an_answer_for_fields_that_nobody_asked_for_changes_nothing() -> None:
    with answers(saying({"mate": {"value": "Otter", "words": [7]}})) as (_, extractor):
        result = asked(extractor.complete(document()))
    assert list(result["values"]) == ["captain", "boat", "total"]


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(body=b"<html>garbage</html>"), "extractor_bad_answer"),
        (Reply(body=b"[" * 100_000), "extractor_bad_answer"),
        (Reply(body=b"x" * (MOST_ANSWER_BYTES + 1)), "extractor_bad_answer"),
        (Reply(body=b'{"choices": [{"message": {"content": "no"}}]}'), "extractor_bad_answer"),
        (saying({"boat": SHIP}, status=401), "extractor_refused"),
        (saying({"boat": SHIP}, status=500), "extractor_refused"),
        (Reply(status=302, headers={"location": "http://127.0.0.1/"}), "extractor_refused"),
        (Reply(body=b"{", headers={"Content-Length": "900"}), "extractor_unreachable"),
    ],
)
def test_a_bad_answer_is_a_warning_and_the_rules_result_stays(reply: Reply, code: str) -> None:
    with answers(reply) as (server, extractor):
        before = document()
        result = asked(extractor.complete(before))
        assert len(server.requests) == 1
    assert result["values"] == asked(before)["values"]
    assert result["fields"] == asked(before)["fields"]
    assert [each["code"] for each in result["extractor"]["warnings"]] == [code]


def test_a_slow_endpoint_is_given_up() -> None:
    given_up = threading.Event()
    slow = saying({"boat": SHIP}, before=given_up.wait)
    with answers(slow, timeout_s=0.2) as (_, extractor):
        result = asked(extractor.complete(document()))
        given_up.set()
    assert result["values"]["boat"] is None
    assert [each["code"] for each in result["extractor"]["warnings"]] == ["extractor_timeout"]


def test_an_endpoint_that_the_rules_of_egress_do_not_allow_is_never_reached() -> None:
    with answers(saying({"boat": SHIP}), allow=("models.example.com",)) as (server, extractor):
        result = asked(extractor.complete(document()))
        assert server.requests == []
    assert [each["code"] for each in result["extractor"]["warnings"]] == ["extractor_unreachable"]


def test_the_targets_of_callers_are_the_extractors_where_it_has_none_of_its_own() -> None:
    allowed: Any = {"egress_allow": ("127.0.0.0/8",)}
    with answers(saying({"boat": SHIP}), allow=(), **allowed) as (_, extractor):
        assert asked(extractor.complete(document()))["values"]["boat"] == "Sea Otter"


def test_words_beyond_the_limit_are_not_sent_and_a_warning_says_so() -> None:
    rows = [" ".join(["word"] * 100)] * (MOST_WORDS // 100 + 1)
    with answers(saying({})) as (_, extractor):
        result = asked(extractor.complete(document(*rows)))
    (warning,) = result["extractor"]["warnings"]
    assert warning["code"] == "extractor_text_cut"
    assert "100 words" in warning["message"]


def test_no_extractor_is_opened_without_an_address() -> None:
    with open_extractor(Settings()) as extractor:
        assert extractor is None
