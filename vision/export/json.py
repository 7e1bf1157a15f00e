"""The result as JSON and back, exactly as schema.json publishes it.

Keys are the field names of vision/core/document.py. Coordinates keep two decimals, confidences and
measurements four, so the same reading always gives the same bytes. Characters of words,
analyses and what a caption describes are left out where there are none.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from vision.core.document import (
    SCHEMA,
    Barcode,
    Block,
    Box,
    Document,
    Page,
    PageReading,
    Table,
    TableCell,
    Word,
)
from vision.core.exports import Artefact, PagedDocument, Source

Json = Any  # what json.loads returns: dict, list, str, int, float, bool or None

_COORDINATE_DECIMALS = 2
_DECIMALS = 4
_OMITTED_WHEN_EMPTY: dict[type, str] = {
    Word: "characters",
    Block: "caption_of",
    Page: "analyses",
    Document: "analyses",
}
# Results of earlier versions lack these; they get their defaults.
_ADDED_LATER: dict[type, frozenset[str]] = {
    Barcode: frozenset({"content", "data"}),
    Table: frozenset({"header_rows"}),
    TableCell: frozenset({"confidence", "words"}),
}
_DOCUMENT_KEYS = ("schema", "document", "pages", "failures", "analyses", "receipt")


def to_json_dict(document: Document) -> dict[str, Json]:
    """The document as plain JSON values, keys in the published order."""
    plain = _encode(document)
    return {key: plain[key] for key in _DOCUMENT_KEYS if key in plain}


def export(document: Document, source: Source | None = None) -> Iterator[Artefact]:  # noqa: ARG001 - the document says it all
    """The registry's entry: the result as one JSON file."""
    yield Artefact(dumps(document).encode())


def dumps(document: Document) -> str:
    """The document as one line of JSON."""
    return _plain(to_json_dict(document))


def stream(document: PagedDocument, receipts: str) -> Iterator[str]:
    """Yield the same line page by page; `receipts` are those of its pages, as it has them."""
    frame = to_json_dict(document.frame)
    end = _plain({"receipt": {**frame.pop("receipt"), "pages": []}}).removesuffix("]}}")
    after = {key: frame.pop(key) for key in ("failures", "analyses") if key in frame}
    frame.pop("pages")
    yield _plain(frame).removesuffix("}") + ', "pages": ['
    for count, page in enumerate(document.pages()):
        yield (", " if count else "") + encode(page)
    yield "], " + _plain(after)[1:-1] + ", " + end[1:] + receipts + "]}}"


def _plain(values: Json) -> str:
    return json.dumps(values, ensure_ascii=False, allow_nan=False)


def encode(part: object) -> str:
    """A part of a document as `dumps` writes it within the whole."""
    return _plain(_encode(part))


def from_json_dict(data: Json) -> Document:
    """The inverse of `to_json_dict`.

    Strict: ValueError names the place of an unknown key, a missing key or a value of another type.
    """
    document: Document = _decode(Document, data, "result")
    if document.schema != SCHEMA:
        raise ValueError(f"result.schema: expected {SCHEMA!r}, got {document.schema!r}")
    return document


def page_reading_to_dict(reading: PageReading) -> dict[str, Json]:
    """One page and its receipt as plain JSON values; what the store keeps per page."""
    plain: dict[str, Json] = _encode(reading)
    return plain


def page_reading_from_dict(data: Json) -> PageReading:
    """The inverse of `page_reading_to_dict`, as strict as `from_json_dict`."""
    reading: PageReading = _decode(PageReading, data, "reading")
    return reading


def page_from_dict(data: Json) -> Page:
    """One page, as strict as `from_json_dict`."""
    page: Page = _decode(Page, data, "page")
    return page


def load_schema() -> dict[str, Json]:
    """The published JSON Schema (draft 2020-12) of the result."""
    text = Path(__file__).with_name("schema.json").read_text(encoding="utf-8")
    schema: dict[str, Json] = json.loads(text)
    return schema


def _encode(value: object, decimals: int = _DECIMALS) -> Json:
    if is_dataclass(value):
        optional = _OMITTED_WHEN_EMPTY.get(type(value))
        omitted = optional if optional and not getattr(value, optional) else None
        names = _names(value.__class__, omitted)
        return {name: _encode_field(value, name) for name in names}
    if isinstance(value, Mapping):
        return {str(key): _encode(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_encode(item, decimals) for item in value]
    # Adding zero turns minus zero, which puzzles people, into zero.
    return round(value, decimals) + 0.0 if isinstance(value, float) else value


@cache
def _names(kind: Any, omitted: str | None) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name != omitted)


def _encode_field(owner: object, name: str) -> Json:
    coordinates = name in {"box", "polygon"}
    return _encode(getattr(owner, name), _COORDINATE_DECIMALS if coordinates else _DECIMALS)


def _decode(kind: Any, value: Json, place: str) -> Any:
    if is_dataclass(kind):
        return _decode_dataclass(kind, value, place)
    if kind is Box:
        return Box(*_decode(tuple[float, float, float, float], value, place))
    origin = get_origin(kind)
    if origin in _GENERIC_DECODERS:
        return _GENERIC_DECODERS[origin](get_args(kind), value, place)
    return _decode_scalar(kind, value, place)


def _decode_dataclass(kind: Any, value: Json, place: str) -> Any:
    _expect(isinstance(value, dict), "an object", value, place)
    hints = _hints(kind)
    optional = {_OMITTED_WHEN_EMPTY.get(kind, "")} | _ADDED_LATER.get(kind, frozenset())
    unknown, missing = value.keys() - hints.keys(), hints.keys() - value.keys() - optional
    if unknown or missing:
        raise ValueError(f"{place}: unknown keys {sorted(unknown)}, missing keys {sorted(missing)}")
    return kind(
        **{name: _decode(hints[name], item, f"{place}.{name}") for name, item in value.items()}
    )


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _decode_tuple(members: tuple[Any, ...], value: Json, place: str) -> tuple[Any, ...]:
    _expect(isinstance(value, list), "an array", value, place)
    if members[-1] is Ellipsis:
        members = (members[0],) * len(value)
    _expect(len(value) == len(members), f"{len(members)} items", value, place)
    pairs = enumerate(zip(members, value, strict=True))
    return tuple(_decode(member, item, f"{place}[{i}]") for i, (member, item) in pairs)


def _decode_mapping(members: tuple[Any, ...], value: Json, place: str) -> dict[str, Any]:
    _expect(isinstance(value, dict), "an object", value, place)
    return {key: _decode(members[1], item, f"{place}.{key}") for key, item in value.items()}


def _decode_optional(members: tuple[Any, ...], value: Json, place: str) -> Any:
    if value is None:
        return None
    (kind,) = (member for member in members if member is not NoneType)
    return _decode(kind, value, place)


def _decode_scalar(kind: Any, value: Json, place: str) -> Any:
    if kind is object:
        return value
    if kind is float and type(value) is int:
        return float(value)
    # The exact type: a bool is an int to isinstance, and no count is `true`.
    _expect(type(value) is kind, kind.__name__, value, place)
    return value


def _expect(holds: bool, wanted: str, value: Json, place: str) -> None:
    if not holds:
        raise ValueError(f"{place}: expected {wanted}, got {type(value).__name__}")


_GENERIC_DECODERS: dict[Any, Callable[[tuple[Any, ...], Json, str], Any]] = {
    tuple: _decode_tuple,
    dict: _decode_mapping,
    UnionType: _decode_optional,
}
