"""Descriptions of parameters and properties that repeat, for the OpenAPI document."""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final

_TEXTS: Final[dict[str, Any]] = tomllib.loads(
    files("api").joinpath("descriptions.toml").read_text(encoding="utf-8")
)


def describe(document: dict[str, Any]) -> None:
    """Add descriptions where a declaration has none."""
    schemas = document["components"]["schemas"]
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                if not is_described(parameter, schemas) and not parameter["schema"].get(
                    "description"
                ):
                    _add(parameter, _TEXTS["parameters"].get(parameter["name"]))
            for body in _bodies(operation):
                _describe_properties("", body, schemas)
    for name, schema in schemas.items():
        _describe_properties(name, schema, schemas)


def is_described(part: dict[str, Any], schemas: dict[str, Any]) -> bool:
    """Whether a property or parameter has a description of its own, or its schema has one."""
    if part.get("description"):
        return True
    inner = [part, *part.get("anyOf", ()), part.get("items", {})]
    named = (each["$ref"].rsplit("/", 1)[-1] for each in inner if "$ref" in each)
    return any(schemas[name].get("description") for name in named)


def _bodies(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield content.get("schema", {})


def _describe_properties(name: str, schema: dict[str, Any], schemas: dict[str, Any]) -> None:
    own = _TEXTS["schemas"].get(name, {})
    for each, value in schema.get("properties", {}).items():
        if not is_described(value, schemas):
            _add(value, own.get(each) or _TEXTS["properties"].get(each))


def _add(part: dict[str, Any], text: str | None) -> None:
    if text:
        part["description"] = text
