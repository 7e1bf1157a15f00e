"""Cases that people bring from elsewhere: slips, passes, screens, odd numbers, coloured grounds."""

import random

import numpy as np
from PIL import Image

from benchmarks.robustness.canvas import BLACK, WHITE, Canvas, Colour
from benchmarks.robustness.texts import ITEMS, SENTENCES, SURNAMES, TOWNS, sentences

_LEFT = 110
_FADED: Colour = (150, 142, 150)
_STRIPE: Colour = (226, 232, 240)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SERIAL = "ABCDEFGHKLMNPRSTUVWXYZ0123456789"
_UNITS = ("\u00b0C", "\u00b5g", "m\u00b2", "kWh", "mm", "%")
_GERMAN = ("Menge", "Preis", "Betrag", "Datum", "Summe", "Steuer")
_ENGLISH = ("Quantity", "Price", "Amount", "Date", "Total", "Tax")


def accounting(page: Canvas) -> None:
    """Negative amounts in brackets, with a trailing minus, with the sign U+2212."""
    source = page.random
    for at, item in enumerate(source.sample(ITEMS, 6)):
        amount = f"{source.uniform(1, 9000):,.2f}"
        signed = (f"({amount})", f"{amount}-", f"\u2212{amount}", amount)[at % 4]
        share = (
            f"\u2212{source.uniform(1, 30):.1f} %" if at % 2 else f"{source.uniform(1, 30):.1f} %"
        )
        cells = [(_LEFT, item, "l"), (720, signed, "r"), (1000, share, "r")]
        page.row(90 + at * page.em * 1.9, cells)


def separators(page: Canvas) -> None:
    """Thousands set apart by apostrophes, thin spaces, points and commas."""
    source = page.random
    for at in range(6):
        whole, part = divmod(source.randint(100_000, 99_999_999), 100)
        grouped = f"{whole:,}"
        texts = (f"{grouped.replace(',', chr(39))}.{part:02d}",
                 f"{grouped.replace(',', '.')},{part:02d}", f"{grouped}.{part:02d}")  # fmt: skip
        cells = [(_LEFT, f"{source.choice(TOWNS)}", "l"), (760, texts[at % 3], "r")]
        page.row(90 + at * page.em * 1.9, cells)


def units(page: Canvas) -> None:
    """Numbers with units and signs between them; the truth writes a raised digit as a plain one."""
    source = page.random
    for at, unit in enumerate(source.sample(_UNITS, 5)):
        text = f"{source.choice(ITEMS)}: {source.randint(2, 99)} {unit}"
        page.add_line(text.replace("\u00b2", "2"))
        y, level = 90 + at * page.em * 1.9, text.rstrip("\u00b2")
        page.put(_LEFT, y, level)
        if level != text:
            raised = _LEFT + page.width_of(level)
            page.put(raised, y - 0.35 * page.em, "2", em=0.62 * page.em)
    page.line(
        _LEFT, 90 + 5 * page.em * 1.9, f"{source.randint(2, 9)} \u00d7 {source.randint(10, 99)} cm"
    )


def card_slip(page: Canvas) -> None:
    """A slip of a card terminal in faded thermal print."""
    source = page.random
    lines = ["MERCHANT COPY", f"TERM ID {source.randint(10**7, 10**8)}",
             f"CARD ************{source.randint(1000, 9999)}",
             f"AUTH {source.randint(10**5, 10**6)}",
             f"SALE EUR {source.uniform(5, 200):.2f}", "APPROVED - THANK YOU"]  # fmt: skip
    for at, line in enumerate(lines):
        page.line(40, 60 + at * page.em * 1.7, line, ink=_FADED)


