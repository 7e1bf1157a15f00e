import json
from dataclasses import fields, replace

import cv2
import jsonschema
import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from tests.support.parts import require
from vision.core.document import Box, DocumentInfo, ModelUse, PageFailure, PageWarning
from vision.core.errors import BadInput
from vision.core.options import ReadOptions
from vision.core.protocols import Stages
from vision.core.stages import (
    NEVER,
    Detection,
    Detections,
    FoundLine,
    FoundLines,
    LineReading,
    Orientation,
    PageImage,
)
from vision.engines.tessdata import find_tessdata
from vision.engines.tesseract_library import Tesseract
from vision.export.json import dumps, load_schema
from vision.pipeline import assemble_document, read_page
from vision.preprocessing.page_outline import OutlineRectifier
from vision.recognition.tesseract import native_recogniser
from vision.selection import choose_stages
from vision.text_detection.tesseract_layout import TesseractLineFinder

OPTIONS = ReadOptions(
    detectors=("doc",),
    orientation="off",
    lines="learned",
    recogniser="tesseract",
    second_reader="off",
)


def use(name, provider="CPUExecutionProvider"):
    return ModelUse(name, "1", "ab" * 32, provider)


class BoxFinder:
    """Finds one line at the same place of every page."""

    name = "learned"

    def find(self, image, languages, letters=None):
        line = FoundLine(((50, 50), (250, 50), (250, 80), (50, 80)))
        return FoundLines((line,), self.name, self.models())

    def models(self):
        return (use("finder"),)


class SureRecogniser:
    """Reads the same words in every crop."""

    name = "tesseract"

    def recognise(self, crops, reread=NEVER):
        return [
            LineReading("sure words", 1.0, engine=self.name, models=self.models(crop.languages))
            for crop in crops
        ]

    def models(self, languages):
        return tuple(use(f"tesseract-{language}", "tesseract") for language in languages)

    def languages(self):
        return ("deu", "eng")


class CornerDetector:
    """Finds a text region over the top left of every page."""

    def __init__(self, name):
        self.name = name

    def detect(self, images, min_confidence):
        found = (Detection("text", 0.8, Box(0, 0, 300, 100)),)
        return [Detections(found, self.models()) for _ in images]

    def models(self):
        return (use(self.name),)


class HalfTurner:
    """Is sure that every page is upside down."""

    def turn_needed(self, image):
        return Orientation(180, 1.0, (use("orienter"),))


STAGES = Stages(
    {"learned": BoxFinder()},
    {"tesseract": SureRecogniser()},
    {name: CornerDetector(name) for name in ("doc", "coco")},
)


def page(number=1):
    return PageImage(number, np.full((400, 600, 3), 255, np.uint8), 300.0)


def test_a_page_goes_through_all_stages():
    read = read_page(page(), STAGES, OPTIONS, None).page
    assert read.text == "sure words"
    assert (read.number, read.width, read.height, read.languages) == (1, 600, 400, ("eng",))
    assert [(block.kind, block.region) for block in read.blocks] == [("text", "r1")]
    assert [(region.model, region.label) for region in read.regions] == [("doc", "text")]


class SlowFinder(BoxFinder):
    """Takes 250 ms by a clock that otherwise stands still."""

    now = 0.0

    def perf_counter(self):
        return self.now

    def find(self, image, languages, letters=None):
        self.now += 0.25
        return super().find(image, languages)


def test_the_receipt_names_the_models_used_and_times_every_stage(monkeypatch):
    finder = SlowFinder()
    monkeypatch.setattr("vision.core.stopwatch.time", finder)
    slow = replace(STAGES, finders={"learned": finder})
    receipt = read_page(replace(page(7), decode_ms=12.0), slow, OPTIONS, None).receipt
    assert receipt.number == 7
    assert [model.name for model in receipt.models] == ["doc", "finder", "tesseract-eng"]
    stages = [
        "decode",
        "text_layer",
        "prepare",
        "detect",
        "barcodes",
        "lines",
        "recognise",
        "assemble",
    ]
    assert list(receipt.stage_ms) == stages
    assert {name: spent for name, spent in receipt.stage_ms.items() if spent} == {
        "decode": 12.0,
        "lines": 250.0,
    }


