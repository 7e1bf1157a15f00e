"""The operator's own catalogue: adding and removing entries leaves the rest of the file untouched.

The text is cut at its `[[model]]` headers, and each new text is parsed before it replaces the file.
tomlkit, a parser that keeps the layout, counts the comment above an entry to the entry before it
and deletes it with that one, joins a new entry to a last line without a line feed, and rewrites
headers with spaces.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from models.registry.catalogue import DEFAULT_FAMILY, OVERLAY, Entry, load_catalogue, read_catalogue
from vision.core.errors import BadInput, EngineFailure
from vision.object_detection.spec import DetectorHints

_MODEL = re.compile(r"^[ \t]*\[\[[ \t]*model[ \t]*\]\]", re.MULTILINE)
_LAST_COMMENTS = re.compile(r"(?:^[ \t]*(?:#.*)?\n)*\Z", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Removed:
    """An entry that was removed, and the file that was deleted with it; None where it was kept."""

    entry: Entry
    deleted: Path | None


def next_version(name: str, models_dir: Path) -> str:
    """The smallest whole number above all whole-number versions of this model, from 1."""
    taken = {entry.version for entry in load_catalogue(models_dir) if entry.name == name}
    return str(max((int(each) for each in taken if each.isdecimal()), default=0) + 1)


def put_entry(entry: Entry) -> None:
    """Append an entry to the catalogue in its folder: it becomes its model's current version.

    EngineFailure `catalogue_invalid` where the catalogue there cannot be read.
    """
    path = entry.folder / OVERLAY
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    gap = "\n" if before.endswith("\n") else "\n\n" if before else ""
    _replace(path, f"{before}{gap}{_table(entry)}")


def take_out(name: str, version: str | None, models_dir: Path) -> list[Removed]:
    """Remove all versions of a model, or the given one, with their files in the folder.

    BadInput `unknown_model` where the operator's catalogue has no such entry; EngineFailure
    `catalogue_invalid` where the catalogue cannot be read or edited safely.
    """
    path = models_dir / OVERLAY
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    head, *tables = _pieces(text)
    entries = read_catalogue(path) if path.exists() else []
    if len(entries) != len(tables):
        raise _unsafe(path, f"it has {len(entries)} models but {len(tables)} lines `[[model]]`")
    gone = [each.name == name and version in {None, each.version} for each in entries]
    if not any(gone):
        raise BadInput("unknown_model", _nothing_to_remove(name, version, entries, path))
    kept = (
        _after(table) if removed else table for table, removed in zip(tables, gone, strict=True)
    )
    _replace(path, head + "".join(kept))
    removed = [entry for entry, out in zip(entries, gone, strict=True) if out]
    left = [entry for entry, out in zip(entries, gone, strict=True) if not out]
    return [Removed(entry, _delete(entry, left)) for entry in removed]


def _pieces(text: str) -> list[str]:
    """The text before the first model, then one piece for each model's table."""
    starts = [match.start() for match in _MODEL.finditer(text)]
    return [text[a:b] for a, b in zip([0, *starts], [*starts, len(text)], strict=True)]


def _after(table: str) -> str:
    """The comments at the end of a table's piece: they describe the next table."""
    found = _LAST_COMMENTS.search(table)
    return found[0].lstrip("\n") if found else ""


def _nothing_to_remove(name: str, version: str | None, entries: Iterable[Entry], path: Path) -> str:
    ours = ", ".join(f"{entry.name} {entry.version}" for entry in entries) or "nothing"
    wanted = f"{name} {version}" if version else name
    if any(entry.name == name for entry in load_catalogue()):
        return f"{wanted} comes with Pagesight and cannot be removed; {path} adds {ours}"
    return f"{path} has no model {wanted!r}; it adds {ours}"


def _delete(entry: Entry, left: Iterable[Entry]) -> Path | None:
    """Delete the entry's file if it is in its catalogue's folder and no other entry uses it."""
    place = entry.source.removeprefix("file:")
    file = entry.folder / place
    shared = any(other.source == entry.source for other in left)
    if not entry.source.startswith("file:") or Path(place).name != place or shared:
        return None
    if not file.is_file():
        return None
    file.unlink()
    return file


def _replace(path: Path, text: str) -> None:
    """Replace the file's text, after the new text was read as a catalogue."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(".toml", "catalogue-", path.parent)
    new = Path(temporary)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        read_catalogue(new)
        new.chmod(0o644)
        new.replace(path)
    except (ValueError, EngineFailure) as error:
        raise _unsafe(path, str(error)) from error
    finally:
        new.unlink(missing_ok=True)


def _unsafe(path: Path, reason: str) -> EngineFailure:
    return EngineFailure(
        "catalogue_invalid", f"{path} cannot be changed safely: {reason}; edit it by hand"
    )


def _table(entry: Entry) -> str:
    keys = ("name", "version", "task", "source", "sha256", "licence")
    lines = ["[[model]]", *(f"{key} = {_toml(getattr(entry, key))}" for key in keys)]
    if entry.family != DEFAULT_FAMILY:
        lines.append(f"family = {_toml(entry.family)}")
    hints = entry.detector
    if hints is not None:
        lines += ["", "[model.detector]", *_hint_lines(hints)]
    return "\n".join(lines) + "\n"


def _hint_lines(hints: DetectorHints) -> list[str]:
    """The hints that differ from a catalogue's defaults."""
    plain = DetectorHints()
    values = {field.name: getattr(hints, field.name) for field in fields(hints)}
    return [
        f"{key} = {_toml(value)}" for key, value in values.items() if value != getattr(plain, key)
    ]


def _toml(value: object) -> str:
    """JSON's strings, numbers and lists are valid TOML, except for one control character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
