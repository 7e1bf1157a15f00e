"""Searchable PDFs of varied pages: are they valid, how large, and where do readers find the words.

    python -m benchmarks.searchable --data ../shared/data --each 6

Word boxes are read back by PDFium and compared with the result's, in pixels at 300 dpi. Words that
a PDF writes visibly itself are found as well; their boxes are not compared. Each file is
made as PDF/A-2b as well, and judged by pikepdf's checker.
"""

import argparse
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import pdfa
from pypdfium2 import raw

from cli.read.local_reader import LocalReader
from cli.read.render import render
from cli.settings import load_settings
from vision.core.document import Box, Document, PageReading
from vision.core.errors import BadInput
from vision.core.geometry import rotation_affine, transform_box
from vision.core.options import ReadOptions, with_profile
from vision.export.places import words_of
from vision.input.searchable.archival import FLAVOUR, NotArchivable, archival_pdf

FOLDERS = (
    "sroie/images", "funsd/images", "pages_misc/images", "hist_de/images", "omnidoc/images",
    "lines_ara/images", "scene_text/images", "nasty_images", "nasty_pdfs",
)  # fmt: skip
DPI = 300
MOST_GROWTH = 0.1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document."""

    name: str
    problems: list[str]
    growth: float
    offsets: list[float]
    missing: int
    words: int
    own: int = 0  # words that the file wrote visibly itself
    archival: str = ""  # whether PDF/A kept the pages or drew them
    archival_growth: float = 0.0


def main() -> None:
    """Print a row for each document, and the offsets over all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--each", type=int, default=6, help="documents of each folder")
    arguments = parser.parse_args()
    outcomes: list[Outcome] = []
    with LocalReader(load_settings()) as reader:
        for path in _documents(arguments.data, arguments.each):
            outcome = _measured(reader, path)
            if outcome is not None:
                outcomes.append(outcome)
                print(_row(outcome), flush=True)
    offsets = np.array([offset for each in outcomes for offset in each.offsets])
    own = sum(each.own for each in outcomes)
    found = (len(offsets) + own) / max(sum(each.words for each in outcomes), 1)
    small = sum(each.growth <= 1 + MOST_GROWTH for each in outcomes)
    print(
        f"{small} of {len(outcomes)} grow by {MOST_GROWTH:.0%} at most, "
        f"{np.median([each.growth for each in outcomes]) - 1:.1%} in the median"
    )
    print(
        f"{len(outcomes)} documents, {len(offsets)} words written and {own} of the files' own "
        f"({found:.1%} found): median "
        f"{np.median(offsets):.2f} px, 95% {np.percentile(offsets, 95):.2f} px at {DPI} dpi"
    )
    valid = sum(not each.problems for each in outcomes)
    kept = [each for each in outcomes if each.archival == "kept"]
    print(
        f"{valid} of {len(outcomes)} valid as PDF and as PDF/A-2b; PDF/A kept the pages of "
        f"{len(kept)} and drew the others; it adds "
        f"{np.median([each.archival_growth - each.growth for each in kept]):.1%} in the median"
    )


def _row(outcome: Outcome) -> str:
    worst = max(outcome.offsets, default=0.0)
    return (
        f"{outcome.name:44} {outcome.growth:6.3f} {outcome.words:5} words, "
        f"{outcome.missing:3} missing, worst {worst:5.1f}  PDF/A {outcome.archival:5} "
        f"{outcome.archival_growth:6.3f}  {'; '.join(outcome.problems)}"
    )


