"""The types of the TypeScript client, made from the OpenAPI document and the schema of results."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from cli.client_models import (
    SERVICE,
    UNUSED,
    Schema,
    document_name,
    document_schemas,
    service_schemas,
)

FILE: Final = Path(__file__).parents[1] / "clients" / "typescript" / "models.d.ts"
_HEAD: Final = """\
/**
 * What the service answers (docs/reference/api.md), and what was read (docs/reference/result.md).
 * Made by `make docs`; do not edit.
 */
"""
_PLAIN: Final = {"integer": "number", "null": "null", "number": "number", "boolean": "boolean"}


def typescript_models() -> str:
    """The text of the file."""
    plain = document_schemas()
    names = {name: document_name(name) for name in plain if "properties" in plain[name]}
    parts = [_declaration(SERVICE[name], each, SERVICE, {}) for name, each in _service()]
    parts += [_declaration(name, plain[key], names, plain) for key, name in names.items()]
    return _HEAD + "\n" + "\n".join(parts)


def _service() -> Iterator[tuple[str, Schema]]:
    schemas = service_schemas()
    return ((name, schemas[name]) for name in SERVICE)


def _declaration(
    name: str, schema: Schema, names: Mapping[str, str], plain: Mapping[str, Schema]
) -> str:
    if "properties" not in schema:
        return f"export type {name} = {_type(schema, names, plain)};\n"
    required = set(schema.get("required", ()))
    members = [
        f"  {member}{'' if member in required else '?'}: {_type(each, names, plain)};\n"
        for member, each in schema["properties"].items()
        if member not in UNUSED
    ]
    return f"export interface {name} {{\n{''.join(members)}}}\n"


def _type(schema: Schema, names: Mapping[str, str], plain: Mapping[str, Schema]) -> str:
    """The type of a value of this schema; what JSON Schema can say beyond it is unknown."""
    if "$ref" in schema:
        key = schema["$ref"].rpartition("/")[2]
        return names[key] if key in names else _type(plain.get(key, {}), names, plain)
    if "enum" in schema or "const" in schema:
        values = schema.get("enum") or [schema["const"]]
        return " | ".join(json.dumps(each) for each in values)
    kinds = schema.get("type")
    members = schema.get("anyOf") or (
        [{**schema, "type": kind} for kind in kinds] if isinstance(kinds, list) else []
    )
    if members:
        return " | ".join(dict.fromkeys(_type(each, names, plain) for each in members))
    return _simple(schema, names, plain)


def _simple(schema: Schema, names: Mapping[str, str], plain: Mapping[str, Schema]) -> str:
    kind = schema.get("type")
    if kind == "array":
        return _array(schema, names, plain)
    if kind == "object":
        more: Any = schema.get("additionalProperties")
        inner = _type(more, names, plain) if isinstance(more, dict) else "unknown"
        return f"Record<string, {inner}>"
    return "string" if kind == "string" else _PLAIN.get(str(kind), "unknown")


def _array(schema: Schema, names: Mapping[str, str], plain: Mapping[str, Schema]) -> str:
    if fixed := schema.get("prefixItems"):
        return f"[{', '.join(_type(each, names, plain) for each in fixed)}]"
    items = schema.get("items")
    inner = _type(items, names, plain) if isinstance(items, dict) else "unknown"
    count = schema.get("minItems")
    if count and count == schema.get("maxItems"):
        return f"[{', '.join([inner] * count)}]"
    return f"({inner})[]" if "|" in inner else f"{inner}[]"


def write_typescript_models() -> None:
    """Write the file."""
    FILE.write_text(typescript_models(), encoding="utf-8")