@pytest.mark.parametrize(
    ("orientation", "rotation", "first"), [("auto", 180, "orienter"), ("off", 0, "doc")]
)
def test_a_page_is_turned_and_the_receipt_says_by_whom_unless_switched_off(
    orientation, rotation, first
):
    options = replace(OPTIONS, orientation=orientation)
    reading = read_page(page(), STAGES, options, HalfTurner())
    assert reading.page.rotation == rotation
    assert reading.receipt.models[0].name == first


def test_only_the_detectors_asked_for_run():
    none = read_page(page(), STAGES, replace(OPTIONS, detectors=()), None)
    assert none.page.regions == ()
    assert "doc" not in {model.name for model in none.receipt.models}
    both = read_page(page(), STAGES, replace(OPTIONS, detectors=("coco", "doc")), None)
    assert [model.name for model in both.receipt.models][:2] == ["coco", "doc"]


def test_barcodes_are_read_unless_switched_off():
    code = cv2.QRCodeEncoder.create().encode("https://example.org")
    sheet = page()
    sheet.pixels[150:350, 300:500] = cv2.resize(code, (200, 200), interpolation=0)[..., None]
    read = read_page(sheet, STAGES, OPTIONS, None).page
    assert [barcode.text for barcode in read.barcodes] == ["https://example.org"]
    assert read_page(sheet, STAGES, replace(OPTIONS, barcodes="off"), None).page.barcodes == ()


@pytest.mark.parametrize(
    ("change", "code", "known"),
    [
        ({"rectifier": "wishful"}, "unknown_rectifier", "outline"),
        ({"lines": "wishful"}, "unknown_line_finder", "learned"),
        ({"recogniser": "oracle"}, "unknown_recogniser", "tesseract"),
        ({"detectors": ("doc", "x")}, "unknown_detector", "coco, doc"),
        ({"languages": ("eng", "tlh")}, "unknown_language", "deu, eng"),
    ],
)
def test_an_unknown_name_is_bad_input_that_lists_the_known_ones(change, code, known):
    stages = replace(STAGES, rectifiers={"outline": OutlineRectifier()})
    with pytest.raises(BadInput, match=known) as caught:
        choose_stages(stages, replace(OPTIONS, **change))
    assert caught.value.code == code


def info(pages):
    return DocumentInfo("application/pdf", "cd" * 32, pages)


def test_a_document_holds_its_pages_by_number_and_one_receipt_for_all():
    german = replace(OPTIONS, languages=("deu",))
    readings = [read_page(page(3), STAGES, OPTIONS, None), read_page(page(1), STAGES, german, None)]
    failure = PageFailure(2, "damaged", "the page is damaged", "caller")
    document = assemble_document(info(3), readings, [failure], OPTIONS, "1.2.3")
    assert [read.number for read in document.pages] == [1, 3]
    assert [receipt.number for receipt in document.receipt.pages] == [1, 3]
    assert [failed.number for failed in document.failures] == [2]
    assert (document.receipt.service, document.receipt.version) == ("pagesight", "1.2.3")
    names = [model.name for model in document.receipt.models]
    assert names == ["doc", "finder", "tesseract-deu", "tesseract-eng"]


def test_the_receipt_holds_every_option_defaults_included():
    document = assemble_document(info(0), [], [], ReadOptions(pages="1-3"), "1")
    parameters = document.receipt.parameters
    assert parameters["pages"] == "1-3"
    assert parameters["languages"] == ["eng"]
    assert list(parameters) == [field.name for field in fields(ReadOptions)]


def letter():
    """Two columns of text under a title, as a person would print them."""
    sheet = Pillow.new("RGB", (1300, 700), "white")
    draw = ImageDraw.Draw(sheet)
    large, small = (ImageFont.truetype("DejaVuSans.ttf", size) for size in (56, 28))
    draw.text((350, 40), "The weather report", "black", large)
    for column, texts in enumerate([LEFT, RIGHT]):
        for row, text in enumerate(texts):
            draw.text((80 + 620 * column, 180 + 50 * row), text, "black", small)
    return PageImage(1, np.asarray(sheet), 150.0)


