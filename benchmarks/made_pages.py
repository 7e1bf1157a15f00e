"""Pages that the benchmark draws itself, so that it runs anywhere: seeded, with known truth.

Letters, columns, receipts, forms, tables and statements in Pillow's own font, some in low
resolution, some noisy. Every line is known with its box and its place in the reading order.
"""

import random
import re
from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Box = tuple[float, float, float, float]

WIDTH, HEIGHT = 1240, 1754  # A4 at 150 dots an inch
_MARGIN = 110

WORDS = tuple(
    re.findall(
        r"\w+",
        """
        account address adjust advice after agree amount annual answer apply around arrive article
        autumn average balance before begin benefit beyond branch bridge bring budget building buyer
        carry certain change charge clause clear client close coffee company condition confirm
        contract copper correct council country course cover credit current customer damage decide
        deliver demand deposit describe detail differ direct discount document doubt early effect
        either engine enough entire equal estimate event every exact example except expect explain
        export factor family figure final finish follow foreign former forward freight future garden
        general glass goods govern ground growth handle harbour heavy history however hundred import
        improve include income increase industry inform insure invoice island journal judge kitchen
        labour language large latter leather letter liquid listen machine manage market material
        matter measure medium member method middle minute mirror modern monthly mountain natural
        nearly notice number object observe office oppose orange order origin other package paper
        partner pattern people percent period person picture plastic please point possible prepare
        present price private problem process produce promise protect public purpose quality quarter
        question quick railway reason receive record reduce refund regular reply report request
        result return river salary sample season second section select service settle several silver
        simple single smooth special station store street supply surface system table target thank
        theory ticket timber together total travel under union until useful value various vessel
        village visit volume warehouse weather weekly weight window winter within witness yellow
        """,
    )
)


@dataclass(frozen=True, slots=True)
class MadeLine:
    """A line as it was drawn; the box holds its letters, in pixels of the upright page."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class MadePage:
    """A drawn page [h, w, 3] uint8 RGB; `lines` stand in reading order."""

    name: str
    pixels: NDArray[np.uint8]
    lines: tuple[MadeLine, ...]
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All lines, one below the other."""
        return "\n".join(line.text for line in self.lines)


class Sheet:
    """A white page on which lines are written one after the other, in reading order."""

    def __init__(self, seed: int, width: int = WIDTH, height: int = HEIGHT) -> None:
        self.random = random.Random(seed)
        self.image = Image.new("RGB", (width, height), "white")
        self.draw = ImageDraw.Draw(self.image)
        self.lines: list[MadeLine] = []

    def write(self, x: float, y: float, text: str, size: float = 24) -> Box:
        """Write one line with its top-left corner there; its box comes back."""
        font = ImageFont.load_default(size)
        self.draw.text((x, y), text, "black", font)
        box = self.draw.textbbox((x, y), text, font)
        self.lines.append(MadeLine(text, box))
        return box

    def write_item(self, x: float, y: float, text: str, size: float = 24) -> None:
        """Write an item of a list behind a round bullet, which Pillow's font does not have."""
        _, y0, x1, y1 = self.write(x + size, y, text, size)
        middle = y + size * 0.62
        self.draw.ellipse((x, middle - size * 0.16, x + size * 0.32, middle + size * 0.16), "black")
        self.lines[-1] = MadeLine(f"• {text}", (x, y0, x1, y1))

    def words(self, count: int) -> list[str]:
        """Words in any order, the first with a capital."""
        first, *others = self.random.choices(WORDS, k=count)
        return [first.capitalize(), *others]

    def paragraph(self, x: float, y: float, width: float, rows: int, size: float = 24) -> float:
        """Rows of words as wide as they fit; where the next may begin comes back."""
        font = ImageFont.load_default(size)
        for row in range(rows):
            words = self.words(40)
            fits = bisect(
                range(1, len(words) + 1),
                width,
                key=lambda count: self.draw.textlength(" ".join(words[:count]), font),
            )
            self.write(x, y + row * size * 1.45, " ".join(words[:fits]), size)
        return y + (rows + 0.8) * size * 1.45

    def page(self, name: str, fields: dict[str, str] | None = None) -> MadePage:
        """What was written so far."""
        return MadePage(name, np.asarray(self.image), tuple(self.lines), fields or {})


