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

from vision.core.arrays import Affine
from vision.core.document import Point
from vision.core.geometry import transform_points
from vision.core.text_layer import LONGEST_WORD, MAX_WORDS, LayerWord, TextLayer
from vision.input.pdf_forms import button_words

# A newspaper page has about 40,000; each takes ten microseconds, and the helper's time is short.
_MOST_CHARACTERS = 60_000
_MOST_OBJECTS = 3_000
# Outlined letters are shapes, each with its own outline; tables and charts have fewer.
_MANY_SHAPES = 1_000
_DEVICE_STEPS = 64  # PDFium maps to whole device units: that many to the pixel
_PROBE = 1000.0  # points
_STRAIGHT_WITHIN = 0.02  # radians off a quarter turn up to which PDFium's upright boxes fit
# Ascender to descender of common fonts is 1.1 to 1.4 of the letters' own height.
_HIGHEST = 2.5
_LINE_APART = 0.4  # of a line's height, between a hyphen and letters of the next line
# Of fonts that state no usable ascent and descent, in font sizes: those of Helvetica.
_ASCENT, _DESCENT = 0.945, -0.224
_LEAST_EXTENT, _LARGEST_EXTENT = 0.5, 2.5  # ascent less descent that is usable, in font sizes

Edges = tuple[float, float, float, float]  # left, bottom, right, top in points


@dataclass(slots=True)
class _OpenWord:
    """A word while its characters are collected.

    `size` is the height of its line in points, 0 where that is unknown. `rise` is the line's
    descent and ascent around the baseline.
    """

    row: int
    angle: float
    size: float
    rise: tuple[float, float]
    hidden: bool
    letters: list[str] = field(default_factory=list)
    boxes: list[Edges] = field(default_factory=list)
    origins: list[Point] = field(default_factory=list)
    fonts: list[int] = field(default_factory=list)
    unmapped: int = 0

    @property
    def tilted(self) -> bool:
        """Whether PDFium's upright boxes are larger than the letters in them."""
        return abs(math.remainder(self.angle, math.pi / 2)) > _STRAIGHT_WITHIN

    def ends_before(self, box: Edges) -> bool:
        """Whether a letter in `box` stands on the next line: PDFium joins what a hyphen divides."""
        if self.letters[-1] != "-":
            return False
        last = self.boxes[-1]
        across, down = (min(box[at + 2], last[at + 2]) - max(box[at], last[at]) for at in (0, 1))
        sideways = round(self.angle / (math.pi / 2)) % 2 == 1
        return (across if sideways else down) < -_LINE_APART * self.size


def read_text_layer(page: pypdfium2.PdfPage, scale: float) -> TextLayer | None:
    """The page's words, placed on its drawing at `scale` pixels a point; None for far too many.

    Raises PdfiumError where the page's text cannot be loaded.
    """
    to_pixels = _to_pixels(page, scale)
    text = page.get_textpage()
    try:
        count = raw.FPDFText_CountChars(text)
        if count > _MOST_CHARACTERS:
            return None
        words = [_layer_word(word, to_pixels) for word in _Characters(text).words(count)]
    finally:
        text.close()
    words += button_words(page, to_pixels, words[-1].row + 1 if words else 0)
    if len(words) > MAX_WORDS:
        return None
    pictures, shapes = _drawn(page)
    more = shapes > _MANY_SHAPES or raw.FPDFPage_GetAnnotCount(page) > _links(page)
    return TextLayer(tuple(words), pictures, more)


