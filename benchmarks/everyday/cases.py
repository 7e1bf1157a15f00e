"""Small everyday cases, two of each kind, drawn from seeds: files with their exact text."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from benchmarks.everyday import (
    character_cases,
    code_cases,
    diagram_cases,
    layout_cases,
    office_cases,
    page_cases,
    paper_cases,
    pdf_cases,
    print_cases,
    public_cases,
    reference_cases,
    screen_cases,
    stranger_cases,
    surface_cases,
    upload_cases,
    worn_cases,
)
from benchmarks.everyday.stored import faxed, jpeg_specks, on_transparency, png, specked
from benchmarks.robustness.canvas import Canvas, Piece
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


_WIDE = (1240, 460)
_EM = dict.fromkeys(
    ("narrow_gutter", "receipt", "dotted_receipt", "two_columns_noted", "two_languages"), 24
) | dict.fromkeys(("screenshot", "dark_screenshot"), 13)
_EM |= (
    dict.fromkeys(("spreadsheet", "terminal"), 15)
    | dict.fromkeys(("small_ads", "payslip", "phone_screen"), 24)
    | dict.fromkeys(("receipt_photo", "faded_thermal", "many_columns", "book_spread"), 22)
    | dict.fromkeys(("two_slips", "receipt_photo_turned"), 22)
    | {"fine_scan": 92, "chat_dark": 20, "lone_line": 23, "huge_title": 20, "subpixel_screen": 14}
)
KINDS: dict[str, Kind] = {
    "ascenders": Kind("serif", _WIDE, print_cases.ascenders, png),
    "line_ends": Kind("sans", (1240, 620), print_cases.line_ends, png),
    "hyphens": Kind("serif", (800, 480), print_cases.hyphens, png),
    "signed_amounts": Kind("sans", (1240, 560), layout_cases.signed_amounts, png),
    "leaders": Kind("serif", (1240, 560), print_cases.leaders, png),
    "jpeg_specks": Kind("serif", (1240, 300), print_cases.short_note, jpeg_specks),
    "narrow_gutter": Kind("serif", (1300, 820), print_cases.narrow_gutter, png),
    "comb_boxes": Kind("sans", (1240, 380), layout_cases.comb_boxes, png),
    "fax": Kind("serif", _WIDE, print_cases.notice, faxed),
    "on_transparency": Kind("sans", (1240, 300), print_cases.short_note, on_transparency),
    "fractions": Kind("sans", (1240, 420), print_cases.fractions, png),
    "salt": Kind("serif", (1240, 760), print_cases.notice, specked),
    "bullets": Kind("serif", (1240, 560), print_cases.bullets, png),
    "check_boxes": Kind("sans", (1000, 420), layout_cases.check_boxes, png),
    "side_label": Kind("sans", (1240, 520), layout_cases.side_label, png),
    "dark_panel": Kind("sans", (1240, 620), layout_cases.dark_panel, png),
    "spaced_heading": Kind("sans", _WIDE, print_cases.spaced_heading, png),
    "ruled_table": Kind("sans", (1100, 520), layout_cases.ruled_table, png),
    "receipt": Kind("mono", (470, 490), layout_cases.receipt, png),
    "indices": Kind("serif", (1240, 320), print_cases.indices, png),
    "stamp": Kind("serif", _WIDE, print_cases.stamp, png),
    "lone_digits": Kind("sans", (1100, 520), layout_cases.lone_digits, png),
    "typewriter": Kind("mono", (1320, 560), print_cases.typewriter, png),
    "invoice": Kind("sans", (1240, 560), office_cases.invoice, png),
    "business_card": Kind("sans", (760, 360), office_cases.business_card, png),
    "code_listing": Kind("mono", (1240, 560), office_cases.code_listing, png),
    "addresses": Kind("sans", (1240, 460), office_cases.addresses, png),
    "telephone_list": Kind("serif", (1240, 460), office_cases.telephone_list, png),
    "dotted_receipt": Kind("mono", (480, 430), office_cases.dotted_receipt, png),
    "label_sheet": Kind("sans", (1300, 520), office_cases.label_sheet, png),
    "timetable": Kind("sans", (1240, 460), office_cases.timetable, png),
    "chequered": Kind("sans", (1160, 420), office_cases.chequered, png),
    "letter_with_number": Kind("serif", (1240, 640), office_cases.letter_with_number, png),
    "mathematics": Kind("serif", (1000, 520), page_cases.mathematics, png),
    "footnotes": Kind("serif", (1240, 480), page_cases.footnotes, png),
    "two_columns_noted": Kind("serif", (1300, 700), page_cases.two_columns_noted, png),
    "two_languages": Kind("serif", (1500, 360), page_cases.two_languages, png),
    "underlined": Kind("serif", (1240, 460), page_cases.underlined, png),
    "struck": Kind("sans", (1000, 460), page_cases.struck, png),
    "italics": Kind("serif", (1240, 460), page_cases.italics, png),
    "small_capitals": Kind("serif", (1240, 560), page_cases.small_capitals, png),
    "pale_print": Kind("sans", (1240, 480), page_cases.pale_print, png),
    "watermark": Kind("sans", (1240, 620), page_cases.watermark, png),
    "punched": Kind("serif", (1240, 560), page_cases.punched, png),
    "ticked_list": Kind("sans", (1000, 460), page_cases.ticked_list, png),
    "notebook": Kind("sans", (1240, 560), page_cases.notebook, png),
    "photocopy": Kind("serif", (1240, 560), page_cases.photocopy, png),
    "accounting": Kind("sans", (1100, 460), stranger_cases.accounting, png),
    "separators": Kind("sans", (1000, 460), stranger_cases.separators, png),
    "units": Kind("sans", (1000, 460), stranger_cases.units, png),
    "card_slip": Kind("mono", (520, 420), stranger_cases.card_slip, png),
    "boarding_pass": Kind("sans", (1240, 400), stranger_cases.boarding_pass, png),
    "serials": Kind("mono", (1100, 420), stranger_cases.serials, png),
    "dates": Kind("serif", (1100, 420), stranger_cases.dates, png),
    "on_gradient": Kind("sans", (1240, 420), stranger_cases.on_gradient, png),
    "zebra": Kind("sans", (1200, 520), stranger_cases.zebra, png),
    "screenshot": Kind("sans", (620, 240), stranger_cases.screenshot, png),
    "dark_screenshot": Kind("sans", (620, 240), stranger_cases.dark_screenshot, png),
    "letterspaced_word": Kind("serif", (1300, 420), stranger_cases.letterspaced_word, png),
    "drop_capital": Kind("serif", (1240, 560), stranger_cases.drop_capital, png),
    "legal_signs": Kind("serif", (1240, 420), stranger_cases.legal_signs, png),
    "boxed": Kind("sans", (1240, 400), stranger_cases.boxed, png),
    "bilingual": Kind("sans", (1100, 460), stranger_cases.bilingual, png),
    "grey_terms": Kind("sans", (1240, 420), stranger_cases.grey_terms, png),
    "receipt_photo": Kind("mono", (900, 960), worn_cases.receipt_photo, png),
    "folded": Kind("serif", (1240, 760), worn_cases.folded, png),
    "crumpled": Kind("serif", (1240, 620), worn_cases.crumpled, png),
    "faded_thermal": Kind("mono", (460, 620), worn_cases.faded_thermal, png),
    "carbon_copy": Kind("mono", (1100, 480), worn_cases.carbon_copy, png),
    "striped_printout": Kind("mono", (1240, 520), worn_cases.striped_printout, png),
    "highlighted": Kind("serif", (1240, 560), worn_cases.highlighted, png),
    "scanner_edge": Kind("serif", (1240, 760), worn_cases.scanner_edge, png),
    "faxed_form": Kind("sans", (1240, 560), worn_cases.faxed_form, png),
    "book_spread": Kind("serif", (1700, 760), worn_cases.book_spread, png),
    "shop_sign": Kind("sans", (1240, 400), worn_cases.shop_sign, png),
    "stained": Kind("serif", (1240, 560), worn_cases.stained, png),
    "on_photograph": Kind("sans", (1500, 420), worn_cases.on_photograph, png),
    "chat_dark": Kind("sans", (900, 480), screen_cases.chat_dark, png),
    "spreadsheet": Kind("sans", (580, 232), screen_cases.spreadsheet, png),
    "terminal": Kind("mono", (620, 220), screen_cases.terminal, png),
    "web_form": Kind("sans", (820, 480), screen_cases.web_form, png),
    "dashboard": Kind("sans", (1240, 330), screen_cases.dashboard, png),
    "medicine_label": Kind("sans", (1100, 360), upload_cases.medicine_label, png),
    "map_sheet": Kind("sans", (1240, 640), upload_cases.map_sheet, png),
    "bar_chart": Kind("sans", (1240, 580), upload_cases.bar_chart, png),
    "certificate": Kind("serif", (1240, 640), upload_cases.certificate, png),
    "calendar": Kind("sans", (1180, 580), upload_cases.calendar, png),
    "many_columns": Kind("serif", (1500, 1100), upload_cases.many_columns, png),
    "small_footer": Kind("sans", (1240, 640), upload_cases.small_footer, png),
    "fine_scan": Kind("serif", (2600, 1500), upload_cases.fine_scan, png),
    "poster": Kind("sans", (1700, 640), upload_cases.poster, png),
    "slide": Kind("sans", (1280, 560), screen_cases.slide, png),
    "parcel_label": Kind("sans", (800, 900), upload_cases.parcel_label, png),
    "menu": Kind("serif", (1000, 780), upload_cases.menu, png),
    "section_form": Kind("sans", (1200, 520), upload_cases.section_form, png),
    "name_plate": Kind("sans", (760, 500), upload_cases.name_plate, png),
    "crossword": Kind("sans", (1240, 540), upload_cases.crossword, png),
    "fraction_cells": Kind("sans", (1100, 460), character_cases.fraction_cells, png),
    "noughts": Kind("sans", (1160, 460), character_cases.noughts, png),
    "chemistry": Kind("sans", (1240, 460), character_cases.chemistry, png),
    "postcodes": Kind("serif", (1000, 420), character_cases.postcodes, png),
    "numerals": Kind("serif", (1000, 420), character_cases.numerals, png),
    "ratios": Kind("sans", (1000, 420), character_cases.ratios, png),
    "hashes": Kind("mono", (1000, 420), character_cases.hashes, png),
    "comparisons": Kind("sans", (1000, 420), character_cases.comparisons, png),
    "degrees": Kind("sans", (1000, 420), character_cases.degrees, png),
    "code_table": Kind("sans", (1000, 520), code_cases.code_table, png),
    "short_words": Kind("serif", (1000, 460), code_cases.short_words, png),
    "accented_names": Kind("serif", (1000, 460), code_cases.accented_names, png),
    "amounts_abroad": Kind("sans", (1000, 460), code_cases.amounts_abroad, png),
    "car_plates": Kind("sans", (1000, 460), code_cases.car_plates, png),
    "chess_moves": Kind("serif", (1000, 460), code_cases.chess_moves, png),
    "clock_times": Kind("sans", (1000, 460), code_cases.clock_times, png),
    "components": Kind("sans", (1000, 460), code_cases.components, png),
    "coordinates": Kind("sans", (1000, 300), code_cases.coordinates, png),
    "file_names": Kind("mono", (1000, 420), code_cases.file_names, png),
    "inch_sizes": Kind("serif", (1000, 420), code_cases.inch_sizes, png),
    "initials": Kind("serif", (1000, 420), code_cases.initials, png),
    "key_combinations": Kind("sans", (1000, 420), code_cases.key_combinations, png),
    "licence_keys": Kind("sans", (1000, 420), code_cases.licence_keys, png),
    "marked_terms": Kind("serif", (1000, 460), code_cases.marked_terms, png),
    "medical_values": Kind("sans", (1000, 460), code_cases.medical_values, png),
    "model_names": Kind("serif", (1000, 420), code_cases.model_names, png),
    "ordinals": Kind("mono", (1000, 420), code_cases.ordinals, png),
    "standards": Kind("serif", (1000, 420), code_cases.standards, png),
    "tax_numbers": Kind("sans", (1000, 420), code_cases.tax_numbers, png),
    "page_ranges": Kind("serif", (1000, 460), code_cases.page_ranges, png),
    "flow_chart": Kind("sans", (1200, 460), diagram_cases.flow_chart, png),
    "pie_chart": Kind("sans", (1040, 520), diagram_cases.pie_chart, png),
    "line_chart": Kind("sans", (1240, 590), diagram_cases.line_chart, png),
    "turned_heads": Kind("sans", (1060, 560), diagram_cases.turned_heads, png),
    "technical_drawing": Kind("sans", (1240, 460), diagram_cases.technical_drawing, png),
    "settings_screen": Kind("sans", (640, 660), diagram_cases.settings_screen, png),
    "dialogue_box": Kind("sans", (880, 380), diagram_cases.dialogue_box, png),
    "comic": Kind("sans", (1260, 520), diagram_cases.comic, png),
    "identity_card": Kind("sans", (860, 450), public_cases.identity_card, png),
    "cheque": Kind("sans", (1240, 420), public_cases.cheque, png),
    "shelf_price": Kind("sans", (860, 430), public_cases.shelf_price, png),
    "number_plate": Kind("sans", (840, 300), public_cases.number_plate, png),
    "nutrition": Kind("sans", (520, 660), public_cases.nutrition, png),
    "warning_sign": Kind("sans", (900, 400), public_cases.warning_sign, png),
    "two_slips": Kind("mono", (1010, 680), public_cases.two_slips, png),
    "glare": Kind("serif", (1240, 560), public_cases.glare, png),
    "outlined": Kind("sans", (1000, 360), public_cases.outlined, png),
    "stickers": Kind("sans", (1100, 500), public_cases.stickers, png),
    "sticky_note": Kind("serif", (1240, 480), public_cases.sticky_note, png),
    "numbered_lines": Kind("serif", (1240, 620), paper_cases.numbered_lines, png),
    "redacted": Kind("serif", (1240, 560), paper_cases.redacted, png),
    "ledger_sheet": Kind("sans", (1200, 500), paper_cases.ledger_sheet, png),
    "dotted_form": Kind("mono", (1240, 420), paper_cases.dotted_form, png),
    "lone_line": Kind("serif", (1240, 1754), paper_cases.lone_line, png),
    "huge_title": Kind("sans", (1400, 430), paper_cases.huge_title, png),
    "receipt_photo_turned": Kind("mono", (900, 960), worn_cases.receipt_photo_turned, png),
    "subpixel_screen": Kind("sans", (620, 200), screen_cases.subpixel_screen, png),
    "margin_lines": Kind("serif", (1240, 620), paper_cases.margin_lines, png),
    "grey_copy": Kind("serif", (1240, 560), paper_cases.grey_copy, png),
    "guilloche": Kind("sans", (1240, 420), surface_cases.guilloche, png),
    "blueprint": Kind("sans", (1240, 480), surface_cases.blueprint, png),
    "coloured_bands": Kind("sans", (1240, 440), surface_cases.coloured_bands, png),
    "shadowed": Kind("sans", (1240, 360), surface_cases.shadowed, png),
    "embossed": Kind("sans", (1100, 360), surface_cases.embossed, png),
    "wood_grain": Kind("sans", (1240, 480), surface_cases.wood_grain, png),
    "tinted_dots": Kind("serif", (1240, 440), surface_cases.tinted_dots, png),
    "slanted_labels": Kind("sans", (1240, 460), surface_cases.slanted_labels, png),
    "segment_display": Kind("sans", (1040, 430), surface_cases.segment_display, png),
    "flap_board": Kind("mono", (1000, 420), surface_cases.flap_board, png),
    "dictionary": Kind("serif", (1000, 380), reference_cases.dictionary, png),
    "book_index": Kind("serif", (900, 480), reference_cases.book_index, png),
    "exam_paper": Kind("serif", (1240, 620), reference_cases.exam_paper, png),
    "recipe": Kind("serif", (900, 440), reference_cases.recipe, png),
    "small_ads": Kind("serif", (1260, 460), reference_cases.small_ads, png),
    "circled_numbers": Kind("sans", (1240, 420), reference_cases.circled_numbers, png),
    "ringed_letters": Kind("sans", (1240, 420), reference_cases.ringed_letters, png),
    "payslip": Kind("sans", (1240, 460), reference_cases.payslip, png),
    "blood_test": Kind("sans", (1200, 420), reference_cases.blood_test, png),
    "mail_head": Kind("sans", (1100, 400), reference_cases.mail_head, png),
    "web_addresses": Kind("sans", (1300, 400), reference_cases.web_addresses, png),
    "phone_screen": Kind("sans", (720, 620), reference_cases.phone_screen, png),
    "chapter_heads": Kind("serif", (1240, 480), reference_cases.chapter_heads, png),
}
PDF_KINDS: dict[str, pdf_cases.PdfCase] = {
    "unseen_text": pdf_cases.unseen_text,
    "false_codes": pdf_cases.false_codes,
    "form_fields": pdf_cases.form_fields,
}
ALL_KINDS = (*KINDS, *PDF_KINDS)