def boarding_pass(page: Canvas) -> None:
    """Small labels above large values, side by side."""
    source = page.random
    top = [("FROM", source.choice(TOWNS).upper()[:9]), ("TO", source.choice(TOWNS).upper()[:9]),
           ("SEAT", f"{source.randint(2, 38)}{source.choice('ABCDEF')}")]  # fmt: skip
    low = [("FLIGHT", f"PS{source.randint(100, 999)}"), ("GATE", f"B{source.randint(2, 60)}"),
           ("BOARDING", f"{source.randint(10, 22)}:{source.randint(10, 59)}")]  # fmt: skip
    for row, cells in enumerate((top, low)):
        y = 80 + row * 150
        places = [60 + at * 380 for at in range(len(cells))]
        labels = [(x, label, "l") for x, (label, _) in zip(places, cells, strict=True)]
        values = [(x, value, "l") for x, (_, value) in zip(places, cells, strict=True)]
        page.row(y, labels, em=page.em * 0.6, ink=(90, 90, 90))
        page.row(y + page.em * 1.9, values, em=page.em * 1.6, bold=True)


def serials(page: Canvas) -> None:
    """Serial and part numbers with letters and digits alike."""
    for at in range(5):
        groups = ("".join(page.random.choices(_SERIAL, k=4)) for _ in range(3))
        page.line(_LEFT, 90 + at * page.em * 1.9, f"S/N {'-'.join(groups)}")


def dates(page: Canvas) -> None:
    """Dates in five orders."""
    source = page.random
    day, month, year = source.randint(10, 28), source.randint(1, 12), source.randint(2019, 2026)
    name = _MONTHS[month - 1]
    lines = [f"{day:02d}/{month:02d}/{year}", f"{year}-{month:02d}-{day:02d}",
             f"{day} {name} {year}",
             f"{name} {day}, {year}", f"{day}.{month}.{year % 100:02d}"]  # fmt: skip
    for at, line in enumerate(lines):
        cells = [(_LEFT, source.choice(SURNAMES).title(), "l"), (620, line, "l")]
        page.row(90 + at * page.em * 1.9, cells)


def on_gradient(page: Canvas) -> None:
    """White print on a ground that changes from dark blue to grey."""
    width, height = page.image.size
    across = np.linspace(0, 1, width)[None, :, None]
    down = np.linspace(0, 1, height)[:, None, None]
    mixed = np.array([20, 40, 90]) + (across + down) / 2 * np.array([90, 80, 40])
    page.image.paste(Image.fromarray(mixed.astype(np.uint8)))
    page.line(_LEFT, 110, _title(page.random), bold=True, em=page.em * 1.5, ink=WHITE)
    page.paragraph(_LEFT, 200, 900, sentences(page.random, 2), ink=WHITE)


def _title(source: random.Random) -> str:
    """A short heading."""
    return f"{source.choice(TOWNS)} {source.choice(('Festival', 'Market', 'Opening'))}"


def zebra(page: Canvas) -> None:
    """A table whose rows stand on white and on grey in turns."""
    source = page.random
    for at, item in enumerate(source.sample(ITEMS, 7)):
        y = 90 + at * page.em * 1.8
        if at % 2:
            page.draw.rectangle((80, y - page.em * 1.2, 1120, y + page.em * 0.6), fill=_STRIPE)
        numbers = (str(source.randint(1, 9)), f"{source.uniform(1, 99):.2f}",
                   f"{source.randint(0, 25)}%")  # fmt: skip
        cells = [(x, text, "r") for x, text in zip((620, 860, 1080), numbers, strict=True)]
        page.row(y, [(_LEFT, item, "l"), *cells])


def screenshot(page: Canvas) -> None:
    """A light window with small print."""
    _screen(page, (248, 248, 250), (40, 40, 44))


def dark_screenshot(page: Canvas) -> None:
    """A dark window with small print."""
    _screen(page, (30, 31, 36), (212, 212, 216))


def _screen(page: Canvas, paper: Colour, ink: Colour) -> None:
    source = page.random
    page.draw.rectangle((0, 0, *page.image.size), fill=paper)
    page.row(24, [(16, "File Edit View Help", "l")], ink=ink)
    for at, text in enumerate(source.sample(SENTENCES, 4)):
        page.line(16, 56 + at * page.em * 1.6, text, ink=ink)
    cells = [(16, f"{source.randint(2, 90)} files", "l"),
             (560, f"{source.uniform(1, 99):.1f} MB", "r")]  # fmt: skip
    page.row(56 + 5 * page.em * 1.6, cells, ink=ink)


