"""The reading as a sentence: one page through all stages, pages put together as a document."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from vision.core.arrays import Image
from vision.core.document import (
    Barcode,
    Document,
    DocumentInfo,
    ModelUse,
    Page,
    PageFailure,
    PageReading,
    PageWarning,
    Receipt,
)
from vision.core.geometry import invert, transform_box
from vision.core.options import ANY_LANGUAGE, ReadOptions
from vision.core.protocols import LineFinder, Orienter, PageAnalysis, Recogniser, Stages
from vision.core.stages import Hidden, LineCrop, LineReading, PageImage, PreparedPage
from vision.export.streamed import StreamedResult
from vision.imaging.coloured_ink import part_overprint
from vision.imaging.connected_components import find_letters
from vision.imaging.salt import without_noise
from vision.imaging.sharpening import sharpened
from vision.imaging.squared_paper import without_squares
from vision.layout.assemble import assemble
from vision.layout.regions import Finding, tables_among
from vision.object_detection.barcodes import LABELS, read_barcodes
from vision.object_detection.code_regions import with_codes
from vision.object_detection.detect import detect
from vision.preprocessing.photograph_frame import codes_on_page, in_photograph
from vision.preprocessing.prepare import prepare
from vision.receipt import PageRecord, distinct, parameters
from vision.recognition.calibration import calibrated
from vision.recognition.cascade import NOISE, LineTexts, recognise_lines
from vision.recognition.language_check import check_language
from vision.recognition.language_choice import read_in_own_language
from vision.recognition.language_id import first_guess
from vision.recognition.low_confidence import set_doubtful_aside, with_doubtful
from vision.selection import ChosenStages, choose_stages, document_analyses
from vision.text_detection.bleed_through import Cleaned as CleanedPage
from vision.text_detection.bleed_through import without_bleed_through
from vision.text_detection.cell_lines import lines_by_cell
from vision.text_detection.crops import cut_lines
from vision.text_detection.drop_capitals import with_drop_capitals
from vision.text_detection.enclosed_characters import with_enclosed
from vision.text_detection.lone_dashes import with_lone_dashes
from vision.text_detection.ruled_grid import find_grids
from vision.text_layer.policy import LayerUse, use_layer

SERVICE = "pagesight"


def read_page(
    page: PageImage,
    stages: Stages,
    options: ReadOptions,
    orienter: Orienter | None,
    check: Callable[[], None] = lambda: None,
) -> PageReading:
    """One decoded page, read as the options say.

    `orienter` detects which way up the page is; None leaves pages as they came. `check` is called
    before each stage and may raise to stop the reading. Raises BadInput for names that `stages`
    lacks, EngineFailure where an engine fails.
    """
    chosen = choose_stages(stages, options)
    record = PageRecord(page, check)
    languages = first_guess(options.languages, page.text_layer, chosen.recogniser)
    with record.stage("text_layer"):
        layer = record.used(use_layer(page, options.ocr, languages, chosen.recogniser))
    with record.stage("prepare"):
        turner, rectifier = layer.orienter(orienter), layer.rectifier(chosen.rectifier)
        prepared = layer.noted(record.used(prepare(page, options, turner, rectifier)))
    with record.stage("detect"):
        least = options.min_region_confidence
        regions = record.used(detect(prepared.upright, chosen.detectors, least))
    with record.stage("barcodes"):
        barcodes = _barcodes(prepared, regions.found) if options.barcodes == "auto" else ()
        codes = codes_on_page(barcodes, prepared.photograph)
        findings = with_codes([*regions.found, *regions.weak], codes)
    with record.stage("lines"):
        if layer.search:
            prepared = record.used(_cleaned(prepared, chosen.recogniser, languages)).page
        prepared = _with_grids(prepared, regions.found)
        lines = record.used(_find(chosen.finder, prepared, languages, layer))
        crops = _with_characters(lines.crops, options)
    with record.stage("recognise"):
        any_language = options.languages == ANY_LANGUAGE and not layer.lines
        read, languages = record.used(
            _recognise(crops, languages, chosen, options, check, any_language=any_language)
        ).chosen
        known = (chosen.recogniser, stages.script_detector)
        doubts = record.used(check_language(read.crops, read.readings, languages, *known))
        warnings = (*prepared.warnings, *lines.warnings, *doubts.warnings)
        prepared = replace(prepared, warnings=warnings)
    with record.stage("assemble"):
        stated = layer.readings(prepared, languages)
        result = _assemble(prepared, stated, read, findings, languages, options)
        result = replace(in_photograph(result, prepared.photograph), barcodes=barcodes)
    result = _analyse(result, _seen(prepared), chosen.analyses, record)
    receipt = record.receipt(prepared.preparation, lines.finder, read.lines_read())
    return PageReading(result, receipt)


def _seen(page: PreparedPage) -> Image:
    """The picture in whose pixels results are given."""
    return page.photograph.upright if page.photograph else page.upright


def _barcodes(page: PreparedPage, found: Sequence[Finding]) -> tuple[Barcode, ...]:
    """All codes; a detector's finds are searched harder where they have the picture's pixels."""
    areas = [each.box for _, each in found if each.label.lower() in LABELS]
    return read_barcodes(_seen(page), () if page.photograph else areas)


def _cleaned(page: PreparedPage, recogniser: Recogniser, languages: Sequence[str]) -> CleanedPage:
    """The page without squares, specks, screens and print of the other side; sharp if blurred."""
    plain = sharpened(without_noise(without_squares(page)))
    return without_bleed_through(plain, recogniser, languages)


class _Recognised(NamedTuple):
    chosen: tuple[LineTexts, tuple[str, ...]]
    models: tuple[ModelUse, ...]


def _recognise(
    crops: Sequence[LineCrop],
    languages: tuple[str, ...],
    chosen: ChosenStages,
    options: ReadOptions,
    check: Callable[[], None],
    *,
    any_language: bool,
) -> _Recognised:
    """The lines read in `languages`, or in whatever language of the page is installed."""
    least = 0.0 if options.lines == "learned" else NOISE  # it finds text, not specks

    def read(wanted: Sequence[LineCrop]) -> LineTexts:
        first, second = chosen.recogniser, chosen.second
        below, marks = options.second_below, chosen.marks
        return recognise_lines(wanted, first, second, below, check, marks, least)

    if not any_language:
        texts = read(crops)
        return _Recognised((texts, languages), texts.models)
    own = read_in_own_language(crops, languages, chosen.recogniser, read)
    return _Recognised((own.texts, own.languages), own.models)


def stream_document(
    info: DocumentInfo,
    readings: Iterable[PageReading],
    failures: Iterable[PageFailure],
    options: ReadOptions,
    version: str,
) -> StreamedResult | None:
    """The text of `assemble_document`, in pieces; None where an analysis needs the whole document.

    The readings must come in the order of their pages.
    """
    if document_analyses(options):
        return None
    receipt = Receipt(SERVICE, version, parameters(options), models=(), pages=())
    return StreamedResult(info, readings, failures, receipt)


def assemble_document(
    info: DocumentInfo,
    readings: Iterable[PageReading],
    failures: Iterable[PageFailure],
    options: ReadOptions,
    version: str,
) -> Document:
    """Pages and failures by number, and one receipt for all; `version` is that of the service."""
    ordered = sorted(readings, key=lambda reading: reading.page.number)
    document = Document(
        document=info,
        pages=tuple(reading.page for reading in ordered),
        receipt=Receipt(
            service=SERVICE,
            version=version,
            parameters=parameters(options),
            models=distinct(use for reading in ordered for use in reading.receipt.models),
            pages=tuple(reading.receipt for reading in ordered),
        ),
        failures=tuple(sorted(failures, key=lambda failure: failure.number)),
    )
    analyses = {each.name: each.analyse(document) for each in document_analyses(options)}
    return replace(document, analyses=analyses) if analyses else document


def _assemble(
    page: PreparedPage,
    stated: tuple[list[LineCrop], list[LineReading]],
    read: LineTexts,
    findings: Sequence[Finding],
    languages: Sequence[str],
    options: ReadOptions,
) -> Page:
    """Stated and recognised lines as a page, with its doubtful words."""
    confident, doubtful = set_doubtful_aside(
        read.crops, calibrated(read.readings), options.min_confidence
    )
    crops, texts = [*stated[0], *read.crops], [*stated[1], *confident]
    least = options.min_region_confidence
    result = assemble(page, crops, texts, findings, (), languages, options.figure_text, least)
    return with_doubtful(result, doubtful)


def _analyse(
    page: Page, image: Image, analyses: Iterable[PageAnalysis], record: PageRecord
) -> Page:
    for analysis in analyses:
        with record.stage("analyse"):
            report = record.used(analysis.analyse(page, image))
        page = replace(page, analyses={**page.analyses, analysis.name: report.value})
    return page


class _Lines(NamedTuple):
    crops: list[LineCrop]
    finder: str = ""
    models: tuple[ModelUse, ...] = ()
    warnings: tuple[PageWarning, ...] = ()


def _find(
    finder: LineFinder, page: PreparedPage, languages: Sequence[str], layer: LayerUse
) -> _Lines:
    """Crops of the lines that the text layer lacks; stamps over print are lines of their own.

    Nothing is searched where the layer holds all lines.
    """
    if not layer.search:
        return _Lines(cut_lines(page, layer.missing((), page), languages))
    crops: list[LineCrop] = []
    models: list[ModelUse] = []
    warnings: list[PageWarning] = []
    for part, hidden in _parts(page):
        text = part.text or find_letters(part.working)
        found = finder.find(part.working, languages, text)
        lines = with_drop_capitals(lines_by_cell(found.lines, page.grids, text), text)
        lines = with_enclosed(with_lone_dashes(lines, text), text)
        cut = cut_lines(part, layer.missing(lines, part), languages)
        crops += [replace(crop, hidden=hidden) for crop in cut] if hidden else cut
        models += found.models
        warnings += found.warnings
    return _Lines(crops, found.finder, distinct(models), tuple(warnings))


def _with_grids(page: PreparedPage, found: Sequence[Finding]) -> PreparedPage:
    """The page with the grids that its ruling lines draw."""
    to_working = invert(page.to_page)
    tables = [transform_box(to_working, each.box) for each in tables_among(found)]
    return replace(page, grids=find_grids(page.text or find_letters(page.working), tables))


def _parts(page: PreparedPage) -> list[tuple[PreparedPage, Hidden | None]]:
    """The page, or the coloured ink over it and its print, with what of that the ink hides."""
    parted = part_overprint(page.working)
    if parted is None:
        return [(page, None)]
    ink, print_ = (replace(page, working=part, text=None) for part in (parted.ink, parted.print))
    hidden = None if parted.hidden is None else Hidden(parted.hidden, invert(page.to_page))
    return [(ink, None), (print_, hidden)]


def _with_characters(crops: list[LineCrop], options: ReadOptions) -> list[LineCrop]:
    if options.characters == "off":
        return crops
    return [replace(crop, characters=True) for crop in crops]
