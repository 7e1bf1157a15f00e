"""Every registered stage, opened; what cannot be opened is reported with its reason."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from models.registry.catalogue import Entry, load_catalogue
from vision.core.errors import EngineFailure
from vision.core.options import ReadOptions
from vision.core.protocols import Detector, LineFinder, PageAnalysis, Recogniser, Rectifier
from vision.core.registry import Kind, Plugin, plugin, plugins
from vision.engines.onnx_session import Session
from vision.engines.resources import Resources
from vision.object_detection.family import DetectorFamily

_log = logging.getLogger(__name__)
_Stage = TypeVar("_Stage")

# What stops the whole process where CUDA was asked for, instead of one stage.
_PROVIDER_CODES = {"provider_missing", "provider_failed"}


class OpenDetector(NamedTuple):
    """A detector and the session that it runs in."""

    detector: Detector
    session: Session


@dataclass(frozen=True, slots=True)
class OpenStages:
    """The stages that can be used here by name, and why others cannot.

    `missing` gives reasons by the name of a detector, or by kind and name of other stages.
    """

    finders: Mapping[str, LineFinder]
    recognisers: Mapping[str, Recogniser]
    second_readers: Mapping[str, Recogniser]
    rectifiers: Mapping[str, Rectifier]
    analyses: Mapping[str, PageAnalysis]
    detectors: Sequence[OpenDetector]
    missing: Mapping[str, str]


def open_stages(resources: Resources, detectors: Sequence[str] | None = None) -> OpenStages:
    """Open whatever is registered and catalogued, but only these `detectors` unless it is None.

    All are opened where one of the names is not catalogued, so that its error can list them.

    EngineFailure where a stage that the default options name cannot be opened, or where CUDA was
    asked for and is not proven; anything else is reported as missing.
    """
    opener = _Opener(resources)
    return OpenStages(
        finders=opener.open("line_finder", lambda each: resources.line_finder(each.name)),
        recognisers=opener.open("recogniser", lambda each: resources.recogniser(each.name)),
        second_readers=opener.open("second_reader", lambda each: each.load()(resources)),
        rectifiers=opener.open("rectifier", lambda each: each.load()(resources)),
        analyses=opener.open("page_analysis", lambda each: each.load()(resources)),
        detectors=opener.open_detectors(detectors),
        missing=opener.missing,
    )


class _Opener:
    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self.missing: dict[str, str] = {}
        defaults = ReadOptions()
        self._needed = {
            ("line_finder", defaults.lines),
            ("recogniser", defaults.recogniser),
            ("second_reader", defaults.second_reader),
            ("rectifier", defaults.rectifier),
        }

    def open(self, kind: Kind, open_one: Callable[[Plugin], _Stage]) -> dict[str, _Stage]:
        opened: dict[str, _Stage] = {}
        for name, registered in plugins(kind).items():
            try:
                opened[name] = open_one(registered)
            except EngineFailure as error:
                if (kind, name) in self._needed:
                    raise
                self._report(f"{kind} {name}", error)
        return opened

    def open_detectors(self, wanted: Sequence[str] | None) -> list[OpenDetector]:
        opened: list[OpenDetector] = []
        entries = _current_detectors(load_catalogue(self._resources.models_dir))
        if wanted is not None and set(wanted) <= entries.keys():
            entries = {name: entries[name] for name in wanted}
        for entry in entries.values():
            try:
                session = self._resources.session(entry.name)
                family: DetectorFamily = plugin("detector_family", entry.family).load()
                opened.append(OpenDetector(family.open(session, entry.detector), session))
            except EngineFailure as error:
                self._report(entry.name, error)
        return opened

    def _report(self, name: str, error: EngineFailure) -> None:
        if self._resources.device == "cuda" and error.code in _PROVIDER_CODES:
            raise error
        _log.warning("%s cannot be used: %s", name, error.message)
        self.missing[name] = error.message


def _current_detectors(entries: Sequence[Entry]) -> dict[str, Entry]:
    """The current version of each: a later entry of the same name replaces an earlier one."""
    return {entry.name: entry for entry in entries if entry.task == "detector"}
