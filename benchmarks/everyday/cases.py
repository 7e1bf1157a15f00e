"""Small everyday cases, two of each kind, drawn from seeds: files with their exact text."""

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.everyday import (
    character_cases,
    layout_cases,
    office_cases,
    page_cases,
    pdf_cases,
    print_cases,
    screen_cases,
    stranger_cases,
    upload_cases,
    worn_cases,
)
from benchmarks.robustness.canvas import Canvas, Piece
from benchmarks.robustness.disturb_print import fax, salt
from benchmarks.robustness.fonts import Style, faces_of
from benchmarks.robustness.halves import Choice, Half, half_of, seed_of

Draw = Callable[[Canvas], None]
Finish = Callable[[Image.Image, int], tuple[bytes, str]]

NUMBERS = (1, 2)  # of the cases of each kind; one of them is held out


@dataclass(frozen=True, slots=True)
class EverydayCase:
    """A file with the text that a person reads on it; `pieces` are boxes of its print, if drawn."""

    kind: str
    number: int
    half: Half
    content: bytes
    suffix: str
    text: str
    pieces: tuple[Piece, ...] = ()

    @property
    def name(self) -> str:
        """What its file is called, without the suffix."""
        return f"{self.kind}-{self.number}"

    def write(self, folder: Path) -> Path:
        """Write the file; its path comes back."""
        path = folder / f"{self.name}{self.suffix}"
        path.write_bytes(self.content)
        return path


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind is drawn: style of the typeface, size [width, height], and how it is stored."""

    style: Style
    size: tuple[int, int]
    draw: Draw
    finish: Finish


def everyday_cases(half: Choice = "all", kinds: tuple[str, ...] = ()) -> Iterator[EverydayCase]:
    """All cases of this half, of these kinds or of all."""
    for kind in kinds or ALL_KINDS:
        for number in NUMBERS:
            own = half_of_case(kind, number)
            if half in ("all", own):
                yield _pdf_case(kind, number) if kind in PDF_KINDS else _drawn_case(kind, number)


def half_of_case(kind: str, number: int) -> Half:
    """Of each kind's two cases one is for tuning; the kind's name says which."""
    first = half_of(kind)
    other: Half = "held-out" if first == "tuning" else "tuning"
    return first if number % 2 else other


def _drawn_case(name: str, number: int) -> EverydayCase:
    """A case in a typeface of its own half, most in letters of 26 to 34 pixels an em."""
    kind, half = KINDS[name], half_of_case(name, number)
    source = random.Random(seed_of("everyday", name, number))
    face = source.choice(faces_of(kind.style, half))
    em = _EM[name] if name in _EM else source.randint(26, 34)
    canvas = Canvas(f"{name}:{number}", kind.size, face, em)
    kind.draw(canvas)
    content, suffix = kind.finish(canvas.image, number)
    return EverydayCase(name, number, half, content, suffix, canvas.text, tuple(canvas.pieces))


def _pdf_case(name: str, number: int) -> EverydayCase:
    source = random.Random(seed_of("everyday", name, number))
    content, text = PDF_KINDS[name](source, number)
    return EverydayCase(name, number, half_of_case(name, number), content, ".pdf", text)


def _png(image: Image.Image, _: int) -> tuple[bytes, str]:
    return _stored(image, "PNG", compress_level=1), ".png"


def _jpeg_specks(image: Image.Image, number: int) -> tuple[bytes, str]:
    """Small letters compressed hard, then enlarged: each has a cloud of specks."""
    small = image.resize((image.width // 2, image.height // 2), Image.Resampling.BOX)
    with Image.open(io.BytesIO(_stored(small, "JPEG", quality=18 + 4 * number))) as coarse:
        return _png(coarse.resize((image.width, image.height), Image.Resampling.LANCZOS), number)


def _on_transparency(image: Image.Image, _: int) -> tuple[bytes, str]:
    """White letters on nothing."""
    grey = image.convert("L")
    clear = Image.new("RGBA", image.size, (255, 255, 255, 255))
    clear.putalpha(grey.point([255 - level for level in range(256)]))
    return _stored(clear, "PNG"), ".png"


def _faxed(image: Image.Image, _: int) -> tuple[bytes, str]:
    sent = fax(np.asarray(image), np.random.default_rng(1), 2)
    return _bitonal(sent, (204, 98)), ".tif"


def _specked(image: Image.Image, number: int) -> tuple[bytes, str]:
    """Specks of one pixel, or of two."""
    specked = salt(np.asarray(image), np.random.default_rng(number), number)
    return _bitonal(specked, (150, 150)), ".tif"


def _bitonal(
    pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], dpi: tuple[int, int]
) -> bytes:
    image = Image.fromarray(pixels).convert("1", dither=Image.Dither.NONE)
    return _stored(image, "TIFF", compression="group4", dpi=dpi)


def _stored(image: Image.Image, kind: str, **how: object) -> bytes:
    stored = io.BytesIO()
    image.save(stored, kind, **how)
    return stored.getvalue()


_WIDE = (1240, 460)
_EM = dict.fromkeys(
    ("narrow_gutter", "receipt", "dotted_receipt", "two_columns_noted", "two_languages"), 24
) | dict.fromkeys(("screenshot", "dark_screenshot"), 13)
_EM |= (
    dict.fromkeys(("spreadsheet", "terminal"), 15)
    | dict.fromkeys(("receipt_photo", "faded_thermal", "many_columns", "book_spread"), 22)
    | {"fine_scan": 92, "chat_dark": 20}
)
KINDS: dict[str, Kind] = {
    "ascenders": Kind("serif", _WIDE, print_cases.ascenders, _png),
    "line_ends": Kind("sans", (1240, 620), print_cases.line_ends, _png),
    "hyphens": Kind("serif", (800, 480), print_cases.hyphens, _png),
    "signed_amounts": Kind("sans", (1240, 560), layout_cases.signed_amounts, _png),
    "leaders": Kind("serif", (1240, 560), print_cases.leaders, _png),
    "jpeg_specks": Kind("serif", (1240, 300), print_cases.short_note, _jpeg_specks),
    "narrow_gutter": Kind("serif", (1300, 820), print_cases.narrow_gutter, _png),
    "comb_boxes": Kind("sans", (1240, 380), layout_cases.comb_boxes, _png),
    "fax": Kind("serif", _WIDE, print_cases.notice, _faxed),
    "on_transparency": Kind("sans", (1240, 300), print_cases.short_note, _on_transparency),
    "fractions": Kind("sans", (1240, 420), print_cases.fractions, _png),
    "salt": Kind("serif", (1240, 760), print_cases.notice, _specked),
    "bullets": Kind("serif", (1240, 560), print_cases.bullets, _png),
    "check_boxes": Kind("sans", (1000, 420), layout_cases.check_boxes, _png),
    "side_label": Kind("sans", (1240, 520), layout_cases.side_label, _png),
    "dark_panel": Kind("sans", (1240, 620), layout_cases.dark_panel, _png),
    "spaced_heading": Kind("sans", _WIDE, print_cases.spaced_heading, _png),
    "ruled_table": Kind("sans", (1100, 520), layout_cases.ruled_table, _png),
    "receipt": Kind("mono", (470, 490), layout_cases.receipt, _png),
    "indices": Kind("serif", (1240, 320), print_cases.indices, _png),
    "stamp": Kind("serif", _WIDE, print_cases.stamp, _png),
    "lone_digits": Kind("sans", (1100, 520), layout_cases.lone_digits, _png),
    "typewriter": Kind("mono", (1320, 560), print_cases.typewriter, _png),
    "invoice": Kind("sans", (1240, 560), office_cases.invoice, _png),
    "business_card": Kind("sans", (760, 360), office_cases.business_card, _png),
    "code_listing": Kind("mono", (1240, 560), office_cases.code_listing, _png),
    "addresses": Kind("sans", (1240, 460), office_cases.addresses, _png),
    "telephone_list": Kind("serif", (1240, 460), office_cases.telephone_list, _png),
    "dotted_receipt": Kind("mono", (480, 430), office_cases.dotted_receipt, _png),
    "label_sheet": Kind("sans", (1300, 520), office_cases.label_sheet, _png),
    "timetable": Kind("sans", (1240, 460), office_cases.timetable, _png),
    "chequered": Kind("sans", (1160, 420), office_cases.chequered, _png),
    "letter_with_number": Kind("serif", (1240, 640), office_cases.letter_with_number, _png),
    "mathematics": Kind("serif", (1000, 520), page_cases.mathematics, _png),
    "footnotes": Kind("serif", (1240, 480), page_cases.footnotes, _png),
    "two_columns_noted": Kind("serif", (1300, 700), page_cases.two_columns_noted, _png),
    "two_languages": Kind("serif", (1500, 360), page_cases.two_languages, _png),
    "underlined": Kind("serif", (1240, 460), page_cases.underlined, _png),
    "struck": Kind("sans", (1000, 460), page_cases.struck, _png),
    "italics": Kind("serif", (1240, 460), page_cases.italics, _png),
    "small_capitals": Kind("serif", (1240, 560), page_cases.small_capitals, _png),
    "pale_print": Kind("sans", (1240, 480), page_cases.pale_print, _png),
    "watermark": Kind("sans", (1240, 620), page_cases.watermark, _png),
    "punched": Kind("serif", (1240, 560), page_cases.punched, _png),
    "ticked_list": Kind("sans", (1000, 460), page_cases.ticked_list, _png),
    "notebook": Kind("sans", (1240, 560), page_cases.notebook, _png),
    "photocopy": Kind("serif", (1240, 560), page_cases.photocopy, _png),
    "accounting": Kind("sans", (1100, 460), stranger_cases.accounting, _png),
    "separators": Kind("sans", (1000, 460), stranger_cases.separators, _png),
    "units": Kind("sans", (1000, 460), stranger_cases.units, _png),
    "card_slip": Kind("mono", (520, 420), stranger_cases.card_slip, _png),
    "boarding_pass": Kind("sans", (1240, 400), stranger_cases.boarding_pass, _png),
    "serials": Kind("mono", (1100, 420), stranger_cases.serials, _png),
    "dates": Kind("serif", (1100, 420), stranger_cases.dates, _png),
    "on_gradient": Kind("sans", (1240, 420), stranger_cases.on_gradient, _png),
    "zebra": Kind("sans", (1200, 520), stranger_cases.zebra, _png),
    "screenshot": Kind("sans", (620, 240), stranger_cases.screenshot, _png),
    "dark_screenshot": Kind("sans", (620, 240), stranger_cases.dark_screenshot, _png),
    "letterspaced_word": Kind("serif", (1300, 420), stranger_cases.letterspaced_word, _png),
    "drop_capital": Kind("serif", (1240, 560), stranger_cases.drop_capital, _png),
    "legal_signs": Kind("serif", (1240, 420), stranger_cases.legal_signs, _png),
    "boxed": Kind("sans", (1240, 400), stranger_cases.boxed, _png),
    "bilingual": Kind("sans", (1100, 460), stranger_cases.bilingual, _png),
    "grey_terms": Kind("sans", (1240, 420), stranger_cases.grey_terms, _png),
    "receipt_photo": Kind("mono", (900, 960), worn_cases.receipt_photo, _png),
    "folded": Kind("serif", (1240, 760), worn_cases.folded, _png),
    "crumpled": Kind("serif", (1240, 620), worn_cases.crumpled, _png),
    "faded_thermal": Kind("mono", (460, 620), worn_cases.faded_thermal, _png),
    "carbon_copy": Kind("mono", (1100, 480), worn_cases.carbon_copy, _png),
    "striped_printout": Kind("mono", (1240, 520), worn_cases.striped_printout, _png),
    "highlighted": Kind("serif", (1240, 560), worn_cases.highlighted, _png),
    "scanner_edge": Kind("serif", (1240, 760), worn_cases.scanner_edge, _png),
    "faxed_form": Kind("sans", (1240, 560), worn_cases.faxed_form, _png),
    "book_spread": Kind("serif", (1700, 760), worn_cases.book_spread, _png),
    "shop_sign": Kind("sans", (1240, 400), worn_cases.shop_sign, _png),
    "stained": Kind("serif", (1240, 560), worn_cases.stained, _png),
    "on_photograph": Kind("sans", (1500, 420), worn_cases.on_photograph, _png),
    "chat_dark": Kind("sans", (900, 480), screen_cases.chat_dark, _png),
    "spreadsheet": Kind("sans", (580, 232), screen_cases.spreadsheet, _png),
    "terminal": Kind("mono", (620, 220), screen_cases.terminal, _png),
    "web_form": Kind("sans", (820, 480), screen_cases.web_form, _png),
    "dashboard": Kind("sans", (1240, 330), screen_cases.dashboard, _png),
    "medicine_label": Kind("sans", (1100, 360), upload_cases.medicine_label, _png),
    "map_sheet": Kind("sans", (1240, 640), upload_cases.map_sheet, _png),
    "bar_chart": Kind("sans", (1240, 580), upload_cases.bar_chart, _png),
    "certificate": Kind("serif", (1240, 640), upload_cases.certificate, _png),
    "calendar": Kind("sans", (1180, 580), upload_cases.calendar, _png),
    "many_columns": Kind("serif", (1500, 1100), upload_cases.many_columns, _png),
    "small_footer": Kind("sans", (1240, 640), upload_cases.small_footer, _png),
    "fine_scan": Kind("serif", (2600, 1500), upload_cases.fine_scan, _png),
    "poster": Kind("sans", (1700, 640), upload_cases.poster, _png),
    "slide": Kind("sans", (1280, 560), screen_cases.slide, _png),
    "parcel_label": Kind("sans", (800, 900), upload_cases.parcel_label, _png),
    "menu": Kind("serif", (1000, 780), upload_cases.menu, _png),
    "section_form": Kind("sans", (1200, 520), upload_cases.section_form, _png),
    "name_plate": Kind("sans", (760, 500), upload_cases.name_plate, _png),
    "crossword": Kind("sans", (1240, 540), upload_cases.crossword, _png),
    "fraction_cells": Kind("sans", (1100, 460), character_cases.fraction_cells, _png),
    "noughts": Kind("sans", (1160, 460), character_cases.noughts, _png),
    "chemistry": Kind("sans", (1240, 460), character_cases.chemistry, _png),
    "postcodes": Kind("serif", (1000, 420), character_cases.postcodes, _png),
    "numerals": Kind("serif", (1000, 420), character_cases.numerals, _png),
    "ratios": Kind("sans", (1000, 420), character_cases.ratios, _png),
    "hashes": Kind("mono", (1000, 420), character_cases.hashes, _png),
    "comparisons": Kind("sans", (1000, 420), character_cases.comparisons, _png),
    "degrees": Kind("sans", (1000, 420), character_cases.degrees, _png),
}
PDF_KINDS: dict[str, pdf_cases.PdfCase] = {
    "unseen_text": pdf_cases.unseen_text,
    "false_codes": pdf_cases.false_codes,
    "form_fields": pdf_cases.form_fields,
}
ALL_KINDS = (*KINDS, *PDF_KINDS)
