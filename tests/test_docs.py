"""The documentation names all there is, its links lead somewhere, and its words are plain."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.main import get_command

from api.app import create_app
from api.problems import KINDS
from cli.client_models import model_files
from cli.exit_codes import Exit
from cli.main import app
from cli.reference import OPTIONS_PAGE, options_page
from cli.typescript_models import FILE as TYPESCRIPT
from cli.typescript_models import typescript_models
from jobs.settings import Settings
from models.registry.catalogue import load_catalogue
from vision.core.options import ReadOptions
from vision.core.registry import names, plugin
from vision.input.media_type import FORMATS

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
CONFIGURATION = (REFERENCE / "configuration.md").read_text()
CLI = (REFERENCE / "cli.md").read_text()
ERRORS = (REFERENCE / "errors.md").read_text()
API = (REFERENCE / "api.md").read_text()

PAGES = sorted(
    [
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "benchmarks/README.md")),
    ]
)
_NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
_CODE = re.compile(r"```.*?```|`[^`\n]*`|(?m:^ {4}\S.*$)", re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PAGE = re.compile(r"docs/[a-z/-]+\.md")
_LONGEST_LINE = 120
_GENERATED = "docs/research/comparison.md"  # its tables are as wide as their figures

# Words of an earlier, private vocabulary, each with the term to use.
PLAIN = {
    r"mend(s|ed|ing)?": "fix, repair",
    r"surer|surest|sureness|more surely|less surely": "more confident, confidence",
    r"hand(s|ed)? (it |one |everything )?in": "submit",
    r"hands (results |them )?out": "return",
    r"told|tells of": "report, notify, know",
    r"heard|loud|quietly born": "detected",
    r"lanes?": "bulkhead, threads per host",
    r"steep": "rotated",
    r"(light|dark|the) ground": "background",
    r"lay out|laid out|lays out|laid pages": "expand, create, format",
    r"couriers?": "control worker",
    r"anew": "again, recreated",
    r"goes away|at a desk|one's own|has it that": "say it plainly",
    r"spared|meant": "omitted, matching",
    r"strips?": "line image",
}


def _settings() -> Iterator[Any]:
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, (int, float)) and not isinstance(field.default, bool):
            yield name, field.default


def _commands() -> dict[str, Any]:
    """Every command by its words."""
    found = {}
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found |= {f"{name} {each}": inner[each] for each in inner} if inner else {name: command}
    return found


UNREAD: set[str] = set()
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


@pytest.mark.parametrize(("name", "default"), list(_settings()))
def test_documented_numbers_are_the_defaults(name: str, default: float) -> None:
    assert f"| `PAGESIGHT_{name.upper()}` | `{default:g}` |" in CONFIGURATION


@pytest.mark.parametrize("command", list(_commands()))
def test_every_command_is_documented(command: str) -> None:
    assert re.search(rf"^\| `pagesight {command}[ `]", CLI, re.MULTILINE)


@pytest.mark.parametrize("code", Exit)
def test_every_exit_code_is_documented(code: Exit) -> None:
    assert f"| {code.value} | `{code.name}` |" in CLI


@pytest.mark.parametrize("code", KINDS)
def test_every_error_code_is_documented(code: str) -> None:
    assert f"\n## {code}\n" in ERRORS


def test_no_error_code_is_documented_that_does_not_exist() -> None:
    assert set(re.findall(r"^## (\w+)$", ERRORS, re.MULTILINE)) == set(KINDS)


@pytest.mark.parametrize(
    "page",
    ["docs/tutorial/first-result.md", "docs/reference/errors.md", "console/src/texts.ts"],
)
def test_every_format_that_is_read_is_named(page: str) -> None:
    named = (ROOT / page).read_text(encoding="utf-8")
    assert [each.name for each in FORMATS if each.name not in named] == []


@pytest.mark.parametrize("name", names("format"))
def test_every_format_of_results_is_documented(name: str) -> None:
    assert f"\n| `{name}` | `{plugin('format', name).media_type}` |" in (
        REFERENCE / "formats.md"
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize("option", ReadOptions.__dataclass_fields__)
def test_every_option_of_a_job_is_documented(option: str) -> None:
    assert f"\n## {option}\n" in options_page()


def test_the_example_of_a_result_is_what_the_service_writes_now() -> None:
    text = (REFERENCE / "result.md").read_text()
    example = json.loads(text.split("```json")[1].split("```")[0])
    jsonschema.validate(example, json.loads((ROOT / "vision/export/schema.json").read_text()))
    receipt = example["receipt"]
    assert set(receipt["parameters"]) == {"profile", *(each.name for each in fields(ReadOptions))}
    current = {entry.name: (entry.version, entry.sha256) for entry in load_catalogue()}
    stated = {each["name"]: (each["version"], each["sha256"]) for each in receipt["models"]}
    ours = {name: stated[name] for name in stated if name in current}
    assert ours == {name: current[name] for name in ours} != {}


def test_the_page_of_options_is_up_to_date() -> None:
    assert OPTIONS_PAGE.read_text(encoding="utf-8") == options_page(), "run `make docs`"


@pytest.mark.parametrize(("file", "text"), model_files().items(), ids=lambda each: "models")
def test_the_models_of_the_python_client_are_up_to_date(file: Path, text: str) -> None:
    def structure(code: str) -> str:
        return re.sub(r'""".*?"""', "", code, flags=re.DOTALL)  # their wording may wait

    assert structure(file.read_text(encoding="utf-8")) == structure(text), "run `make docs`"


def test_the_types_of_the_typescript_client_are_up_to_date() -> None:
    assert TYPESCRIPT.read_text(encoding="utf-8") == typescript_models(), "run `make docs`"


def test_every_route_is_documented_and_no_other(tmp_path: Path) -> None:
    paths = create_app(Settings(_env_file=None, data_dir=tmp_path)).openapi()["paths"]
    routes = API[API.index("## Routes") : API.index("## Operations")]
    documented = re.findall(r"`(/[^`]*)`", routes)
    assert len(documented) == len(set(documented))
    assert {_anonymous(path) for path in documented} == {_anonymous(path) for path in paths}


def _anonymous(path: str) -> str:
    return re.sub(r"{\w+}", "{}", path)


@pytest.mark.parametrize("page", PAGES, ids=_NAMES)
def test_no_line_is_longer_than_a_reader_can_follow(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    if page == ROOT / _GENERATED:
        lines = [line for line in lines if not line.startswith("|")]
    long = [number for number, line in enumerate(lines, 1) if len(line) > _LONGEST_LINE]
    assert long == []


@pytest.mark.parametrize("page", PAGES, ids=_NAMES)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    broken = [link for link in _LINK.findall(text) if not _leads_somewhere(page, link)]
    assert broken == []


def _leads_somewhere(page: Path, link: str) -> bool:
    if "://" in link:
        return True
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    return target.exists() and (not anchor or anchor in _anchors(target))


@cache
def _anchors(page: Path) -> frozenset[str]:
    """What GitHub makes of the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings)


