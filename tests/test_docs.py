"""The documents name every setting, command and exit code, and no others."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from cli.exit_codes import Exit
from cli.main import app
from jobs.settings import Settings

ROOT = Path(__file__).parents[1]
CONFIGURATION = (ROOT / "docs" / "reference" / "configuration.md").read_text()
CLI = (ROOT / "docs" / "reference" / "cli.md").read_text()
UNREAD = {"public_url"}  # accepted, and without effect
SOURCES = "\n".join(
    file.read_text()
    for package in ("jobs", "workers", "api", "cli", "models")
    for file in (ROOT / package).rglob("*.py")
)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"| `PAGESIGHT_{name.upper()}` |" in CONFIGURATION


def test_no_setting_is_documented_that_does_not_exist() -> None:
    documented = set(re.findall(r"^\| `PAGESIGHT_(\w+)`", CONFIGURATION, re.MULTILINE))
    assert {name.lower() for name in documented} == set(Settings.model_fields)


def test_every_setting_is_read_by_the_code() -> None:
    fields = set(Settings.model_fields)
    read = {name for name in fields if re.search(rf"(settings|self)\.{name}\b", SOURCES)}
    assert fields - read == UNREAD & fields


@pytest.mark.parametrize(
    ("name", "default"),
    [
        (name, field.default)
        for name, field in Settings.model_fields.items()
        if isinstance(field.default, (int, float)) and not isinstance(field.default, bool)
    ],
)
def test_documented_numbers_are_the_defaults(name: str, default: float) -> None:
    assert f"| `PAGESIGHT_{name.upper()}` | `{default:g}` |" in CONFIGURATION


def _commands() -> list[str]:
    names = []
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        names += [f"{name} {each}" for each in inner] if inner else [name]
    return names


@pytest.mark.parametrize("command", _commands())
def test_every_command_is_documented(command: str) -> None:
    assert re.search(rf"^\| `pagesight {command}[ `]", CLI, re.MULTILINE)


@pytest.mark.parametrize("code", Exit)
def test_every_exit_code_is_documented(code: Exit) -> None:
    assert f"| {code.value} | `{code.name}` |" in CLI
