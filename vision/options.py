"""What a caller may choose for one reading. Plain values, validated by whoever takes them in."""

from dataclasses import dataclass
from typing import Literal

LineFinderName = Literal["learned", "tesseract"]
RecogniserName = Literal["tesseract", "lstm"]
Switch = Literal["auto", "off"]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Options of one job; the defaults are what most documents want.

    `languages` are Tesseract codes. `recogniser` is native Tesseract, or `lstm` for its networks
    converted to ONNX and run in batches. `pages` selects pages of a document as `1-3,7`; None is
    all. `dpi` is the resolution at which PDF pages are rendered. `auto` measures a page and acts
    where needed, `off` leaves it alone. `detectors` are catalogue names, run in this order.
    """

    languages: tuple[str, ...] = ("eng",)
    lines: LineFinderName = "learned"
    recogniser: RecogniserName = "tesseract"
    detectors: tuple[str, ...] = ("pagesight-doc",)
    min_region_confidence: float = 0.25
    orientation: Switch = "auto"
    deskew: Switch = "auto"
    illumination: Switch = "auto"
    upscale: Switch = "auto"
    barcodes: Switch = "auto"
    dpi: int = 300
    pages: str | None = None
