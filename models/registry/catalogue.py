"""The catalogue: the known models, where their files come from, how to use them."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast, get_args

from vision.core.errors import EngineFailure
from vision.core.registry import names, plugin

Task = Literal["detector", "line_finder", "marks", "orientation", "recogniser"]

BUILT_IN = Path(__file__).with_name("catalogue.toml")
OVERLAY = "catalogue.toml"  # the operator's, in the models folder
DEFAULT_FAMILY = "yolo"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SOURCE = re.compile(r"(repo|file):.+|wheel:[^:]+:.+")


class CharacterList(NamedTuple):
    """Where the text file of a recogniser's characters is, one a line, and its hash."""

    source: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of one model. A relative `file:` source is relative to `folder`.

    `sha256` is of the ONNX file. `characters` is for recognisers whose file does not list them.
    `family` matters to detectors alone; `detector` are the hints of
    such a model as its family reads them (vision.object_detection.family).
    """

    name: str
    version: str
    task: Task
    source: str
    sha256: str
    licence: str
    folder: Path
    detector: Any = None
    family: str = DEFAULT_FAMILY
    characters: CharacterList | None = None


def load_catalogue(models_dir: Path | None = None) -> tuple[Entry, ...]:
    """The built-in entries, then those of the operator's models folder, which take precedence.

    `models_dir` None stands for the built-in entries alone. EngineFailure `catalogue_invalid` names
    the file and the entry that cannot be used.
    """
    entries = read_catalogue(BUILT_IN)
    overlay = None if models_dir is None else models_dir.absolute() / OVERLAY
    if overlay is not None and overlay.exists():
        entries += read_catalogue(overlay)
    return tuple({(entry.name, entry.version): entry for entry in entries}.values())


def read_catalogue(path: Path) -> list[Entry]:
    """The entries of one file, in its order; EngineFailure `catalogue_invalid` as above."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        entries = [_entry(table, path.parent) for table in _models(tables)]
        _refuse_rest(tables)
    except (OSError, ValueError, TypeError) as error:
        raise EngineFailure("catalogue_invalid", f"model catalogue {path}: {error}") from error
    return entries


def _models(tables: dict[str, Any]) -> list[Mapping[str, Any]]:
    models = tables.pop("model", [])
    if not isinstance(models, list) or not all(isinstance(model, dict) for model in models):
        raise ValueError("each model needs its own table [[model]]")
    return models


def _entry(table: Mapping[str, Any], folder: Path) -> Entry:
    fields = dict(table)
    name = _text(fields, "name")
    try:
        return _entry_fields(name, fields, folder)
    except (ValueError, TypeError) as error:
        raise ValueError(f"model {name}: {error}") from error


def _entry_fields(name: str, fields: dict[str, Any], folder: Path) -> Entry:
    task = _one_of(_text(fields, "task"), Task, "task")
    is_detector = task == "detector"
    family = str(fields.pop("family", DEFAULT_FAMILY)) if is_detector else DEFAULT_FAMILY
    entry = Entry(
        name=name,
        version=_text(fields, "version"),
        task=cast("Task", task),
        source=_matching(_text(fields, "source"), _SOURCE, "source"),
        sha256=_matching(_text(fields, "sha256"), _SHA256, "sha256"),
        licence=_text(fields, "licence"),
        folder=folder,
        detector=_hints(family, fields.pop("detector", {})) if is_detector else None,
        family=family,
        characters=_characters(fields.pop("characters", None)),
    )
    _refuse_rest(fields)
    return entry


def _characters(table: object) -> CharacterList | None:
    if table is None:
        return None
    if not isinstance(table, dict):
        raise TypeError("characters must be a table of source and sha256")
    fields = dict(table)
    listed = CharacterList(
        _matching(_text(fields, "source"), _SOURCE, "source of characters"),
        _matching(_text(fields, "sha256"), _SHA256, "sha256 of characters"),
    )
    _refuse_rest(fields)
    return listed


def _hints(family: str, table: Mapping[str, Any]) -> Any:
    """The table as the family reads it; ValueError where there is no such family."""
    if family not in names("detector_family"):
        known = ", ".join(names("detector_family"))
        raise ValueError(f"family is {family!r} but must be one of {known}")
    return plugin("detector_family", family).load().read_hints(table)


def _text(fields: dict[str, Any], key: str) -> str:
    value = fields.pop(key, None)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} is required and must be text")
    return value


def _one_of(value: object, choices: Any, key: str) -> str:
    if value not in get_args(choices):
        raise ValueError(f"{key} is {value!r} but must be one of {', '.join(get_args(choices))}")
    return str(value)


def _matching(value: str, pattern: re.Pattern[str], key: str) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(f"{key} {value!r} does not match {pattern.pattern}")
    return value


def _refuse_rest(fields: Mapping[str, Any]) -> None:
    if fields:
        raise ValueError(f"unknown keys {', '.join(sorted(fields))}")