LEFT = (
    "Rain falls over the hills in the",
    "north until the early evening.",
    "Rivers there will rise slowly.",
)
RIGHT = (
    "Sunshine fills the valleys of the",
    "south for the rest of the week.",
    "Farmers expect a good harvest.",
)


def test_a_printed_page_is_read_by_real_tesseract_in_order_and_fits_the_schema():
    recogniser = native_recogniser(None)
    require("eng" in recogniser.languages(), "Tesseract's model eng")
    finder = TesseractLineFinder(Tesseract(find_tessdata(None)))
    stages = Stages({"tesseract": finder}, {"tesseract": recogniser}, {})
    options = replace(OPTIONS, lines="tesseract", detectors=())
    reading = read_page(letter(), stages, options, None)
    assert reading.page.text == "\n\n".join(
        ["The weather report", "\n".join(LEFT), "\n".join(RIGHT)]
    )
    document = assemble_document(info(1), [reading], [], options, "1")
    jsonschema.Draft202012Validator(load_schema()).validate(json.loads(dumps(document)))


class DoubtfulRecogniser(SureRecogniser):
    """Reads every line, less surely with each one."""

    name = "lstm"

    def recognise(self, crops, reread=NEVER):
        return [
            LineReading(f"first {at}", 1.0 - at / 10, engine=self.name) for at in range(len(crops))
        ]


class TwoLineFinder(BoxFinder):
    """Finds two lines, one below the other."""

    def find(self, image, languages, letters=None):
        (high,) = super().find(image, languages).lines
        low = FoundLine(tuple((x, y + 100) for x, y in high.quad))
        return FoundLines((high, low), self.name, self.models())


@pytest.mark.parametrize(
    ("below", "text", "lines"),
    [
        (0.9, "first 0\nfirst 1", {"lstm": 2}),
        (0.91, "first 0\nsure words", {"lstm": 1, "tesseract": 1}),
    ],
)
def test_low_confidence_lines_are_read_again_and_the_receipt_says_how_many(below, text, lines):
    stages = Stages(
        {"learned": TwoLineFinder()},
        {"lstm": DoubtfulRecogniser()},
        {},
        {"ppocr": SureRecogniser()},
    )
    options = replace(
        OPTIONS, detectors=(), recogniser="lstm", second_reader="ppocr", second_below=below
    )
    reading = read_page(page(), stages, options, None)
    assert reading.page.text.replace("\n\n", "\n") == text
    assert reading.receipt.lines_read == lines
    assert reading.receipt.finder == "learned"


def test_the_first_reader_does_not_read_its_own_doubtful_lines_again():
    stages = Stages({"learned": BoxFinder()}, {"ppocr": SureRecogniser()}, {})
    options = replace(OPTIONS, detectors=(), recogniser="ppocr", second_reader="ppocr")
    assert choose_stages(stages, options).second is None


class WarningFinder(BoxFinder):
    """Finds a line, and warns of others that it left out."""

    def find(self, image, languages, letters=None):
        found = super().find(image, languages)
        return found._replace(warnings=(PageWarning("too_many_lines", "900 were left out"),))


def test_a_finders_warnings_are_the_pages():
    stages = Stages({"learned": WarningFinder()}, {"tesseract": SureRecogniser()}, {}, {})
    reading = read_page(page(), stages, replace(OPTIONS, detectors=()), None)
    assert [warning.code for warning in reading.page.warnings] == ["too_many_lines"]


def test_a_screen_of_dots_is_removed_and_the_receipt_says_so():
    dotted = page().pixels.copy()
    for x, y in ((0, 0), (0, 1), (1, 0), (1, 1)):
        dotted[y::6, x::6] = 40
    stages = Stages({"learned": BoxFinder()}, {"tesseract": SureRecogniser()}, {}, {})
    options = replace(OPTIONS, detectors=())
    reading = read_page(replace(page(), pixels=dotted), stages, options, None)
    assert "descreen" in [step.stage for step in reading.receipt.preparation]
    assert reading.page.text == "sure words"
