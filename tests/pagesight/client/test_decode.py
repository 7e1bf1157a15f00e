"""JSON becomes models, also of a service that is older or newer than the client."""

import json
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pagesight.client.box import Box
from pagesight.client.decode import decode
from pagesight.client.errors import UnexpectedResponseError
from pagesight.client.models.document import Document

ROOT = Path(__file__).parents[3]
EXAMPLE: dict[str, Any] = json.loads(
    (ROOT / "docs" / "reference" / "result.md").read_text().split("```json")[1].split("```")[0]
)


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def encoded(value: Any) -> Any:
    """A model as JSON; what is absent by default is left out, as in the schema."""
    if is_dataclass(value):
        shown = {field.name: getattr(value, field.name) for field in fields(value)}
        optional = {each.name for each in fields(value) if _has_default(each)}
        return {name: encoded(each) for name, each in shown.items() if name not in optional or each}
    if isinstance(value, tuple):
        return [encoded(each) for each in value]
    return value


def test_a_whole_result_loses_nothing() -> None:
    assert encoded(decode(Document, EXAMPLE)) == EXAMPLE


def test_boxes_have_names() -> None:
    box = decode(Document, EXAMPLE).pages[0].blocks[0].lines[0].box
    assert box == Box(*EXAMPLE["pages"][0]["blocks"][0]["lines"][0]["box"])
    assert box.x0 <= box.x1


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    name: str
    at: datetime
    share: float
    parent: str | None
    parts: tuple[str, ...]
    extra: dict[str, Any]
    note: str = "none"


WHOLE: dict[str, Any] = {
    "name": "a",
    "at": "2026-11-29T12:00:00Z",
    "share": 1,
    "parent": None,
    "parts": ["b"],
    "extra": {"c": [1]},
    "note": "said",
}


def test_every_kind_of_member_is_read() -> None:
    thing = decode(Thing, WHOLE)
    moment = datetime(2026, 11, 29, 12, tzinfo=UTC)
    expected = Thing(
        name="a", at=moment, share=1.0, parent=None, parts=("b",), extra={"c": [1]}, note="said"
    )
    assert thing == expected
    assert isinstance(thing.share, float)


def test_members_of_a_newer_service_are_ignored() -> None:
    assert decode(Thing, {**WHOLE, "colour": "red"}) == decode(Thing, WHOLE)


def test_members_that_an_older_service_lacks_are_empty() -> None:
    old = {name: WHOLE[name] for name in ("name", "at", "share", "extra")}
    thing = decode(Thing, old)
    assert (thing.parent, thing.parts, thing.note) == (None, (), "none")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": 7}, r"Thing\.name: expected str, got int"),
        ({"at": "noon"}, r"Thing\.at: expected a time, got 'noon'"),
        ({"at": None}, r"Thing\.at: expected a time"),
        ({"share": True}, r"Thing\.share: expected float, got bool"),
        ({"parts": "b"}, r"Thing\.parts: expected an array, got str"),
        ({"parts": [1]}, r"Thing\.parts\[0\]: expected str, got int"),
        ({"extra": []}, r"Thing\.extra: expected an object, got list"),
        ({"parent": 1}, r"Thing\.parent: expected str, got int"),
    ],
)
def test_a_wrong_value_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(UnexpectedResponseError, match=message):
        decode(Thing, {**WHOLE, **change})


def test_a_member_that_nothing_can_stand_for_is_named() -> None:
    with pytest.raises(UnexpectedResponseError, match=r"Thing\.name is missing"):
        decode(Thing, {})
    with pytest.raises(UnexpectedResponseError, match="Thing: expected an object"):
        decode(Thing, [])
