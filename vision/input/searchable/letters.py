"""The font of invisible text: one blank glyph for every letter.

glyphless.ttf, made with fontTools, has .notdef and one empty glyph, both 500 of 1000 units wide,
ascent 1000, descent 0; its table of characters (Macintosh, format 0) leads each byte to that glyph.
It has no outline, so that a viewer takes a letter to fill the square above its baseline.
"""

from collections.abc import Container, Iterable
from itertools import count
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name

ADVANCE = 0.5  # of the font's size, for each letter
_FONT = "/PagesightText"
_FIRST, _LAST = 0x20, 0x7E  # letters of ASCII that are drawn: their bytes are their codes
_FREE = tuple(code for code in (*range(0x7F, 0x100), *range(1, _FIRST)) if code not in b"\r\n")
_MOST_LETTERS = 65_000  # that two bytes can number
_ENTRIES = 100  # that a section of a CMap may have
_CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CMapName /T def
/CMapType 2 def
1 begincodespacerange
{space}
endcodespacerange
{sections}endcmap
end
end
"""


class Letters:
    """The codes of the letters that a document uses: a byte each, or two where these are too few.

    `name` is the font's among a page's resources; `taken` are names that they have already, as
    pages that were made searchable before do.
    """

    def __init__(self, texts: Iterable[str], taken: Container[str] = ()) -> None:
        self.name = next(name for n in count(1) if (name := f"/T{n}") not in taken)
        used = sorted({letter for text in texts for letter in text if not _is_surrogate(letter)})
        others = [letter for letter in used if not _FIRST <= ord(letter) <= _LAST]
        self._wide = len(others) > len(_FREE)
        if self._wide:
            self._codes = {letter: n for n, letter in enumerate(used[:_MOST_LETTERS], 1)}
        else:
            self._codes = {chr(code): code for code in range(_FIRST, _LAST + 1)}
            self._codes |= dict(zip(others, _FREE, strict=False))

    def encode(self, text: str) -> bytes:
        """The text as a PDF string; without letters beyond the last code."""
        size = 2 if self._wide else 1
        numbers = (self._codes.get(letter) for letter in text)
        codes = b"".join(number.to_bytes(size, "big") for number in numbers if number)
        for special in (b"\\", b"(", b")"):
            codes = codes.replace(special, b"\\" + special)
        return b"(" + codes.replace(b"\r", b"\\r") + b")"

    def font(self, pdf: pikepdf.Pdf) -> Any:
        """The font for all pages."""
        program = pdf.make_stream(Path(__file__).with_name("glyphless.ttf").read_bytes())
        program.Length1 = len(program.read_bytes())
        descriptor = Dictionary(
            Type=Name.FontDescriptor, FontName=Name(_FONT), Flags=5, FontBBox=[0, 0, 500, 1000],
            ItalicAngle=0, Ascent=1000, Descent=0, CapHeight=1000, StemV=80, FontFile2=program,
        )  # fmt: skip
        make = _wide_font if self._wide else _narrow_font
        font = make(pdf, pdf.make_indirect(descriptor), self._codes.values())
        font.ToUnicode = pdf.make_stream(self._to_unicode().encode("ascii"))
        return pdf.make_indirect(font)

    def _to_unicode(self) -> str:
        digits = 4 if self._wide else 2
        space = f"<{'00' * (digits // 2)}> <{'FF' * (digits // 2)}>"
        own = "" if self._wide else f"1 beginbfrange\n<{_FIRST:X}> <{_LAST:X}> <0020>\nendbfrange\n"
        entries = [
            f"<{code:0{digits}X}> <{letter.encode('utf-16-be').hex().upper()}>\n"
            for letter, code in self._codes.items()
            if self._wide or not _FIRST <= code <= _LAST
        ]
        parts = (entries[at : at + _ENTRIES] for at in range(0, len(entries), _ENTRIES))
        sections = (f"{len(part)} beginbfchar\n{''.join(part)}endbfchar\n" for part in parts)
        return _CMAP.format(space=space, sections=own + "".join(sections))


def _is_surrogate(letter: str) -> bool:
    return 0xD800 <= ord(letter) < 0xE000


def _narrow_font(_: pikepdf.Pdf, descriptor: Any, codes: Iterable[int]) -> Dictionary:
    """A simple font: the program itself leads each byte to the glyph."""
    first, last = min(codes), max(codes)
    return Dictionary(
        Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name(_FONT), FirstChar=first,
        LastChar=last, Widths=[500] * (last - first + 1), FontDescriptor=descriptor,
    )  # fmt: skip


def _wide_font(pdf: pikepdf.Pdf, descriptor: Any, codes: Iterable[int]) -> Dictionary:
    """A composite font, with a map from each code to the glyph."""
    used = max(codes)
    descendant = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name(_FONT), DW=500,
        CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        CIDToGIDMap=pdf.make_stream(b"\0\0" + b"\0\1" * used), FontDescriptor=descriptor,
    )  # fmt: skip
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name(_FONT),
        Encoding=Name("/Identity-H"),
        DescendantFonts=[pdf.make_indirect(descendant)],
    )
