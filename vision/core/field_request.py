"""What a caller asks for: named fields as a JSON Schema, or as a list of names with hints.

The schema is of draft 2020-12: an object whose properties are strings, numbers, integers or
booleans. It is data of strangers, so its size, its depth and its patterns are bounded.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from vision.core.safe_pattern import SafePattern, UnsafePattern

MOST_BYTES = 32_768
MOST_FIELDS = 64
MOST_CHOICES = 200
_MOST_NAME, _MOST_TEXT = 100, 500
_MOST_PATTERN_STATES = 1000  # of all patterns together

TYPES = ("string", "number", "integer", "boolean")
FORMATS = ("date", "email", "iban", "phone")
_ROOT_KEYS = frozenset({
    "$schema", "$id", "$comment", "title", "description", "type", "properties", "required",
    "additionalProperties",
})  # fmt: skip
_FIELD_KEYS = frozenset({
    "$comment", "title", "description", "type", "format", "enum", "const", "pattern", "minLength",
    "maxLength", "minimum", "maximum", "examples", "default",
})  # fmt: skip
_NUMBERS = ("minimum", "maximum", "minLength", "maxLength")


class BadRequest(ValueError):  # noqa: N818 - as BadInput
    """A request that cannot be used; the message says what is expected instead."""


@dataclass(frozen=True, slots=True)
class AskedField:
    """One property: its name, what it is called besides, and what its value must be."""

    name: str
    kind: str = "string"
    hints: tuple[str, ...] = ()
    form: str | None = None
    choices: tuple[Any, ...] = ()
    pattern: SafePattern | None = None
    minimum: float | None = None
    maximum: float | None = None
    lengths: tuple[int, int | None] = (0, None)


def as_schema(given: Any) -> dict[str, Any]:
    """The request as a JSON Schema that `fields_of` understands.

    `given` is such a schema, a list of names (or of objects with `name` and `hint`), or a text with
    either as JSON or with names and commas. Raises BadRequest.
    """
    if isinstance(given, str):
        given = _parsed(given)
    if isinstance(given, Sequence) and not isinstance(given, str):
        given = {"type": "object", "properties": dict(_named(each) for each in given)}
    if not isinstance(given, Mapping):
        raise BadRequest("a JSON Schema of an object, or a list of names")
    schema = dict(given)
    try:
        text = json.dumps(schema)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadRequest("JSON that is nested no deeper") from error
    if len(text) > MOST_BYTES:
        raise BadRequest(f"a schema of at most {MOST_BYTES} bytes")
    _fields(text)
    return schema


def fields_of(schema: Mapping[str, Any]) -> tuple[AskedField, ...]:
    """The fields of a schema, in its order. Raises BadRequest."""
    return _fields(json.dumps(schema))


@lru_cache(maxsize=64)  # the jobs of a batch ask for the same
def _fields(text: str) -> tuple[AskedField, ...]:
    schema = json.loads(text)
    if schema.get("type", "object") != "object":
        raise BadRequest("a schema of type `object`; arrays of line items are not supported")
    _check_keys("the schema", schema, _ROOT_KEYS)
    properties = schema.get("properties")
    if not isinstance(properties, dict) or not properties:
        raise BadRequest("`properties` with at least one field")
    if len(properties) > MOST_FIELDS:
        raise BadRequest(f"at most {MOST_FIELDS} fields")
    fields = tuple(_field(name, each) for name, each in properties.items())
    if sum(each.pattern.states for each in fields if each.pattern) > _MOST_PATTERN_STATES:
        raise BadRequest("fewer or smaller patterns")
    return fields


def _parsed(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return [name.strip() for name in text.split(",") if name.strip()]
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest("JSON, or names with commas between them") from error


def _named(each: Any) -> tuple[str, dict[str, Any]]:
    if isinstance(each, str):
        return each, {}
    if isinstance(each, Mapping) and each.keys() <= {"name", "hint"} and "name" in each:
        hint = {"description": each["hint"]} if "hint" in each else {}
        return each["name"], hint
    raise BadRequest("names, or objects with `name` and `hint`")


def _field(name: str, given: Any) -> AskedField:
    if not isinstance(given, dict):
        raise BadRequest(f"an object that describes `{name[:_MOST_NAME]}`")
    if not isinstance(name, str) or not name.strip() or len(name) > _MOST_NAME:
        raise BadRequest(f"names of 1 to {_MOST_NAME} characters")
    kind = _kind(name, given)
    _check_keys(f"`{name}`", given, _FIELD_KEYS)
    hints = tuple(_texts(name, given))
    least, most = given.get("minLength", 0), given.get("maxLength")
    for key in _NUMBERS:
        if key in given and (
            isinstance(given[key], bool) or not isinstance(given[key], int | float)
        ):
            raise BadRequest(f"a number as `{key}` of `{name}`")
    form = given.get("format")
    if form is not None and form not in FORMATS:
        raise BadRequest(f"one of the formats {', '.join(FORMATS)} for `{name}`")
    return AskedField(
        name,
        kind,
        hints,
        form,
        tuple(_choices(name, given)),
        _pattern(name, given.get("pattern")),
        given.get("minimum"),
        given.get("maximum"),
        (least, most),
    )


def _kind(name: str, given: Mapping[str, Any]) -> str:
    """The type beside null, which every field may be."""
    kinds = given.get("type", "string")
    listed = kinds if isinstance(kinds, list) else [kinds]
    wanted = [each for each in listed if each != "null"]
    if len(wanted) == 1 and wanted[0] in ("array", "object"):
        raise BadRequest(f"a single value for `{name}`: {wanted[0]}s are not supported")
    if len(wanted) != 1 or wanted[0] not in TYPES:
        raise BadRequest(f"one of the types {', '.join(TYPES)} for `{name}`")
    return str(wanted[0])


def _texts(name: str, given: Mapping[str, Any]) -> Iterator[str]:
    for key in ("title", "description"):
        text = given.get(key, "")
        if not isinstance(text, str) or len(text) > _MOST_TEXT:
            raise BadRequest(f"a `{key}` of `{name}` of at most {_MOST_TEXT} characters")
        if text.strip():
            yield text


def _choices(name: str, given: Mapping[str, Any]) -> Iterator[Any]:
    choices = given.get("enum", [given["const"]] if "const" in given else [])
    if not isinstance(choices, list) or len(choices) > MOST_CHOICES:
        raise BadRequest(f"at most {MOST_CHOICES} values in `enum` of `{name}`")
    for each in choices:
        plain = each is None or isinstance(each, str | int | float)
        if not plain or len(str(each)) > _MOST_NAME:
            raise BadRequest(f"plain, short values in `enum` of `{name}`")
        if each is not None:
            yield each


def _pattern(name: str, given: Any) -> SafePattern | None:
    if given is None:
        return None
    if not isinstance(given, str):
        raise BadRequest(f"a text as `pattern` of `{name}`")
    try:
        return SafePattern(given)
    except UnsafePattern as error:
        raise BadRequest(f"as `pattern` of `{name}` {error}") from error


def _check_keys(what: str, given: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(given.keys() - known)
    if unknown:
        raise BadRequest(f"no `{unknown[0][:_MOST_NAME]}` in {what}: it is not supported")
