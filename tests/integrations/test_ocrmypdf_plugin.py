"""OCRmyPDF, the real program, with this engine as its plug-in."""

import math
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from ocrmypdf import OcrOptions
from ocrmypdf.exceptions import InputFileError, MissingDependencyError
from ocrmypdf.hocrtransform import HocrParser
from PIL import Image, ImageDraw, ImageFont

from benchmarks.searchable import found_words
from integrations import ocrmypdf_plugin
from integrations.ocr_elements import page_element
from integrations.ocrmypdf_plugin import PagesightEngine
from tests.support.placed_documents import TURNED, placed_document, word
from vision.core.document import Block, Line, Page, PageFailure
from vision.core.errors import BadInput, EngineFailure

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
DPI = 150
SIZE = (1000, 700)
TEXT = (
    "The quick brown fox jumps over",
    "the lazy dog and runs away into",
    "a forest of seventeen old trees",
    "where nobody has seen him since",
    "Monday, the ninth of November.",
)
NEAR_PX = 12  # of a word's edges: OCRmyPDF places letters by its own font


def drawn() -> tuple[Image.Image, dict[str, tuple[float, ...]]]:
    """A page of text, and the box of each word that occurs once."""
    page = Image.new("L", SIZE, 255)
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, 40)
    places: dict[str, tuple[float, ...]] = {}
    for row, text in enumerate(TEXT):
        y = 80 + 100 * row
        draw.text((80, y), text, font=font, fill=0)
        for at, each in enumerate(text.split()):
            before = " ".join([*text.split()[:at], ""])
            left = 80 + draw.textlength(before, font=font)
            places[each] = (left, y, left + draw.textlength(each, font=font), y + 48)
    return page, places


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pypdfium2.PdfDocument]:
    """The searchable PDF of three pages: as drawn, on its side, and tilted by two degrees."""
    folder = tmp_path_factory.mktemp("ocrmypdf")
    page, _ = drawn()
    others = [page.rotate(90, expand=True), page.rotate(2, Image.Resampling.BICUBIC, fillcolor=255)]
    page.save(folder / "in.pdf", save_all=True, append_images=others, resolution=DPI)
    command = "-m ocrmypdf --plugin integrations.ocrmypdf_plugin --rotate-pages --deskew -j 1"
    fast = "--output-type pdf --optimize 0 --pagesight-profile fast in.pdf out.pdf"
    environment = {**os.environ, "PAGESIGHT_DATA_DIR": str(folder / "data")}
    done = subprocess.run(
        [sys.executable, *command.split(), *fast.split()],
        check=False,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    with pypdfium2.PdfDocument(folder / "out.pdf") as pdf:
        yield pdf


@pytest.mark.parametrize("number", [0, 1, 2], ids=["as drawn", "on its side", "tilted"])
def test_ocrmypdf_makes_pages_searchable_and_upright(
    made: pypdfium2.PdfDocument, number: int
) -> None:
    text = made[number].get_textpage().get_text_range()
    assert " ".join(text.split()) == " ".join(" ".join(TEXT).split())


@pytest.mark.parametrize("number", [0, 1], ids=["as drawn", "on its side"])
def test_words_are_found_at_their_places(made: pypdfium2.PdfDocument, number: int) -> None:
    _, places = drawn()
    found = dict(found_words(made[number], DPI / 72))
    assert places.keys() <= found.keys()
    for text, place in places.items():
        left, top, right, bottom = found[text]
        assert (left, right) == pytest.approx((place[0], place[2]), abs=NEAR_PX), text
        assert place[1] - NEAR_PX < (top + bottom) / 2 < place[3] + NEAR_PX, text


def test_the_pdf_states_who_read_it(made: pypdfium2.PdfDocument) -> None:
    assert "Pagesight" in made.get_metadata_value("Creator")


def tilted(degrees: float) -> Line:
    """A line whose letters rise by this angle from the point (10, 100)."""
    along = math.radians(degrees)
    right = (10 + 200 * math.cos(along), 100 - 200 * math.sin(along))
    below = (20 * math.sin(along), 20 * math.cos(along))
    corners = ((10.0, 100.0), right)
    low = [(x + below[0], y + below[1]) for x, y in reversed(corners)]
    xs, ys = zip(*corners, *low, strict=True)
    made = word("tilted", 0.9, min(xs), min(ys), max(xs), max(ys))
    return Line("tilted", 0.9, made.box, (made,), polygon=(*corners, *low))


def page_of(*lines: Line) -> Page:
    return replace(placed_document().pages[0], blocks=(Block("b1", "text", lines),))


def test_the_elements_have_each_word_with_its_box_and_confidence() -> None:
    page = placed_document().pages[0]
    tree = page_element(page, 400, 600, 72.0, 4)
    assert (tree.bbox.width, tree.bbox.height, tree.dpi, tree.page_number) == (400, 600, 72.0, 4)
    first = tree.words[0]
    assert (first.text, first.confidence) == ("Grüße<&>", 0.9876)
    assert (first.bbox.left, first.bbox.top) == (10.25, 10)
    assert [each.text for each in tree.words][-3:] == ["=cmd", "1,234.50", "stray"]


@pytest.mark.parametrize(("degrees", "slope"), [(0, 0), (3, -0.0524), (-3, 0.0524)])
def test_a_tilted_line_has_the_slope_of_its_letters(degrees: float, slope: float) -> None:
    line = page_element(page_of(tilted(degrees)), 400, 600, 72.0, 0).lines[0]
    assert line.textangle is None
    assert line.baseline.slope == pytest.approx(slope, abs=1e-3)
    at_left = line.bbox.bottom + line.baseline.intercept
    assert at_left == pytest.approx(116, abs=0.2)  # four fifths of the letters' height


@pytest.mark.parametrize(("line", "angle"), [(TURNED, 90), (tilted(60), 60), (tilted(-90), -90)])
def test_a_line_that_runs_up_or_down_is_turned_as_a_whole(line: Line, angle: float) -> None:
    element = page_element(page_of(line), 400, 600, 72.0, 0).lines[0]
    assert element.textangle == pytest.approx(angle)
    assert element.baseline is None


def test_hocr_for_ocrmypdf_s_older_paths_is_read_by_its_parser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocrmypdf_plugin, "_read", lambda *_: placed_document())
    hocr, text = tmp_path / "a.hocr", tmp_path / "a.txt"
    PagesightEngine.generate_hocr(tmp_path / "a.png", hocr, text, OcrOptions.model_construct())
    words = [each.text for each in HocrParser(hocr).parse().words]
    assert words[:4] == ["Grüße<&>", "Ab", "up", "wards"]
    assert text.read_text() == placed_document().pages[0].text


class Faulty:
    """A reader that cannot read."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    def open(self, *_: Any) -> None:
        if self._error:
            raise self._error

    def read(self, _: None) -> Iterator[PageFailure]:
        yield PageFailure(1, "damaged", "The page is broken.", "caller")


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (BadInput("unknown_language", "no model for language xyz"), InputFileError),
        (EngineFailure("model_missing", "a model is missing"), MissingDependencyError),
        (None, InputFileError),
    ],
)
def test_what_cannot_be_read_ends_ocrmypdf_with_its_own_errors(
    monkeypatch: pytest.MonkeyPatch, error: Exception | None, raised: type[Exception]
) -> None:
    monkeypatch.setitem(ocrmypdf_plugin._readers, os.getpid(), Faulty(error))
    options = OcrOptions.model_construct(languages=["eng"])
    with pytest.raises(raised, match=str(error) if error else "broken"):
        PagesightEngine.generate_ocr(Path("a.png"), options)


def test_another_engine_that_is_asked_for_by_name_is_used() -> None:
    options = OcrOptions.model_construct(ocr_engine="tesseract")
    assert ocrmypdf_plugin.get_ocr_engine(options) is None
    assert isinstance(ocrmypdf_plugin.get_ocr_engine(None), PagesightEngine)
