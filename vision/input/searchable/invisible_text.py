"""Words as text that a PDF viewer finds and marks but does not draw.

Text render mode 3 in a font whose one glyph is blank, as Tesseract and OCRmyPDF do. The font
(glyphless.ttf, made with fontTools: .notdef and one empty glyph, both 500 of 1000 units wide,
ascent 1000, descent 0) has no outline, so that a viewer takes a letter to fill the square above
its baseline: each word is scaled to fill its box exactly.
"""

import unicodedata
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
from pikepdf import Dictionary, Name

from vision.core.arrays import Affine
from vision.core.exports import PlacedWord
from vision.core.geometry import transform_points

_FONT = "/PagesightText"
_ADVANCE = 0.5  # of the font's size, for each letter
_MOST_LETTERS = 65_000  # that two bytes can number
_ENTRIES = 100  # that a section of a CMap may have
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{}endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


class Letters:
    """The numbers of the letters that a document uses, from 1 in the order of their first use.

    `name` is the font's among a page's resources; `taken` are names that they have already, as
    pages that were made searchable before do.
    """

    def __init__(self, taken: Container[str] = ()) -> None:
        self.name = next(name for n in count(1) if (name := f"{_FONT}{n}") not in taken)
        self._numbers: dict[str, int] = {}

    def encode(self, text: str) -> bytes:
        """The text as a PDF string, two bytes a letter; without those beyond the last number."""
        numbers = (self._number(letter) for letter in text)
        codes = b"".join(number.to_bytes(2, "big") for number in numbers if number)
        for special in (b"\\", b"(", b")"):
            codes = codes.replace(special, b"\\" + special)
        return b"(" + codes.replace(b"\r", b"\\r") + b")"

    def font(self, pdf: pikepdf.Pdf) -> Any:
        """The font for all pages, once their text is encoded."""
        used = len(self._numbers)
        program = pdf.make_stream(Path(__file__).with_name("glyphless.ttf").read_bytes())
        program.Length1 = len(program.read_bytes())
        descriptor = Dictionary(
            Type=Name.FontDescriptor, FontName=Name(_FONT), Flags=5, FontBBox=[0, 0, 500, 1000],
            ItalicAngle=0, Ascent=1000, Descent=0, CapHeight=1000, StemV=80, FontFile2=program,
        )  # fmt: skip
        descendant = Dictionary(
            Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name(_FONT), DW=500,
            CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
            CIDToGIDMap=pdf.make_stream(b"\0\0" + b"\0\1" * used),
            FontDescriptor=pdf.make_indirect(descriptor),
        )  # fmt: skip
        return pdf.make_indirect(
            Dictionary(
                Type=Name.Font, Subtype=Name.Type0, BaseFont=Name(_FONT),
                Encoding=Name("/Identity-H"), DescendantFonts=[pdf.make_indirect(descendant)],
                ToUnicode=pdf.make_stream(self._to_unicode().encode("ascii")),
            )
        )  # fmt: skip

    def _number(self, letter: str) -> int:
        known = self._numbers.get(letter, 0)
        if known or len(self._numbers) >= _MOST_LETTERS or 0xD800 <= ord(letter) < 0xE000:
            return known
        return self._numbers.setdefault(letter, len(self._numbers) + 1)

    def _to_unicode(self) -> str:
        entries = [
            f"<{number:04X}> <{letter.encode('utf-16-be').hex().upper()}>\n"
            for letter, number in self._numbers.items()
        ]
        parts = (entries[at : at + _ENTRIES] for at in range(0, len(entries), _ENTRIES))
        sections = (f"{len(part)} beginbfchar\n{''.join(part)}endbfchar\n" for part in parts)
        return _CMAP.format("".join(sections))


def text_stream(
    lines: Iterable[Sequence[PlacedWord]], to_points: Affine, letters: Letters
) -> bytes:
    """The content that writes the words; `to_points` maps pixels to the page's own points."""
    shown = [_shown(word, to_points, letters) for line in lines for word in _visual(line)]
    return b"q BT 3 Tr " + letters.name.encode() + b" 1 Tf\n" + b"".join(shown) + b"ET Q\n"


def _visual(line: Sequence[PlacedWord]) -> Iterator[PlacedWord]:
    """The words as they stand from left to right, with a blank after each but the last.

    Readers of PDFs expect right-to-left text as it is drawn, and turn it back.
    """
    words = list(line)
    if any(map(_is_right_to_left, words)):
        start, end = np.array(words[0].quad[0]), np.array(words[0].quad[1])
        words.sort(key=lambda word: float((end - start) @ (np.array(word.quad[0]) - start)))
        words = [word._replace(text=_reordered(word.text)) for word in words]
    for at, word in enumerate(words, 1):
        yield word._replace(text=word.text + " ") if at < len(words) else word


def _is_right_to_left(word: PlacedWord) -> bool:
    return any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in word.text)


def _reordered(text: str) -> str:
    if not _is_right_to_left(PlacedWord(text, ())):
        return text
    return text[::-1].translate(_MIRRORED)


def _shown(word: PlacedWord, to_points: Affine, letters: Letters) -> bytes:
    """The matrix that makes the word fill its place, and its letters."""
    quad = np.array(transform_points(to_points, word.quad))
    along = (quad[2] - quad[3]) / (_ADVANCE * len(word.text.rstrip(" ")))
    up = quad[0] - quad[3]
    # A tenth of a point is less than half a pixel at 300 dpi, but letters add up.
    numbers = [_number(each, 2) for each in along] + [_number(each, 1) for each in (*up, *quad[3])]
    return " ".join(numbers).encode() + b" Tm" + letters.encode(word.text) + b"Tj\n"


def _number(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
