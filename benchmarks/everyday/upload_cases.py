"""Cases of whole pages that strangers upload: maps, charts, labels, forms, posters."""

import math

from PIL import Image, ImageDraw

from benchmarks.robustness.canvas import BLACK, WHITE, Canvas
from benchmarks.robustness.texts import (
    CHAPTERS,
    ENTRIES,
    ITEMS,
    SENTENCES,
    STREETS,
    SURNAMES,
    TITLES,
    TOWNS,
    sentences,
)

_LEFT = 60
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("January", "April", "June", "September", "November")


def medicine_label(page: Canvas) -> None:
    """A box of tablets: a coloured band, the dose large, small print."""
    source, name = page.random, page.random.choice(("Noralin", "Tevapril", "Solvamox"))
    page.draw.rectangle((0, 0, page.image.width, 120), fill=(20, 110, 150))
    page.line(50, 82, name, em=page.em * 2.2, bold=True, ink=WHITE)
    page.line(50, 190, f"{source.choice((5, 10, 20, 400))} mg tablets", em=page.em * 1.3, bold=True)
    page.line(760, 190, f"{source.choice((14, 28, 56))} tablets")
    page.paragraph(50, 250, 900, "Take one tablet daily with water. Store below 25 \u00b0C. "
                   "Keep out of the reach of children.", 1.2, em=page.em * 0.7)  # fmt: skip
    small = [f"LOT {source.randint(10**5, 10**6)}", f"EXP {source.randint(10, 12)}/2027"]
    for at, text in enumerate(small):
        page.line(760, 290 + at * page.em * 1.2, text, em=page.em * 0.8)


def map_sheet(page: Canvas) -> None:
    """A map: names of towns beside dots, names of streets along tilted roads."""
    source, (width, height) = page.random, page.image.size
    page.draw.rectangle((0, 0, width, height), fill=(238, 234, 222))
    shore = [(0, 380), (420, 300), (700, 480), (width, 420), (width, height), (0, height)]
    page.draw.polygon(shore, fill=(176, 212, 236))
    for name, angle, y in zip(source.sample(STREETS, 2), (14, -18), (240, 150), strict=True):
        rise = math.tan(math.radians(angle)) * width
        page.draw.line((0, y + rise / 2, width, y - rise / 2), WHITE, 40)
        _tilted(page, width * 0.5, y, name, angle)
    for at, name in enumerate(source.sample(TOWNS, 4)):
        x, y = 90 + at * 290, (70, 330, 420, 560)[at]
        page.draw.ellipse((x - 7, y - 7, x + 7, y + 7), (180, 40, 40))
        page.line(x + 16, y + 10, name, bold=True)


def _tilted(page: Canvas, x: float, y: float, text: str, angle: float) -> None:
    """A line whose middle is at this place, turned counter-clockwise."""
    page.add_line(text)
    size = (round(page.width_of(text) + 40), round(page.em * 2))
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).text((20, page.em * 1.35), text, 255, page.face.font(page.em), anchor="ls")
    turned = mask.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    page.image.paste(BLACK, (round(x - turned.width / 2), round(y - turned.height / 2)), turned)


def bar_chart(page: Canvas) -> None:
    """Bars with a name below and a value above each, numbers at the axis."""
    source = page.random
    page.line(300, 60, f"{source.choice(ENTRIES)} by month", bold=True)
    page.draw.line((140, 100, 140, 500), BLACK, 2)
    page.draw.line((140, 500, 1180, 500), BLACK, 2)
    for at in range(5):
        page.put(126, 510 - at * 95, str(at * 25), anchor="rs", em=page.em * 0.8)
        page.add_line(str(at * 25))
        page.draw.line((140, 500 - at * 95, 1180, 500 - at * 95), (210, 210, 210))
    for at, month in enumerate(_MONTHS):
        x, value = 190 + at * 200, source.randint(12, 96)
        page.draw.rectangle((x, 500 - value * 3.8, x + 120, 499), fill=(70, 120, 180))
        page.put(x + 60, 490 - value * 3.8, str(value), anchor="ms", em=page.em * 0.8)
        page.put(x + 60, 536, month, anchor="ms", em=page.em * 0.9)
        page.add_line(f"{value} {month}")


