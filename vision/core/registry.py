"""What fills each stage, by name: the one list that options, help, API and engine ask.

Built-in entries stand in registry.toml beside this file. A package of your own registers a
`Plugin` as an entry point of the group `pagesight.KIND`. Nothing is imported until it is opened.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Literal, get_args

from vision.core.errors import BadInput, EngineFailure

Kind = Literal[
    "rectifier",
    "line_finder",
    "recogniser",
    "second_reader",
    "detector_family",
    "page_analysis",
    "document_analysis",
    "format",
]
_KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Plugin:
    """One implementation of a stage.

    `target` is `module:attribute`, `summary` a sentence without its full stop. The rest is for
    formats: media type, file extension with its dot, whether it needs pictures of the pages, and
    `stream`, where the format is one file that is written page by page: another
    `module:attribute`, of a PagedDocument to pieces of text, which give what `target` gives.
    `by_page` says that each page has a text file, made of that page alone. `paged` is for all
    other formats that need one page at a time: a `module:attribute` of a PagedDocument to the files
    that `target` gives.
    """

    target: str
    summary: str
    name: str = ""
    media_type: str = ""
    extension: str = ""
    needs_images: bool = False
    stream: str = ""
    by_page: bool = False
    paged: str = ""

    @property
    def is_text(self) -> bool:
        """Whether a format's files are text."""
        return self.media_type.startswith("text/") or self.media_type.endswith(("json", "xml"))

    def load(self) -> Any:
        """The object that `target` names; EngineFailure `plugin_unusable` where it cannot be."""
        return self._load(self.target)

    def load_stream(self) -> Any:
        """The object that `stream` names; EngineFailure `plugin_unusable` where it cannot be."""
        return self._load(self.stream)

    def load_paged(self) -> Any:
        """The object that `paged` names; EngineFailure `plugin_unusable` where it cannot be."""
        return self._load(self.paged)

    def _load(self, target: str) -> Any:
        module, _, attribute = target.partition(":")
        try:
            return getattr(import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            message = f"{self.name} cannot be loaded from {target}: {error}"
            raise EngineFailure("plugin_unusable", message) from error


@cache
def plugins(kind: Kind) -> Mapping[str, Plugin]:
    """The implementations of a stage by name: the built-in ones, then those of other packages.

    EngineFailure `plugin_unusable` names a package whose entry point cannot be used.
    """
    return {**_built_in()[kind], **_installed(kind, taken=_built_in()[kind])}


def names(kind: Kind) -> tuple[str, ...]:
    """The names in the order of registration."""
    return tuple(plugins(kind))


def plugin(kind: Kind, name: str) -> Plugin:
    """The implementation called `name`; BadInput `unknown_KIND` lists those there are."""
    known = plugins(kind)
    if name not in known:
        raise unknown(kind, name, known)
    return known[name]


def unknown(kind: str, name: str, known: Mapping[str, object]) -> BadInput:
    """The error for a name that nobody registered."""
    available = ", ".join(sorted(known)) or "none"
    label = kind.replace("_", " ")
    return BadInput(f"unknown_{kind}", f"unknown {label} {name!r}; available: {available}")


@cache
def _built_in() -> Mapping[str, Mapping[str, Plugin]]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    return {
        kind: {name: Plugin(name=name, **entry) for name, entry in tables.get(kind, {}).items()}
        for kind in _KINDS
    }


@cache
def _entry_points() -> Mapping[str, Sequence[EntryPoint]]:
    """Those of every package by kind, read once: each reading opens a file of every package."""
    found = entry_points()
    return {kind: list(found.select(group=f"pagesight.{kind}")) for kind in _KINDS}


def _installed(kind: Kind, taken: Mapping[str, Plugin]) -> dict[str, Plugin]:
    found: dict[str, Plugin] = {}
    for point in _entry_points()[kind]:
        if point.name in taken or point.name in found:
            raise _unusable(point, f"the {kind} {point.name!r} exists already; choose another name")
        found[point.name] = _load(point)
    return found


def _load(point: EntryPoint) -> Plugin:
    try:
        described = point.load()
    except (ImportError, AttributeError) as error:
        raise _unusable(point, str(error)) from error
    if not isinstance(described, Plugin):
        raise _unusable(point, f"{point.value} is not a vision.core.registry.Plugin")
    return replace(described, name=point.name)


def _unusable(point: EntryPoint, reason: str) -> EngineFailure:
    package = point.dist.name if point.dist else "a package"
    message = f"entry point {point.name} ({point.group}) of {package}: {reason}"
    return EngineFailure("plugin_unusable", message)