def letterspaced_word(page: Canvas) -> None:
    """A word of a sentence set with spaced letters, as German print stresses it."""
    source = page.random
    for at, text in enumerate(source.sample(SENTENCES, 4)):
        y = 90 + at * page.em * 2
        words = text.split()
        chosen = max(range(len(words)), key=lambda place: len(words[place]))
        page.add_line(text)
        x = float(_LEFT)
        for place, word in enumerate(words):
            for letter in word:
                page.put(x, y, letter)
                x += page.width_of(letter) + (page.em * 0.18 if place == chosen else 0)
            x += page.width_of(" ") + (page.em * 0.18 if place == chosen else 0)


def drop_capital(page: Canvas) -> None:
    """A paragraph that begins with a letter three lines high."""
    text = sentences(page.random, 5)
    lines = list(page.broken(text[1:], 760))
    page.add_line(text[0] + " " * (text[1] == " ") + lines[0])
    em = page.em * 3.6
    page.put(_LEFT, 90 + 2 * page.em * 1.4, text[0], em=em)
    indent = page.width_of(text[0], em) + 0.15 * page.em
    for at, line in enumerate(lines):
        if at:
            page.add_line(line)
        page.put(_LEFT + (indent if at < 3 else 0), 90 + at * page.em * 1.4, line)


def legal_signs(page: Canvas) -> None:
    """Signs of sections, paragraphs and notes."""
    source = page.random
    number = source.randint(2, 99)
    for at, text in enumerate((
        f"\u00a7 {number} Liability", f"See \u00a7\u00a7 {number + 1} and {number + 2} of the Act.",
        f"\u00b6 {source.randint(2, 40)} applies to tenants.",
        f"\u00a9 2025 {source.choice(SURNAMES).title()} & Sons, all rights reserved.",
        f"Prices in \u00a3 and \u20ac \u2013 see page {source.randint(2, 40)}.",
    )):  # fmt: skip
        page.line(_LEFT, 90 + at * page.em * 1.9, text)


def boxed(page: Canvas) -> None:
    """Words in boxes and circles."""
    source = page.random
    words = [*source.sample(ITEMS, 3), str(source.randint(10, 99)), str(source.randint(10, 99))]
    page.add_line(" ".join(words[:3]))
    page.add_line(" ".join(words[3:]))
    for at, word in enumerate(words[:3]):
        x = 80 + at * 360
        width = page.width_of(word)
        page.draw.rectangle(
            (x, 60, x + width + 2 * page.em, 60 + 2.2 * page.em), outline=BLACK, width=3
        )
        page.put(x + page.em, 60 + 1.45 * page.em, word)
    for at, word in enumerate(words[3:]):
        x, y, radius = 160 + at * 360, 300, 1.4 * page.em
        page.draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=BLACK, width=3)
        page.put(x, y + 0.36 * page.em, word, anchor="ms")


def bilingual(page: Canvas) -> None:
    """Labels in two languages beside amounts."""
    source = page.random
    for at, place in enumerate(source.sample(range(len(_GERMAN)), 5)):
        value = f"{source.uniform(1, 900):.2f}".replace(".", ",")
        cells = [
            (_LEFT, f"{_GERMAN[place]} / {_ENGLISH[place]}", "l"),
            (900, f"{value} \u20ac", "r"),
        ]
        page.row(90 + at * page.em * 1.9, cells)


def grey_terms(page: Canvas) -> None:
    """An amount, and terms in small light grey print below it."""
    page.row(
        90,
        [(_LEFT, "Amount due", "l"), (900, f"{page.random.uniform(10, 900):.2f}", "r")],
        bold=True,
    )
    small = page.em * 0.55
    y = 170.0
    for line in sentences(page.random, 5).split(". "):
        page.line(_LEFT, y, line.rstrip(".") + ".", em=small, ink=(165, 165, 165))
        y += small * 1.6
