"""What a caller may choose for one reading. Plain values, validated by whoever takes them in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Profile = Literal["fast", "balanced", "accurate"]
LineFinderName = Literal["auto", "classical", "learned", "tesseract"]
RecogniserName = Literal["tesseract", "lstm", "ppocr"]
SecondReaderName = Literal["ppocr", "off"]
Switch = Literal["auto", "off"]
OcrMode = Literal["auto", "force", "off"]

ANY_LANGUAGE = ("auto",)
FigureText = Literal["keep", "leave_out"]
CharacterDetail = Literal["off", "boxes"]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Options of one job; the defaults are what most documents want.

    `profile` names the set of choices that `with_profile` fills in where a caller makes none.
    `languages` are Tesseract codes, or ANY_LANGUAGE: told page by page. `ocr` is about PDFs that
    state their text: `auto` takes it where it proves sound, `force` reads the picture alone, `off`
    recognises nothing. `lines` finds text lines; `auto` chooses between the classical and the
    learned finder by the page.
    `recogniser` is native Tesseract, `lstm` for its networks converted to ONNX and run in batches,
    or PP-OCR's; `second_reader` reads lines again that were read less surely than `second_below`, a
    mean letter probability. `pages` selects pages of a document as `1-3,7`; None is all. `dpi` is
    the resolution at which PDF pages are rendered. `auto` measures a page and acts where needed,
    `off` leaves it alone. `detectors` are catalogue names, run in this order. Words less likely to
    be right than `min_confidence` are left out of the text and listed as doubtful.
    `figure_text` says what becomes of text inside regions that are figures; captions always stay.
    `characters` is `boxes` to give words their characters, each with box and confidence.
    """

    profile: Profile = "balanced"
    languages: tuple[str, ...] = ("eng",)
    ocr: OcrMode = "auto"
    lines: LineFinderName = "auto"
    recogniser: RecogniserName = "lstm"
    second_reader: SecondReaderName = "ppocr"
    second_below: float = 0.95
    detectors: tuple[str, ...] = ("pagesight-doc",)
    min_region_confidence: float = 0.25
    min_confidence: float = 0.0
    figure_text: FigureText = "keep"
    characters: CharacterDetail = "off"
    orientation: Switch = "auto"
    deskew: Switch = "auto"
    illumination: Switch = "auto"
    upscale: Switch = "auto"
    barcodes: Switch = "auto"
    dpi: int = 300
    pages: str | None = None


# What each profile chooses, measured in docs/research/profiles.md; `balanced` is ReadOptions.
_CHOICES: Mapping[str, Mapping[str, Any]] = {
    "fast": {"second_reader": "off", "detectors": (), "barcodes": "off"},
    "balanced": {},
    "accurate": {"lines": "learned", "recogniser": "ppocr", "second_reader": "off"},
}


def with_profile(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a caller chose, completed by the choices of the profile that he named.

    A profile of another name adds nothing: validation refuses it.
    """
    profile = given.get("profile")
    chosen = _CHOICES.get(profile, {}) if isinstance(profile, str) else {}
    return {**chosen, **given}