def _documents(data: Path, each: int) -> Iterator[Path]:
    for folder in FOLDERS:
        files = sorted(path for path in (data / folder).iterdir() if path.suffix != ".json")
        yield from files[:: max(len(files) // each, 1)][:each]


def _measured(reader: LocalReader, path: Path) -> Outcome | None:
    options = ReadOptions(**with_profile({"profile": "fast"}))
    try:
        pending = reader.open(path, options)
        pending = replace(pending, numbers=pending.numbers[:2])
    except BadInput:
        return None
    outcomes = list(reader.read(pending))
    readings = [each for each in outcomes if isinstance(each, PageReading)]
    if not readings:
        return None
    document = reader.assemble(pending, readings, [])
    try:
        (plain,) = render(document, "pdf", reader, pending)
        (archive,) = render(document, "pdfa", reader, pending)
    except BadInput as error:
        return Outcome(path.name, [error.message], 0.0, [], 0, 0)
    offsets, missing, own = compare(plain.content, document)
    size = path.stat().st_size
    return Outcome(
        name=path.name,
        problems=[*problems(plain.content), *problems(archive.content), *doubts(archive.content)],
        growth=len(plain.content) / size,
        offsets=offsets,
        missing=missing,
        words=len(offsets) + missing + own,
        own=own,
        archival="kept" if _conforms(plain.content) else "drawn",
        archival_growth=len(archive.content) / size,
    )


def problems(content: bytes) -> list[str]:
    """What qpdf finds wrong with a PDF, and pages that PDFium cannot draw."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        found = [str(each) for each in pdf.check_pdf_syntax()]
    with pypdfium2.PdfDocument(content) as pdf:
        for page in pdf:
            page.render(scale=0.1)
    return found


def doubts(content: bytes) -> list[str]:
    """Why a file is not PDF/A-2b for certain."""
    return [str(each) for each in pdfa.validate_written(io.BytesIO(content), FLAVOUR).findings]


def _conforms(content: bytes) -> bool:
    try:
        archival_pdf(content)
    except (NotArchivable, pikepdf.PdfError, TypeError, LookupError):
        return False
    return True


def compare(content: bytes, document: Document) -> tuple[list[float], int, int]:
    """The offset in pixels at 300 dpi of each word that was written and is found again.

    An offset is the largest of the four sides'. Then how many words are not found, and how many the
    file writes visibly itself.
    """
    offsets: list[float] = []
    missing = own = 0
    with pypdfium2.PdfDocument(content) as pdf:
        for page in document.pages:
            shown = pdf[min(page.number, len(pdf)) - 1]
            width, _ = shown.get_size()
            sideways = page.rotation % 180 == 90
            drawn = (page.height, page.width) if sideways else (page.width, page.height)
            scale = drawn[0] / width
            to_page = rotation_affine(*drawn, page.rotation // 90)
            found, visible = (
                [(text, transform_box(to_page, box)) for text, box in words]
                for words in (found_words(shown, scale), found_words(shown, scale, visible=True))
            )
            per_pixel = DPI / 72 / scale
            for block in page.blocks:
                for line in block.lines:
                    for word in words_of(line):
                        apart = _offset(word.text, word.box, found)
                        if apart is not None:
                            offsets.append(apart * per_pixel)
                        elif _offset(word.text, word.box, visible) is not None:
                            own += 1
                        else:
                            missing += 1
    return offsets, missing, own


def found_words(
    page: pypdfium2.PdfPage, scale: float, *, visible: bool = False
) -> list[tuple[str, Box]]:
    """Invisible words as PDFium reads them, or all; their boxes in pixels of the drawn page."""
    to_pixels = _to_pixels(page, scale)
    text = page.get_textpage()
    words: list[tuple[str, Box]] = []
    letters, box = "", None
    for at in range(text.count_chars()):
        letter = text.get_text_range(at, 1)
        if not letter.strip() or not (visible or _is_invisible(text, at)):
            if box is not None:
                words.append((letters, box))
            letters, box = "", None
            continue
        left, bottom, right, top = text.get_charbox(at)
        place = transform_box(to_pixels, Box(left, bottom, right, top))
        box = place if box is None else _joined(box, place)
        letters += letter
    return [*words, (letters, box)] if box is not None else words


def _is_invisible(text: pypdfium2.PdfTextPage, at: int) -> bool:
    item = raw.FPDFText_GetTextObject(text, at)
    return bool(raw.FPDFTextObj_GetTextRenderMode(item) == raw.FPDF_TEXTRENDERMODE_INVISIBLE)


def _joined(one: Box, other: Box) -> Box:
    return Box(
        min(one.x0, other.x0), min(one.y0, other.y0), max(one.x1, other.x1), max(one.y1, other.y1)
    )


def _to_pixels(page: pypdfium2.PdfPage, scale: float) -> np.ndarray:
    left, bottom, right, top = page.get_bbox()
    turns = page.get_rotation() // 90
    upright = np.array([[scale, 0, -left * scale], [0, -scale, top * scale]])
    turned = rotation_affine(
        (right - left) * scale,
        (top - bottom) * scale,
        turns,
    )
    linear = turned[:, :2] @ upright[:, :2]
    return np.column_stack([linear, turned[:, :2] @ upright[:, 2] + turned[:, 2]])


def _offset(text: str, box: Box, found: list[tuple[str, Box]]) -> float | None:
    wanted = re.sub(r"\W", "", text)
    offsets = [
        max(abs(one - other) for one, other in zip(box, place, strict=True))
        for letters, place in found
        if re.sub(r"\W", "", letters) == wanted
    ]
    near = min(offsets, default=None) if offsets else None
    return near if near is not None and near < 2 * max(box.width, box.height) else None


if __name__ == "__main__":
    main()
