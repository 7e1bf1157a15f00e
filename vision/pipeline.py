"""The reading as a sentence: one page through all stages, pages put together as a document."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TypeVar

from vision.core.document import (
    Document,
    DocumentInfo,
    ModelUse,
    PageFailure,
    PageReading,
    PageReceipt,
    Receipt,
)
from vision.core.errors import BadInput
from vision.core.options import ANY_LANGUAGE, ReadOptions
from vision.core.stages import (
    Detector,
    FoundLine,
    Image,
    LineFinder,
    PageImage,
    PreparedPage,
    Recogniser,
    Stages,
)
from vision.core.stopwatch import Stopwatch
from vision.layout.assemble import assemble
from vision.layout.regions import Finding
from vision.object_detection.barcodes import read_barcodes
from vision.preprocessing.prepare import Orienter, prepare
from vision.recognition.calibration import calibrated
from vision.recognition.cascade import lines_read, read_lines
from vision.recognition.language_id import detect_languages, first_guess
from vision.recognition.line_orientation import turn_steep_lines
from vision.recognition.low_confidence import set_doubtful_aside
from vision.text_detection.auto import AutoLineFinder
from vision.text_detection.crops import cut_lines
from vision.text_layer.policy import use_layer

SERVICE = "pagesight"

_Engine = TypeVar("_Engine")


@dataclass(frozen=True, slots=True)
class ChosenStages:
    """The engines that one job's options name."""

    finder: LineFinder
    recogniser: Recogniser
    detectors: tuple[Detector, ...]
    second: Recogniser | None = None

    def models(self, finder: LineFinder | None, languages: Sequence[str]) -> tuple[ModelUse, ...]:
        """Every model that takes part for these languages where `finder` found, each once."""
        used = [use for detector in self.detectors for use in detector.models()]
        found = finder.models() if finder else ()
        second = self.second.models(languages) if self.second else ()
        return _distinct([*used, *found, *self.recogniser.models(languages), *second])


def choose_stages(stages: Stages, options: ReadOptions) -> ChosenStages:
    """The engines that the options name.

    Raises BadInput `unknown_line_finder`, `unknown_recogniser`, `unknown_detector` or
    `unknown_language`; its message lists what there is.
    """
    chosen = ChosenStages(
        _choose(stages.finders, options.lines, "line_finder"),
        _choose(stages.recognisers, options.recogniser, "recogniser"),
        tuple(_choose(stages.detectors, name, "detector") for name in options.detectors),
        _second(stages, options),
    )
    installed = dict.fromkeys(chosen.recogniser.languages())
    for language in options.languages if options.languages != ANY_LANGUAGE else ():
        _choose(installed, language, "language")
    return chosen


def read_page(
    page: PageImage, stages: Stages, options: ReadOptions, orienter: Orienter | None
) -> PageReading:
    """One decoded page, read as the options say.

    `orienter` tells which way up the page is; None leaves pages as they came. Raises BadInput for
    names that `stages` does not know, EngineFailure where an engine fails.
    """
    chosen = choose_stages(stages, options)
    watch = Stopwatch(decode=page.decode_ms)
    languages = first_guess(options.languages, page.text_layer, chosen.recogniser)
    with watch.stage("text_layer"):
        layer = use_layer(page, replace(options, languages=languages), chosen.recogniser)
    with watch.stage("prepare"):
        prepared = layer.noted(prepare(page, options, layer.orienter(orienter)))
    with watch.stage("detect"):
        findings = _detect(prepared.upright, chosen.detectors, options.min_region_confidence)
    with watch.stage("barcodes"):
        barcodes = read_barcodes(prepared.upright) if options.barcodes == "auto" else ()
    with watch.stage("lines"):
        finder = chosen.finder if layer.search else None
        finder, found = _find(finder, prepared, languages)
        crops = cut_lines(prepared, layer.missing(found, prepared), languages)
        if options.characters == "boxes":
            crops = [replace(crop, characters=True) for crop in crops]
    with watch.stage("recognise"):
        if options.languages == ANY_LANGUAGE and not layer.lines:
            languages = detect_languages(crops, chosen.recogniser)
            crops = [replace(crop, languages=languages) for crop in crops]
        crops = turn_steep_lines(crops, chosen.recogniser)
        readings = read_lines(crops, chosen.recogniser, chosen.second, options.second_below)
        engines = lines_read(readings)
    with watch.stage("assemble"):
        sure, doubtful = set_doubtful_aside(crops, calibrated(readings), options.min_confidence)
        stated, texts = layer.readings(prepared, languages)
        crops, readings = [*stated, *crops], [*texts, *sure]
        read = assemble(
            prepared, crops, readings, findings, barcodes, languages, options.figure_text
        )
        read = replace(read, doubtful=doubtful)
    turning = orienter.models() if orienter and options.orientation == "auto" else ()
    receipt = PageReceipt(
        page.number,
        _distinct([*turning, *chosen.models(finder, languages)]),
        watch.milliseconds(),
        prepared.preparation,
        finder=finder.name if finder else "",
        lines_read=engines,
    )
    return PageReading(read, receipt)


def assemble_document(
    info: DocumentInfo,
    readings: Iterable[PageReading],
    failures: Iterable[PageFailure],
    options: ReadOptions,
    version: str,
) -> Document:
    """Pages and failures by number, and one receipt for all; `version` is that of the service."""
    ordered = sorted(readings, key=lambda reading: reading.page.number)
    return Document(
        document=info,
        pages=tuple(reading.page for reading in ordered),
        receipt=Receipt(
            service=SERVICE,
            version=version,
            parameters=_parameters(options),
            models=_distinct(use for reading in ordered for use in reading.receipt.models),
            pages=tuple(reading.receipt for reading in ordered),
        ),
        failures=tuple(sorted(failures, key=lambda failure: failure.number)),
    )


def _detect(image: Image, detectors: Iterable[Detector], min_confidence: float) -> list[Finding]:
    return [
        (detector.name, found)
        for detector in detectors
        for found in detector.detect([image], min_confidence)[0]
    ]


def _find(
    finder: LineFinder | None, page: PreparedPage, languages: Sequence[str]
) -> tuple[LineFinder | None, list[FoundLine]]:
    """The lines, and the finder that really found them."""
    if finder is None:
        return None, []
    if isinstance(finder, AutoLineFinder):
        return finder.search(page.working, languages, page.text)
    return finder, finder.find(page.working, languages)


def _second(stages: Stages, options: ReadOptions) -> Recogniser | None:
    """Who reads doubtful lines again; nobody where that is who read them first."""
    if options.second_reader in {"off", options.recogniser}:
        return None
    return _choose(stages.recognisers, options.second_reader, "recogniser")


def _choose(known: Mapping[str, _Engine], name: str, what: str) -> _Engine:
    if name not in known:
        names = ", ".join(sorted(known)) or "none"
        said = what.replace("_", " ")
        raise BadInput(f"unknown_{what}", f"no {said} {name!r} here; there is: {names}")
    return known[name]


def _parameters(options: ReadOptions) -> dict[str, object]:
    """The options as JSON would give them back: arrays are lists."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(options).items()
    }


def _distinct(uses: Iterable[ModelUse]) -> tuple[ModelUse, ...]:
    return tuple(dict.fromkeys(uses))
