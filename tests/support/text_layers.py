"""Pages of PDFs that state their text, and readings of them."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from tests.support.documents import save
from tests.support.text_pdfs import (
    rows_of,
    text_pdf,
)
from vision.core.arrays import Image as Pixels
from vision.core.document import ModelUse, PageReading
from vision.core.limits import Limits
from vision.core.options import ReadOptions
from vision.core.protocols import Recogniser, Stages
from vision.core.stages import FoundLines, Letters, PageImage
from vision.core.text_layer import TextLayer
from vision.input.pdf import render_page
from vision.pipeline import read_page

ROWS = rows_of()
PLAIN = text_pdf()


class PageFinder:
    """Finds the whole page as one line, and remembers that it was asked."""

    name = "learned"

    def __init__(self) -> None:
        self.asked = 0

    def find(
        self, image: Pixels, languages: Sequence[str], letters: Letters | None = None
    ) -> FoundLines:
        self.asked += 1
        return FoundLines((), self.name)

    def models(self) -> tuple[ModelUse, ...]:
        return ()


def drawn(tmp_path: Path, document: bytes, dpi: int = 150) -> PageImage:
    return render_page(save(tmp_path, "a.pdf", document), 1, dpi, Limits())


def layer_of_pdf(tmp_path: Path, document: bytes, dpi: int = 150) -> TextLayer:
    layer = drawn(tmp_path, document, dpi).text_layer
    assert layer is not None
    return layer


def scan(tmp_path: Path) -> Image.Image:
    return Image.fromarray(drawn(tmp_path, PLAIN, 150).pixels)


def reading(
    page: PageImage, recogniser: Recogniser, finder: PageFinder, **options: object
) -> PageReading:
    stages = Stages({"learned": finder}, {"tesseract": recogniser}, {})
    engines = {"lines": "learned", "recogniser": "tesseract", "second_reader": "off"}
    chosen = ReadOptions(detectors=(), barcodes="off", **engines, **options)  # type: ignore[arg-type]
    return read_page(page, stages, chosen, None)