def letter(seed: int) -> MadePage:
    """Address, date, paragraphs, a close."""
    sheet = Sheet(seed)
    for row in range(3):
        sheet.write(_MARGIN, 120 + row * 36, " ".join(sheet.words(3)))
    sheet.write(850, 300, f"{sheet.random.randint(10, 28)} March 20{sheet.random.randint(10, 29)}")
    y = 400.0
    for rows in (6, 5, 7):
        y = sheet.paragraph(_MARGIN, y, WIDTH - 2 * _MARGIN, rows)
    sheet.write(_MARGIN, y + 30, "Yours faithfully")
    return sheet.page("letter")


def columns(seed: int, count: int) -> MadePage:
    """A header, a title, 1 to 4 columns of paragraphs, a footnote under a rule, a page number."""
    sheet = Sheet(seed)
    gap, size = 44, (26, 24, 20, 17)[count - 1]
    width = (WIDTH - 2 * _MARGIN - gap * (count - 1)) / count
    sheet.write(_MARGIN, 60, " ".join(sheet.words(3)), 16)
    sheet.write(_MARGIN, 130, " ".join(sheet.words(4)), 44)
    for column in range(count):
        x, y = _MARGIN + column * (width + gap), 240.0
        for _ in range(3):
            y = sheet.paragraph(x, y, width, sheet.random.randint(8, 9), size)
    sheet.draw.line((_MARGIN, 1560, 500, 1560), "black", 2)
    sheet.write(_MARGIN, 1575, "1 " + " ".join(sheet.words(8)), 17)
    sheet.write(WIDTH / 2, 1680, str(sheet.random.randint(10, 99)), 18)
    return sheet.page(f"columns{count}")


def receipt(seed: int) -> MadePage:
    """A shop's receipt: name, address, items with prices at the right, total; with fields."""
    sheet = Sheet(seed, 520, 1000)
    company = " ".join(sheet.words(2)).upper() + " TRADING"
    address = f"{sheet.random.randint(1, 99)} {sheet.words(1)[0]} Street"
    date = f"{sheet.random.randint(10, 28)}/0{sheet.random.randint(1, 9)}/2018"
    sheet.write(90, 40, company, 22)
    sheet.write(120, 75, address, 18)
    sheet.write(40, 120, f"Date {date}", 18)
    total = 0
    for row in range(sheet.random.randint(6, 14)):
        price = sheet.random.randint(100, 9999)
        total += price
        sheet.write(40, 170 + row * 36, " ".join(sheet.words(2)), 18)
        sheet.write(400, 170 + row * 36, f"{price / 100:.2f}", 18)
    said = f"{total / 100:.2f}"
    sheet.write(40, 720, "TOTAL", 24)
    sheet.write(380, 720, said, 24)
    sheet.write(120, 790, "Thank you please come again", 16)
    fields = {"company": company, "address": address, "date": date, "total": said}
    return sheet.page("receipt", fields)


def form(seed: int) -> MadePage:
    """Labels with boxes filled in beside them, two to a row."""
    sheet = Sheet(seed)
    sheet.write(_MARGIN, 100, " ".join(sheet.words(3)).upper(), 34)
    for row in range(11):
        y = 220 + row * 110
        for x in (_MARGIN, 650):
            sheet.write(x, y, " ".join(sheet.words(2)) + ":", 20)
            sheet.draw.rectangle((x, y + 30, x + 460, y + 76), outline="black", width=2)
            sheet.write(x + 14, y + 40, " ".join(sheet.words(3)), 22)
    return sheet.page("form")


