"""OCRmyPDF with this engine: `ocrmypdf --plugin integrations.ocrmypdf_plugin in.pdf out.pdf`.

Pages are read in OCRmyPDF's own processes or threads; no service runs. The settings are those of
`pagesight read`. The API is that of OCRmyPDF 17 (`ocrmypdf.pluginspec`).
"""

import os
import threading
from collections.abc import Mapping
from importlib.metadata import version
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any, Final

from ocrmypdf import OcrEngine, OcrOptions, OrientationConfidence, hookimpl
from ocrmypdf.exceptions import InputFileError, MissingDependencyError
from ocrmypdf.hocrtransform import OcrElement
from PIL import Image
from pydantic import BaseModel

from cli.read.local_reader import LocalReader
from cli.settings import load_settings
from integrations.ocr_elements import page_element
from vision.core.document import Document, PageFailure, PageReading
from vision.core.errors import BadInput, EngineFailure
from vision.core.options import ReadOptions, declarations, with_profile
from vision.engines.tessdata import find_tessdata, installed_languages
from vision.export.hocr import export as export_hocr
from vision.imaging.connected_components import find_letters
from vision.preprocessing.deskew import measure_skew

_DPI = 300.0  # of an image that states none
# OCRmyPDF turns pages from 14 of its arbitrary units; this engine is confident from 0.7.
_UNITS_OF_CONFIDENCE: Final = 20.0
_CLEARLY_SHARPER: Final = 1.2  # a profile that gains less says nothing of the tilt
_readers: dict[int, LocalReader] = {}
_opening = threading.Lock()


class PagesightOptions(BaseModel):
    """The plug-in's own options, below `options.pagesight`."""

    profile: str = "balanced"


@hookimpl
def register_options() -> Mapping[str, type[BaseModel]]:
    """The model of the plug-in's options."""
    return {"pagesight": PagesightOptions}


@hookimpl
def add_options(parser: Any) -> None:
    """`--pagesight-profile`."""
    group = parser.add_argument_group("Pagesight", "Options of the OCR engine Pagesight")
    group.add_argument(
        "--pagesight-profile",
        dest="pagesight_profile",
        choices=declarations()["profile"].choices,
        default="balanced",
        help="How to balance accuracy and speed.",
    )


@hookimpl
def get_ocr_engine(options: OcrOptions | None) -> OcrEngine | None:
    """This engine, unless another one is asked for by name."""
    chosen = "auto" if options is None else options.ocr_engine
    return PagesightEngine() if chosen == "auto" else None


class PagesightEngine(OcrEngine):
    """Reads page images with the engine of `pagesight read`.

    InputFileError for a page that cannot be read, MissingDependencyError for a part of the engine
    that is missing.
    """

    @staticmethod
    def version() -> str:
        """The version of Pagesight."""
        return version("pagesight")

    @staticmethod
    def creator_tag(options: OcrOptions) -> str:  # noqa: ARG004 - the same for all
        """What the PDF states as its creator."""
        return f"Pagesight {PagesightEngine.version()}"

    def __str__(self) -> str:
        return f"Pagesight {self.version()}"

    @staticmethod
    def languages(options: OcrOptions) -> set[str]:  # noqa: ARG004 - the same for all
        """Tesseract's languages that are installed."""
        folder = load_settings().tessdata_dir
        return set(installed_languages(find_tessdata(str(folder) if folder else None)))

    @staticmethod
    def get_orientation(input_file: Path, options: OcrOptions) -> OrientationConfidence:
        """The counter-clockwise turn that makes the page upright, as OCRmyPDF applies it."""
        reader = _reader()
        orienter = reader.engine.orienter
        assert orienter is not None
        pending = reader.open(input_file, _read_options(options))
        found = orienter.turn_needed(find_letters(reader.decode(pending, 1).pixels))
        confidence = 0.0 if found.detail else found.confidence * _UNITS_OF_CONFIDENCE
        return OrientationConfidence(-found.turn % 360, confidence)

    @staticmethod
    def get_deskew(input_file: Path, options: OcrOptions) -> float:
        """The counter-clockwise turn in degrees that levels the text."""
        reader = _reader()
        pending = reader.open(input_file, _read_options(options))
        letters = find_letters(reader.decode(pending, 1).pixels)
        skew, sharper = measure_skew(letters.boxes)
        return -skew if sharper >= _CLEARLY_SHARPER else 0.0

    @staticmethod
    def supports_generate_ocr() -> bool:
        """Elements are passed as objects; hOCR is for older paths."""
        return True

    @staticmethod
    def generate_ocr(
        input_file: Path, options: OcrOptions, page_number: int = 0
    ) -> tuple[OcrElement, str]:
        """The elements of a page image, and its text."""
        page = _read(input_file, options).pages[0]
        with Image.open(input_file) as image:
            width, height = image.size
            dpi = float(image.info.get("dpi", (_DPI,))[0])
        return page_element(page, width, height, dpi, page_number), page.text

    @staticmethod
    def generate_hocr(
        input_file: Path, output_hocr: Path, output_text: Path, options: OcrOptions
    ) -> None:
        """The page as hOCR and as text, in files."""
        document = _read(input_file, options)
        output_hocr.write_bytes(next(export_hocr(document)).content)
        output_text.write_text(document.pages[0].text, encoding="utf-8")

    @staticmethod
    def generate_pdf(
        input_file: Path, output_pdf: Path, output_text: Path, options: OcrOptions
    ) -> None:
        """Not available: OCRmyPDF makes the text layer itself."""
        raise NotImplementedError("Use OCRmyPDF's own renderer: leave --pdf-renderer at auto.")


def _read(input_file: Path, options: OcrOptions) -> Document:
    """The page image as a document of one page."""
    try:
        reader = _reader()
        pending = reader.open(input_file, _read_options(options))
        outcome = next(iter(reader.read(pending)))
    except BadInput as error:
        raise InputFileError(error.message) from error
    except EngineFailure as error:
        raise MissingDependencyError(error.message) from error
    if isinstance(outcome, PageFailure):
        raise InputFileError(outcome.message)
    assert isinstance(outcome, PageReading)
    return reader.assemble(pending, [outcome], [])


def _read_options(options: OcrOptions) -> ReadOptions:
    """OCRmyPDF has turned and straightened the page where it was asked to; places must stay."""
    profile = getattr(getattr(options, "pagesight", None), "profile", "balanced")
    chosen = {
        "profile": profile,
        "languages": tuple(options.languages),
        "orientation": "off",
        "rectifier": "off",
    }
    return ReadOptions(**with_profile(chosen))


def _reader() -> LocalReader:
    """The engine of this process: neither threads nor sessions survive a fork."""
    with _opening:
        if os.getpid() not in _readers:
            reader = LocalReader(load_settings())
            # Runs at the end of worker processes too, where `atexit` does not.
            Finalize(None, reader.close, exitpriority=0)
            _readers[os.getpid()] = reader
        return _readers[os.getpid()]