class _Characters:
    """Reads the characters of a page one by one, and remembers which fonts they are set in."""

    def __init__(self, text: pypdfium2.PdfTextPage) -> None:
        self._text = text.raw  # its wrapper costs a call for each call of PDFium
        self._item: int | None = None
        self._font: int | None = None
        self._fonts: dict[int | None, int] = {}
        self._edges = tuple(ctypes.c_double() for _ in range(4))  # reused for each character

    def words(self, count: int) -> Iterator[_OpenWord]:
        """Runs of characters; the spaces and line ends between them are PDFium's."""
        word, row = None, 0
        for at in range(count):
            letter = self._letter(at)
            if letter.isspace() or raw.FPDFText_IsGenerated(self._text, at) == 1:
                row += letter in "\r\n"
                if word is not None:
                    yield word
                word = None
                continue
            box = self._box(at)
            if box is None:
                continue
            if word is not None and (len(word.letters) >= LONGEST_WORD or word.ends_before(box)):
                row += word.ends_before(box)
                yield word
                word = None
            word = word or self._begin(at, row)
            self._add(word, at, letter, box)
        if word is not None:
            yield word

    def _add(self, word: _OpenWord, at: int, letter: str, box: Edges) -> None:
        word.letters.append(letter)
        word.boxes.append(box)
        if word.tilted:
            word.origins.append(self._origin(at))
        font = self._font_number(at)
        if font not in word.fonts:
            word.fonts.append(font)
        unmapped = _is_unmapped(letter) or raw.FPDFText_HasUnicodeMapError(self._text, at) == 1
        word.unmapped += unmapped

    def _begin(self, at: int, row: int) -> _OpenWord:
        item = raw.FPDFText_GetTextObject(self._text, at)
        mode = raw.FPDFTextObj_GetTextRenderMode(item) if item else raw.FPDF_TEXTRENDERMODE_FILL
        hidden = mode in (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
        matrix = raw.FS_MATRIX()
        known = raw.FPDFText_GetMatrix(self._text, at, matrix)
        angle = math.atan2(matrix.b, matrix.a) if known else 0.0
        word = _OpenWord(row, angle, 0.0, (0.0, 0.0), hidden)
        if word.tilted:
            enlarged = math.hypot(matrix.c, matrix.d)
            word.rise = _rise(item, raw.FPDFText_GetFontSize(self._text, at), enlarged)
            word.size = word.rise[1] - word.rise[0]
        else:
            word.size = self._loose_height(at, angle)
        return word

    def _loose_height(self, at: int, angle: float) -> float:
        """The height of the line around an upright character, whichever quarter it is turned by."""
        loose = raw.FS_RECTF()
        if not raw.FPDFText_GetLooseCharBox(self._text, at, loose):
            return 0.0
        level = round(angle / (math.pi / 2)) % 2 == 0
        return float(abs(loose.top - loose.bottom if level else loose.right - loose.left))

    def _letter(self, at: int) -> str:
        if raw.FPDFText_IsHyphen(self._text, at) == 1:
            return "-"
        code = raw.FPDFText_GetUnicode(self._text, at)
        if code > 0x10FFFF or 0xD800 <= code < 0xE000:
            return "\ufffd"
        return chr(code)

    def _box(self, at: int) -> Edges | None:
        left, right, bottom, top = self._edges
        if not raw.FPDFText_GetCharBox(self._text, at, left, right, bottom, top):
            return None
        return left.value, bottom.value, right.value, top.value

    def _origin(self, at: int) -> Point:
        x, y = ctypes.c_double(), ctypes.c_double()
        raw.FPDFText_GetCharOrigin(self._text, at, x, y)
        return x.value, y.value

    def _font_number(self, at: int) -> int:
        """The page's fonts are numbered from 0 as they appear."""
        item = raw.FPDFText_GetTextObject(self._text, at)
        address = ctypes.cast(item, ctypes.c_void_p).value
        if address is None or address != self._item:
            font = raw.FPDFTextObj_GetFont(item) if item else None
            self._item = address
            self._font = ctypes.cast(font, ctypes.c_void_p).value if font else None
        return self._fonts.setdefault(self._font, len(self._fonts))


def _rise(item: raw.FPDF_PAGEOBJECT, size: float, enlarged: float) -> tuple[float, float]:
    """Descent and ascent around the baseline in points, of a font of `size` drawn `enlarged`."""
    ascent, descent = ctypes.c_float(), ctypes.c_float()
    font = raw.FPDFTextObj_GetFont(item) if item else None
    stated = font and (
        raw.FPDFFont_GetAscent(font, size, ascent) and raw.FPDFFont_GetDescent(font, size, descent)
    )
    low, high = descent.value, ascent.value
    if not stated or not _LEAST_EXTENT * size <= high - low <= _LARGEST_EXTENT * size:
        low, high = _DESCENT * size, _ASCENT * size
    return low * enlarged, high * enlarged


def _is_unmapped(letter: str) -> bool:
    return letter == "\ufffd" or unicodedata.category(letter) in {"Cc", "Cn", "Co", "Cs"}


def _layer_word(word: _OpenWord, to_pixels: Affine) -> LayerWord:
    """The word with its quad: as wide as its letters, and as high as a line of its font."""
    turn = np.array([[math.cos(word.angle), math.sin(word.angle)]])
    axes = np.vstack([turn, [[-turn[0, 1], turn[0, 0]]]])
    x0, y0, x1, y1 = _tilted_extent(word, axes) if word.tilted else _straight_extent(word, axes)
    own_quad = np.array([[x0, y1], [x1, y1], [x1, y0], [x0, y0]])
    quad = transform_points(to_pixels, [(float(x), float(y)) for x, y in own_quad @ axes])
    text, fonts = "".join(word.letters), tuple(word.fonts)
    return LayerWord(text, quad, word.row, word.hidden, word.unmapped, fonts)


def _straight_extent(word: _OpenWord, axes: NDArray[np.float64]) -> Edges:
    """Left, bottom, right, top of a word along its own axes, from the boxes of its letters."""
    boxes = np.array(word.boxes)
    own = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 2) @ axes.T
    (x0, y0), (x1, y1) = own.min(axis=0).tolist(), own.max(axis=0).tolist()
    height = y1 - y0
    if height < word.size <= max(_HIGHEST * height, _HIGHEST):
        missing = (word.size - height) / 2
        y0, y1 = y0 - missing, y1 + missing
    return x0, y0, x1, y1


def _tilted_extent(word: _OpenWord, axes: NDArray[np.float64]) -> Edges:
    """The same for a tilted word, whose letters are smaller than their upright boxes.

    Boxes and letters share their centres, though, and a letter reaches as far beyond its centre as
    its origin lies before it. Heights are the font's, around the baseline.
    """
    boxes, origins = np.array(word.boxes), np.array(word.origins) @ axes.T
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2 @ axes.T
    ends = np.concatenate([origins[:, 0], 2 * centres[:, 0] - origins[:, 0]])
    low, high = word.rise
    bottom, top = float(origins[:, 1].min()) + low, float(origins[:, 1].max()) + high
    return float(ends.min()), bottom, float(ends.max()), top


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
