"""The API reference describes every parameter, every property and every option."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.descriptions import is_described
from jobs.settings import Settings


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return create_app(Settings(_env_file=None, data_dir=Path(folder))).openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_every_parameter_is_described(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    parameters = [
        (name, each)
        for name, operation in operations(document)
        for each in operation.get("parameters", ())
    ]
    assert len(parameters) > 60
    bare = [(name, each["name"]) for name, each in parameters if not is_described(each, schemas)]
    assert [(name, each) for name, each in bare if not told(parameters, name, each)] == []


def told(parameters: list[tuple[str, dict[str, Any]]], name: str, parameter: str) -> bool:
    """Whether the schema of a parameter has the description."""
    return any(
        (where, each["name"]) == (name, parameter) and each["schema"].get("description")
        for where, each in parameters
    )


def test_every_property_and_option_is_described(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    bodies = {
        f"{name} {media}": content["schema"]
        for name, operation in operations(document)
        for media, content in operation.get("requestBody", {}).get("content", {}).items()
    }
    assert "profile" in schemas["ReadOptions"]["properties"]
    bare = [
        (name, each)
        for name, schema in (schemas | bodies).items()
        for each, value in schema.get("properties", {}).items()
        if not is_described(value, schemas)
    ]
    assert bare == []


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    bare = [
        name
        for name, operation in operations(document)
        if not (operation.get("summary") and operation.get("description"))
    ]
    assert bare == []
