"""The stages that one job's options name, out of those that are open here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from vision.core.options import ANY_LANGUAGE, OFF, ReadOptions
from vision.core.protocols import (
    Detector,
    DocumentAnalysis,
    LineFinder,
    MarkReader,
    PageAnalysis,
    Recogniser,
    Rectifier,
    Stages,
)
from vision.core.registry import names, plugin, unknown

_Stage = TypeVar("_Stage")


@dataclass(frozen=True, slots=True)
class ChosenStages:
    """The stages of one job."""

    finder: LineFinder
    recogniser: Recogniser
    detectors: tuple[Detector, ...]
    second: Recogniser | None = None
    analyses: tuple[PageAnalysis, ...] = ()
    rectifier: Rectifier | None = None
    marks: MarkReader | None = None


def choose_stages(stages: Stages, options: ReadOptions) -> ChosenStages:
    """The stages that the options name.

    Raises BadInput `unknown_rectifier`, `unknown_line_finder`, `unknown_recogniser`,
    `unknown_second_reader`, `unknown_detector`, `unknown_analysis` or `unknown_language`; its
    message lists those available.
    """
    recogniser = _choose(stages.recognisers, options.recogniser, "recogniser")
    known_languages = dict.fromkeys(recogniser.languages())
    for language in options.languages if options.languages != ANY_LANGUAGE else ():
        _choose(known_languages, language, "language")
    return ChosenStages(
        _choose(stages.finders, options.lines, "line_finder"),
        recogniser,
        tuple(_choose(stages.detectors, name, "detector") for name in options.detectors),
        _second_reader(stages, options),
        tuple(_page_analyses(stages, options)),
        _rectifier(stages, options),
        stages.marks if options.marks == "auto" else None,
    )


def document_analyses(options: ReadOptions) -> list[DocumentAnalysis]:
    """The analyses of whole documents that the options name, opened; `fields` where any are."""
    known = names("document_analysis")
    wanted = [name for name in options.analyses if name in known]
    if options.fields is not None and "fields" not in wanted:
        wanted.append("fields")
    return [plugin("document_analysis", name).load()() for name in wanted]


def _page_analyses(stages: Stages, options: ReadOptions) -> Iterator[PageAnalysis]:
    of_documents = names("document_analysis")
    for name in options.analyses:
        if name in stages.analyses or name not in of_documents:
            yield _choose(stages.analyses, name, "analysis")


def _second_reader(stages: Stages, options: ReadOptions) -> Recogniser | None:
    """Reads low-confidence lines again; none where it is the recogniser that read them first."""
    if options.second_reader in {OFF, options.recogniser}:
        return None
    return _choose(stages.second_readers, options.second_reader, "second_reader")


def _rectifier(stages: Stages, options: ReadOptions) -> Rectifier | None:
    """None where it is off, or where there are none at all: photographs stay as they are."""
    if options.rectifier == OFF or not stages.rectifiers:
        return None
    return _choose(stages.rectifiers, options.rectifier, "rectifier")


def _choose(known: Mapping[str, _Stage], name: str, kind: str) -> _Stage:
    if name not in known:
        raise unknown(kind, name, known)
    return known[name]