def certificate(page: Canvas) -> None:
    """A certificate: ornaments around it, lines of many sizes in the middle."""
    source, (width, height) = page.random, page.image.size
    for inset in (18, 26, 48):
        page.draw.rectangle((inset, inset, width - inset, height - inset), outline=(150, 120, 50),
                            width=3)  # fmt: skip
    sides = source.choice((3, 4, 6, 30))
    for at in range(30, width - 30, 22):
        for edge in (37, height - 37):
            page.draw.regular_polygon((at, edge, 9), sides, outline=(150, 120, 50), width=2)
    lines = [
        ("CERTIFICATE", 2.2),
        ("is awarded to", 0.9),
        (f"{source.choice(TOWNS)} {source.choice(SURNAMES).title()}", 1.7),
        (f"for {source.randint(2, 30)} years of service", 1.0),
        (f"{source.choice(TOWNS)}, {source.randint(2, 28)} {source.choice(_MONTHS)} 2025", 0.8),
    ]
    y = 150.0
    for text, size in lines:
        page.line(width / 2, y, text, em=page.em * size, anchor="ms")
        y += page.em * (size + 1.6)


def calendar(page: Canvas) -> None:
    """A month: names of days, numbers in the corners of ruled cells."""
    source, cell = page.random, (150, 84)
    page.line(60, 60, f"{source.choice(_MONTHS)} {source.randint(2020, 2029)}", bold=True)
    page.row(110, [(70 + at * cell[0], day, "l") for at, day in enumerate(_DAYS)])
    first = source.randint(0, 6)
    for at in range(8):
        page.draw.line((60 + at * cell[0], 124, 60 + at * cell[0], 124 + 5 * cell[1]), BLACK, 2)
    for at in range(6):
        page.draw.line((60, 124 + at * cell[1], 60 + 7 * cell[0], 124 + at * cell[1]), BLACK, 2)
    for day in range(1, 29):
        week, place = divmod(first + day - 1, 7)
        page.line(60 + place * cell[0] + 12, 124 + week * cell[1] + page.em * 1.1, str(day))


def many_columns(page: Canvas) -> None:
    """Three or four narrow columns of a newsletter under one heading."""
    source, count = page.random, page.random.choice((3, 4))
    page.line(_LEFT, 80, source.choice(TITLES), em=page.em * 2, bold=True)
    wide = (page.image.width - 120 + 40) / count
    for at in range(count):
        page.paragraph(_LEFT + at * wide, 150, wide - 40, sentences(source, 7), 1.35)


def small_footer(page: Canvas) -> None:
    """A letter with a footer of 6 points at 150 dots an inch."""
    source = page.random
    page.paragraph(_LEFT, 90, 1040, sentences(source, 5))
    y, small = page.image.height - 90.0, 13
    page.draw.line((_LEFT, y - 24, 1180, y - 24), BLACK)
    for line in (
        f"{source.choice(SURNAMES).title()} Ltd, {source.choice(STREETS)}, {source.choice(TOWNS)}",
        f"Registered in England, number {source.randint(10**6, 10**7)}",
        f"Telephone 01{source.randint(100, 999)} {source.randint(10**5, 10**6)}",
    ):
        page.line(_LEFT, y, line, em=small)
        y += small * 1.5


def fine_scan(page: Canvas) -> None:
    """Print at 600 dots an inch."""
    page.line(200, 200, page.random.choice(TITLES), bold=True)
    page.paragraph(200, 420, 2200, sentences(page.random, 6))


def poster(page: Canvas) -> None:
    """Lines of 72 to 8 points, one below the other."""
    source, y = page.random, 0.0
    texts = [source.choice(TITLES), source.choice(CHAPTERS), source.choice(SENTENCES),
             source.choice(SENTENCES), *source.sample(SENTENCES, 2)]  # fmt: skip
    for text, em in zip(texts, (150, 90, 40, 30, 21, 17), strict=True):
        y += em * 1.5
        page.line(_LEFT, y, text, em=em * (1.0 if page.width_of(text, em) < 1300 else 0.75))


def parcel_label(page: Canvas) -> None:
    """A label of a parcel: bars, thick rules, a large code, two addresses."""
    source = page.random
    page.draw.rectangle((20, 20, 780, 880), outline=BLACK, width=5)
    page.line(40, 62, "FROM:", em=page.em * 0.7)
    _address(page, 40, 96, 0.8)
    page.draw.line((20, 220, 780, 220), BLACK, 5)
    page.line(40, 262, "SHIP TO:", em=page.em * 0.8, bold=True)
    _address(page, 40, 310, 1.2)
    page.draw.line((20, 500, 780, 500), BLACK, 9)
    page.line(
        40, 590, f"{source.choice('ABDEH')}{source.randint(10, 99)}", em=page.em * 3, bold=True
    )
    x = 60.0
    while x < 700:
        bar = source.choice((3, 3, 6, 9))
        page.draw.rectangle((x, 640, x + bar, 800), fill=BLACK)
        x += bar + source.choice((3, 6, 9))
    page.line(200, 846, " ".join(str(source.randint(1000, 9999)) for _ in range(3)))


