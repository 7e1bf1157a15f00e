"""Streams arrive in pieces of any size."""

import itertools
import json

from hypothesis import given
from hypothesis import strategies as st

from pagesight.client.streams import BatchError, JobEvent, JobEvents, JsonLines

TEXTS = ("plain", "line\u2028separator and \x85", "ä: b", "")


def _event(number: int, text: str, end: str) -> str:
    kind = "job.succeeded" if number == len(TEXTS) else "page.succeeded"
    data = {"job_id": "j", "sequence": number, "kind": kind, "data": {"text": text}}
    shown = json.dumps({**data, "at": "2026-11-29T12:00:00Z"}, ensure_ascii=False)
    return f"id: {number}{end}event: {kind}{end}data: {shown}{end}{end}: keep-alive{end}{end}"


def _row(number: int, text: str) -> str:
    row = {"custom_id": text, "index": number, "job_id": "j", "state": "cancelled"}
    rest = {"filename": None, "metadata": {}, "fault": None}
    return json.dumps({**row, **rest}, ensure_ascii=False) + "\n"


def _pieces(whole: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    return [whole[start:end] for start, end in itertools.pairwise(places)]


@given(st.lists(st.integers(0, 1000), max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_events_are_the_same_however_they_are_cut(cuts: list[int], end: str) -> None:
    whole = f"retry: 2000{end}{end}" + "".join(
        _event(number, text, end) for number, text in enumerate(TEXTS, 1)
    )
    cursor = JobEvents("j", 0)
    events: list[JobEvent] = []
    for piece in _pieces(whole.encode(), cuts):
        events += cursor.feed(piece)
    assert [event.data["text"] for event in events] == list(TEXTS)
    assert cursor.is_complete()
    assert cursor.call().headers["Last-Event-ID"] == str(len(TEXTS))


@given(st.lists(st.integers(0, 600), max_size=8))
def test_lines_are_the_same_however_they_are_cut(cuts: list[int]) -> None:
    whole = "".join(_row(number, text) for number, text in enumerate(TEXTS))
    cursor = JsonLines("b", "errors.jsonl", BatchError, -1)
    rows: list[BatchError] = []
    for piece in _pieces(whole.encode(), cuts):
        rows += cursor.feed(piece)
    assert [row.custom_id for row in rows] == list(TEXTS)
    assert cursor.call().params == {"after": len(TEXTS) - 1}


def test_a_partial_event_is_forgotten_with_its_connection() -> None:
    cursor = JobEvents("j", 3)
    assert list(cursor.feed(b"id: 4\nevent: page.succeeded\nda")) == []
    cursor.restart()
    assert cursor.call().headers["Last-Event-ID"] == "3"
    (event,) = cursor.feed(_event(4, "whole", "\n").encode())
    assert event.sequence == 4