def test_every_page_is_in_the_index_of_the_documentation() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / link.partition("#")[0]) for link in _LINK.findall(index.read_text())}
    pages = set((ROOT / "docs").rglob("*.md")) - {index}
    assert pages - {link.resolve() for link in linked} == set()


@pytest.mark.parametrize("page", PAGES, ids=_NAMES)
def test_pages_use_plain_words(page: Path) -> None:
    assert _dialect(_CODE.sub("", page.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(("words", "command"), list(_commands().items()), ids=list(_commands()))
def test_the_help_of_a_command_uses_plain_words(words: str, command: Any) -> None:
    texts = [command.help or "", *(getattr(each, "help", "") or "" for each in command.params)]
    without_role = " ".join(texts).replace("`--role courier`", "").replace("courier:", "")
    assert _dialect(without_role) == []
    assert command.help


def _dialect(text: str) -> list[str]:
    return [
        f"{found[0]!r}: use {use}"
        for word, use in PLAIN.items()
        for found in re.finditer(rf"\b(?:{word})\b", " ".join(text.split()), re.IGNORECASE)
    ]


def test_pages_that_the_code_names_exist() -> None:
    named = {name for file in _sources() for name in _PAGE.findall(file.read_text())}
    assert "docs/reference/errors.md" in named
    assert {name for name in named if not (ROOT / name).is_file()} == set()


def _sources() -> Iterator[Path]:
    yield ROOT / "Makefile"
    for folder in (
        "api",
        "benchmarks",
        "cli",
        "deploy",
        "jobs",
        "models",
        "vision",
        "workers",
        "pagesight",
    ):
        for suffix in ("py", "toml", "sh"):
            yield from (ROOT / folder).rglob(f"*.{suffix}")
