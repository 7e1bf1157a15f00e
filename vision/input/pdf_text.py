"""The text layer of a PDF page, read by PDFium. Runs inside the decoder's helper process."""

import ctypes
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from pypdfium2 import raw

from vision.core.document import Point
from vision.core.geometry import transform_points
from vision.core.stages import Affine
from vision.core.text_layer import LONGEST_WORD, MAX_WORDS, LayerWord, TextLayer

# A newspaper page has about 40,000; each takes ten microseconds, and the helper's time is short.
_MOST_CHARACTERS = 60_000
_MOST_OBJECTS = 3_000
# Outlined letters are shapes, each with its own outline; tables and charts have fewer.
_MANY_SHAPES = 1_000
_DEVICE_STEPS = 64  # PDFium maps to whole device units: that many to the pixel
_PROBE = 1000.0  # points
_STRAIGHT_WITHIN = 0.02  # radians off a quarter turn at which boxes still fit
# Ascender to descender of common fonts is 1.1 to 1.4 of the letters' own height.
_HIGHEST = 2.5

Edges = tuple[float, float, float, float]  # left, bottom, right, top in points


@dataclass(slots=True)
class _Draft:
    """A word while its characters come in."""

    row: int
    angle: float
    size: float
    hidden: bool
    letters: list[str] = field(default_factory=list)
    boxes: list[Edges] = field(default_factory=list)
    unmapped: int = 0


def read_text_layer(page: pypdfium2.PdfPage, scale: float) -> TextLayer | None:
    """The page's words, placed on its drawing at `scale` pixels a point; None for far too many.

    Raises PdfiumError where the page's text cannot be loaded.
    """
    text = page.get_textpage()
    try:
        count = raw.FPDFText_CountChars(text)
        if count > _MOST_CHARACTERS:
            return None
        to_pixels = _to_pixels(page, scale)
        words = [_word(draft, to_pixels) for draft in _drafts(text, count)]
    finally:
        text.close()
    if len(words) > MAX_WORDS:
        return None
    pictures, shapes = _drawn(page)
    more = shapes > _MANY_SHAPES or raw.FPDFPage_GetAnnotCount(page) > _links(page)
    return TextLayer(tuple(words), pictures, more)


def _drafts(text: pypdfium2.PdfTextPage, count: int) -> Iterator[_Draft]:
    """Runs of visible characters; the blanks and line ends between them are PDFium's."""
    draft, row = None, 0
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    for at in range(count):
        code = raw.FPDFText_GetUnicode(text, at)
        letter = "-" if raw.FPDFText_IsHyphen(text, at) == 1 else _letter(code)
        if letter.isspace() or raw.FPDFText_IsGenerated(text, at) == 1:
            row += letter in "\r\n"
            if draft is not None:
                yield draft
            draft = None
            continue
        if not raw.FPDFText_GetCharBox(text, at, left, right, bottom, top):
            continue
        if draft is not None and len(draft.letters) >= LONGEST_WORD:
            yield draft
            draft = None
        if draft is None:
            draft = _begun(text, at, row)
        draft.letters.append(letter)
        draft.boxes.append((left.value, bottom.value, right.value, top.value))
        draft.unmapped += _is_unmapped(letter) or raw.FPDFText_HasUnicodeMapError(text, at) == 1
    if draft is not None:
        yield draft


def _begun(text: pypdfium2.PdfTextPage, at: int, row: int) -> _Draft:
    item = raw.FPDFText_GetTextObject(text, at)
    mode = raw.FPDFTextObj_GetTextRenderMode(item) if item else raw.FPDF_TEXTRENDERMODE_FILL
    hidden = mode in (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
    loose = raw.FS_RECTF()
    size = 0.0
    matrix = raw.FS_MATRIX()
    known = raw.FPDFText_GetMatrix(text, at, matrix)
    angle = math.atan2(matrix.b, matrix.a) if known else 0.0
    if raw.FPDFText_GetLooseCharBox(text, at, loose):
        upright = round(angle / (math.pi / 2)) % 2 == 0
        size = abs(loose.top - loose.bottom) if upright else abs(loose.right - loose.left)
    return _Draft(row, angle, size, hidden)


def _letter(code: int) -> str:
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return "\ufffd"
    return chr(code)


def _is_unmapped(letter: str) -> bool:
    return letter == "\ufffd" or unicodedata.category(letter) in {"Cc", "Cn", "Co", "Cs"}


def _word(draft: _Draft, to_pixels: Affine) -> LayerWord:
    """The word with its quad: letters wide, and as high as the font's lines where it says so."""
    turn = np.array([[math.cos(draft.angle), math.sin(draft.angle)]])
    along = np.vstack([turn, [[-turn[0, 1], turn[0, 0]]]])
    boxes = np.array(draft.boxes)
    corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 2)
    off_quarter = abs(math.remainder(draft.angle, math.pi / 2))
    if off_quarter > _STRAIGHT_WITHIN:  # the boxes are upright, the letters are not
        corners = (boxes[:, :2] + boxes[:, 2:]) / 2
    own = corners @ along.T
    (x0, y0), (x1, y1) = own.min(axis=0), own.max(axis=0)
    if off_quarter > _STRAIGHT_WITHIN:
        x0, x1 = x0 - draft.size / 4, x1 + draft.size / 4
    height = y1 - y0
    if height < draft.size <= max(_HIGHEST * height, _HIGHEST):
        spare = (draft.size - height) / 2
        y0, y1 = y0 - spare, y1 + spare
    own_quad = np.array([[x0, y1], [x1, y1], [x1, y0], [x0, y0]])
    quad = transform_points(to_pixels, [(float(x), float(y)) for x, y in own_quad @ along])
    return LayerWord("".join(draft.letters), quad, draft.row, draft.hidden, draft.unmapped)


def _to_pixels(page: pypdfium2.PdfPage, scale: float) -> Affine:
    """From the page's own points, y up, to pixels of its drawing: crop box and turn included."""
    width, height = page.get_size()
    steps = scale * _DEVICE_STEPS
    origin, right, up = (
        _device(page, point, (round(width * steps), round(height * steps)))
        for point in ((0.0, 0.0), (_PROBE, 0.0), (0.0, _PROBE))
    )
    columns = [(right - origin) / _PROBE, (up - origin) / _PROBE, origin]
    return np.column_stack(columns) / _DEVICE_STEPS


def _device(page: pypdfium2.PdfPage, point: Point, size: tuple[int, int]) -> NDArray[np.float64]:
    x, y = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, *size, 0, *point, x, y)
    return np.array([x.value, y.value], np.float64)


def _drawn(page: pypdfium2.PdfPage) -> tuple[float, int]:
    """Share of the page under images, at most 1, and how many shapes were drawn."""
    covered, shapes = 0.0, 0
    kinds = [raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH]
    for number, item in enumerate(page.get_objects(filter=kinds, max_depth=3)):
        if number >= _MOST_OBJECTS:
            return min(1.0, covered), _MOST_OBJECTS
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            covered += abs((right - left) * (top - bottom))
        else:
            shapes += 1
    width, height = page.get_size()
    return min(1.0, covered / max(width * height, 1.0)), shapes


def _links(page: pypdfium2.PdfPage) -> int:
    """How many of the page's annotations are links, which show no text of their own."""
    links = 0
    for at in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST_OBJECTS)):
        annotation = raw.FPDFPage_GetAnnot(page, at)
        if annotation:
            links += raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_LINK
            raw.FPDFPage_CloseAnnot(annotation)
    return links