def _address(page: Canvas, x: float, y: float, size: float) -> None:
    source, em = page.random, page.em * size
    lines = (f"{source.choice(TOWNS)} {source.choice(SURNAMES).title()}",
             f"{source.randint(2, 99)} {source.choice(STREETS)}",
             f"{source.choice(TOWNS)} {source.randint(10000, 99999)}")  # fmt: skip
    for at, line in enumerate(lines):
        page.line(x, y + at * em * 1.4, line, em=em)


def menu(page: Canvas) -> None:
    """A menu in the middle of the page: large spaced headings, prices at the right, small notes."""
    source, y = page.random, 90.0
    for head in ("Starters", "Main courses"):
        page.line(page.image.width / 2, y, head, em=page.em * 1.5, bold=True, anchor="ms")
        for item in source.sample(ITEMS, 3):
            y += page.em * 2
            page.row(y, [(_LEFT, f"{item} soup", "l"), (900, f"{source.uniform(4, 30):.2f}", "r")])
            items = " and ".join(source.sample(ITEMS, 2)).lower()
            how = {"em": page.em * 0.6, "ink": (90, 90, 90)}
            page.line(_LEFT, y + page.em * 0.85, f"with {items}", **how)
        y += page.em * 3.4


def section_form(page: Canvas) -> None:
    """A form in boxes: white words on black bars, tiny labels above typed entries."""
    source, y = page.random, 40.0
    for number in (1, 2):
        page.draw.rectangle((40, y, 1160, y + 40), fill=BLACK)
        title = f"SECTION {number}: {source.choice(ENTRIES).upper()}"
        page.line(56, y + 30, title, bold=True, ink=WHITE, em=page.em * 0.9)
        for row in range(2):
            top = y + 40 + row * 84
            for at in range(3):
                x = 40 + at * 373
                page.draw.rectangle((x, top, x + 373, top + 84), outline=BLACK, width=2)
                page.line(x + 10, top + 22, source.choice(ENTRIES), em=page.em * 0.55)
                page.line(x + 20, top + 66, f"{source.choice(TOWNS)} {source.randint(2, 99)}")
        y += 240


def name_plate(page: Canvas) -> None:
    """The plate of a machine: pale letters on dark metal, values in ruled fields."""
    source = page.random
    page.draw.rectangle((0, 0, *page.image.size), fill=(52, 54, 58))
    page.line(
        50, 80, f"{source.choice(SURNAMES)} PUMPS", em=page.em * 1.5, bold=True, ink=(224, 224, 220)
    )
    rows = (("Type", f"KX-{source.randint(100, 999)}"), ("Volts", str(source.choice((230, 400)))),
            ("Hz", "50"), ("Year", str(source.randint(1998, 2025))),
            ("Serial", str(source.randint(10**6, 10**7))))  # fmt: skip
    for at, (label, value) in enumerate(rows):
        y = 150 + at * page.em * 2.1
        page.row(y, [(60, label, "l"), (280, value, "l")], ink=(220, 220, 216))
        field = (260, y - page.em * 1.2, 640, y + page.em * 0.5)
        page.draw.rectangle(field, outline=(190, 190, 186), width=2)


def crossword(page: Canvas) -> None:
    """Black and white squares with small numbers, clues beside them."""
    source, side, number = page.random, 54, 0
    for row in range(8):
        for column in range(8):
            x, y = 40 + column * side, 60 + row * side
            black = source.random() < 0.25
            fill = BLACK if black else WHITE
            page.draw.rectangle((x, y, x + side, y + side), fill, BLACK, 2)
            if not black and source.random() < 0.3:
                number += 1
                page.line(x + 5, y + 18, str(number), em=16)
    page.line(540, 80, "ACROSS", bold=True)
    for at, text in enumerate(source.sample(SENTENCES, 4), 1):
        page.line(
            540,
            80 + at * page.em * 1.8,
            f"{at} {text[:-1]} ({source.randint(3, 8)})",
            em=page.em * 0.7,
        )