def table(seed: int) -> MadePage:
    """A paragraph, a ruled table with a head, a paragraph."""
    sheet = Sheet(seed)
    y = sheet.paragraph(_MARGIN, 140, WIDTH - 2 * _MARGIN, 4)
    rows, widths = sheet.random.randint(7, 11), (330, 230, 230, 230)
    for row in range(rows + 1):
        x = float(_MARGIN)
        for column, width in enumerate(widths):
            sheet.draw.rectangle((x, y + row * 54, x + width, y + row * 54 + 54), outline="black")
            sheet.write(x + 14, y + row * 54 + 14, _cell(sheet, row, column), 21)
            x += width
    sheet.paragraph(_MARGIN, y + (rows + 2) * 54, WIDTH - 2 * _MARGIN, 5)
    return sheet.page("table")


def statement(seed: int) -> MadePage:
    """A bank statement: signed amounts beside balances, dotted leaders, a list, single digits."""
    sheet = Sheet(seed)
    sheet.write(_MARGIN, 100, " ".join(sheet.words(3)), 34)
    balance = sheet.random.randint(200_000, 900_000)
    for row in range(sheet.random.randint(10, 14)):
        change = sheet.random.choice((-1, 1)) * sheet.random.randint(50, 99_999)
        balance += change
        y = 200 + row * 50
        sheet.write(_MARGIN, y, " ".join(sheet.words(2)), 24)
        sheet.write(620, y, f"{change / 100:+,.2f}", 24)
        sheet.write(900, y, f"{balance / 100:,.2f}", 24)
    for row in range(4):
        label = " ".join(sheet.words(2))
        dots = " " + "." * ((60 - 2 * len(label)) // 2 + 20) + " "
        sheet.write(_MARGIN, 960 + row * 50, f"{label}{dots}{sheet.random.randint(1, 9)}", 24)
    for row in range(5):
        sheet.write_item(_MARGIN, 1220 + row * 50, f"{' '.join(sheet.words(4))};", 24)
    return sheet.page("statement")


def _cell(sheet: Sheet, row: int, column: int) -> str:
    if row == 0 or column == 0:
        return " ".join(sheet.words(2))
    return f"{sheet.random.randint(1_000, 99_999):,}"


Maker = Callable[[int], MadePage]
MAKERS: tuple[Maker, ...] = (
    letter, receipt, form, table, *(partial(columns, count=count) for count in (1, 2, 3, 4)),
    statement,
)  # fmt: skip


def made_pages(rounds: int, seed: int = 1) -> list[MadePage]:
    """Every kind of page, `rounds` times over; odd rounds look scanned: coarser, noisy."""
    pages = []
    for at in range(rounds):
        for number, make in enumerate(MAKERS):
            page = make(seed + at * len(MAKERS) + number)
            pages.append(scanned(page, seed + at) if at % 2 else page)
    return pages


def scanned(page: MadePage, seed: int) -> MadePage:
    """The page as a cheap scanner gives it: three quarters as fine, grey, soft, noisy."""
    coarse = cv2.resize(page.pixels, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
    noise = np.random.default_rng(seed).normal(0, 7, coarse.shape[:2])[..., None]
    grey = np.clip(cv2.GaussianBlur(coarse, (0, 0), 0.6) * 0.75 + 45 + noise, 0, 255)
    lines = tuple(MadeLine(line.text, _scaled(line.box, 0.75)) for line in page.lines)
    return MadePage(f"{page.name}_scan", grey.astype(np.uint8), lines, page.fields)


def turned(page: MadePage, quarter_turns: int) -> MadePage:
    """The page laid on the scanner turned clockwise; boxes mean nothing any more."""
    pixels = np.ascontiguousarray(np.rot90(page.pixels, -quarter_turns))
    return MadePage(f"{page.name}_{quarter_turns * 90}", pixels, page.lines, page.fields)


def skewed(page: MadePage, degrees: float) -> MadePage:
    """The page tilted counter-clockwise about its middle; boxes mean nothing any more."""
    height, width = page.pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    pixels = cv2.warpAffine(page.pixels, turn, (width, height), borderValue=(255, 255, 255))
    return MadePage(
        f"{page.name}_{degrees:+g}", np.asarray(pixels, np.uint8), page.lines, page.fields
    )


def _scaled(box: Sequence[float], scale: float) -> Box:
    x0, y0, x1, y1 = (edge * scale for edge in box)
    return x0, y0, x1, y1
