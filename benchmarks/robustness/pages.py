"""Everyday pages drawn for the benchmark: each kind in a tuning and in a held-out typeface."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.robustness.canvas import Canvas, Piece, Pixels
from benchmarks.robustness.fonts import Face, Style, faces_of
from benchmarks.robustness.halves import Half, seed_of
from benchmarks.robustness.texts import (
    CHAPTERS,
    ENTRIES,
    ITEMS,
    STREETS,
    SURNAMES,
    TITLES,
    TOWNS,
    money,
    sentences,
    signed,
)

_NAVY = (28, 42, 84)


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A drawn page [h, w, 3] uint8 RGB at 150 dots an inch, its text in reading order."""

    name: str
    half: Half
    pixels: Pixels
    text: str
    pieces: tuple[Piece, ...]


def drawn_pages() -> Iterator[DrawnPage]:
    """Every kind twice: in a typeface that tuning may use, and in one that was held out."""
    halves: tuple[Half, Half] = ("tuning", "held-out")
    for kind, (style, size, em, draw) in KINDS.items():
        for half in halves:
            faces = faces_of(style, half)
            face = faces[seed_of(kind) % len(faces)]
            yield _drawn(kind, half, face, Canvas(f"{kind}:{face.name}", size, face, em), draw)


def _drawn(
    kind: str, half: Half, face: Face, canvas: Canvas, draw: Callable[[Canvas], None]
) -> DrawnPage:
    draw(canvas)
    name = f"{kind}-{face.name.replace(' ', '')}"
    return DrawnPage(name, half, np.array(canvas.pixels), canvas.text, tuple(canvas.pieces))


def _letter(page: Canvas) -> None:
    source = page.random
    for row, line in enumerate((source.choice(SURNAMES).title() + " & Sons",
                                f"{source.randint(2, 90)} {source.choice(STREETS)}",
                                source.choice(TOWNS))):  # fmt: skip
        page.line(110, 110 + row * 36, line)
    page.line(820, 260, f"{source.randint(10, 28)} May 20{source.randint(10, 26)}")
    page.line(110, 340, f"Dear Ms. {source.choice(SURNAMES).title()},")
    y = 400.0
    for count in (3, 4):
        y = page.paragraph(110, y, 1020, sentences(source, count)) + 24
    page.line(110, y + 20, "Yours sincerely,")


def _invoice(page: Canvas) -> None:
    source = page.random
    page.line(110, 110, f"Invoice No. {source.randint(1000, 9999)}-{source.randint(10, 99)}",
              em=page.em * 1.5, bold=True)  # fmt: skip
    page.row(190, [(110, "Item", "l"), (760, "Change", "r"), (1090, "Balance", "r")], bold=True)
    page.draw.line((110, 204, 1090, 204), (0, 0, 0), 2)
    for row, entry in enumerate(source.sample(ENTRIES, 8)):
        cells = [(110, entry, "l"), (760, signed(source), "r"), (1090, money(source, 20000), "r")]
        page.row(246 + row * 42, cells)
    for row, item in enumerate(source.sample(CHAPTERS, 4)):
        page.leader(110, 1090, 640 + row * 42, item, str(source.randint(1, 240)))
    page.line(110, 850, f"Total due: EUR {money(source)} (incl. {source.randint(5, 25)}% VAT)")


def _receipt(page: Canvas) -> None:
    source = page.random
    page.line(80, 60, f"{source.choice(SURNAMES)} STORES")
    page.line(80, 96, f"{source.randint(1, 99)} {source.choice(STREETS).upper()}")
    for row, item in enumerate(source.sample(ITEMS, 9)):
        price = f"{source.uniform(0.5, 60):.2f}"
        cells = [(40, f"{source.randint(1, 9)} x {item}", "l"), (510, price, "r")]
        page.row(160 + row * 36, cells)
    page.row(510, [(40, "DISCOUNT", "l"), (510, f"-{source.uniform(1, 9):.2f}", "r")])
    page.row(556, [(40, "TOTAL", "l"), (510, money(source, 300), "r")], bold=True)
    page.line(40, 620, f"{source.randint(10, 28)}/0{source.randint(1, 9)}/2025 "
                       f"{source.randint(10, 20)}:{source.randint(10, 59)}")  # fmt: skip


def _form(page: Canvas) -> None:
    source = page.random
    page.line(110, 100, source.choice(TITLES), bold=True, em=page.em * 1.4)
    labels = ("Surname", "Street", "Town", "Date of birth", "Telephone", "Signature of applicant")
    filled = (source.choice(SURNAMES).title(), source.choice(STREETS), source.choice(TOWNS),
              f"{source.randint(10, 28)}.11.19{source.randint(50, 99)}",
              f"0{source.randint(100, 999)} {source.randint(10000, 99999)}", "")  # fmt: skip
    for at, (label, value) in enumerate(zip(labels, filled, strict=True)):
        y = 180 + at * 92
        page.row(y, [(110, f"{label}:", "l")], em=page.em * 0.8)
        page.draw.rectangle((110, y + 10, 700, y + 60), outline=(0, 0, 0), width=2)
        if value:
            page.line(124, y + 46, value)
    for at, label in enumerate(("I agree", "By post", "By e-mail")):
        ticked = at == 0
        page.add_line(f"{'☑' if ticked else '☐'} {label}")
        page.check_box(780, 230 + at * 80, ticked=ticked)
        page.put(820, 230 + at * 80, label)


def _table(page: Canvas) -> None:
    """Ruled cells, many with a single digit in them."""
    source = page.random
    left, right, widths = 110, 1090, (80, 460, 220, 220)
    edges = [left, *(left + sum(widths[:at]) for at in range(1, 4)), right]
    rows = [("No", "Item", "In", "Out")]
    rows += [(str(at), item, str(source.randint(0, 9)), str(source.randint(0, 9)))
             for at, item in enumerate(source.sample(ITEMS, 9), 1)]  # fmt: skip
    for at, row in enumerate(rows):
        page.row(140 + at * 56, [(edges[cell] + 18, text, "l") for cell, text in enumerate(row)])
    for at in range(len(rows) + 1):
        page.draw.line((left, 102 + at * 56, right, 102 + at * 56), (0, 0, 0), 2)
    for edge in edges:
        page.draw.line((edge, 102, edge, 102 + len(rows) * 56), (0, 0, 0), 2)


def _typewriter(page: Canvas) -> None:
    y = 110.0
    for count in (3, 3, 2):
        y = page.paragraph(110, y, 1020, sentences(page.random, count), 1.7) + 30


def _columns(page: Canvas) -> None:
    for x in (90, 650):
        y = 100.0
        for _ in range(2):
            y = page.paragraph(x, y, 500, sentences(page.random, 5), 1.4) + 20


def _bullets(page: Canvas) -> None:
    source = page.random
    page.line(110, 100, source.choice(TITLES), bold=True)
    sign = source.choice(("•", "▪", "\u2013")) if page.face.name != "Lato" else "•"
    y = 170.0
    for text in source.sample(sentences(source, 12).split(". "), 9):
        line = next(iter(page.broken(text.rstrip("."), 960)))
        page.add_line(f"{sign} {line}.")
        page.put(120, y, sign)
        page.put(165, y, f"{line}.")
        y += page.em * 1.7


def _fractions(page: Canvas) -> None:
    source = page.random
    page.line(110, 100, "For six people", bold=True)
    for row, item in enumerate(source.sample(ITEMS, 7)):
        amount = source.choice(("½", "¼", "¾", "1½", "2¼", "3½"))
        page.line(110, 170 + row * 50, f"{amount} pounds of {item.lower()}")
    page.line(110, 560, f"Bake at {source.randint(150, 240)} °C ± 5 °C for 1½ hours")
    page.line(110, 610, f"It weighs {source.randint(2, 9)},{source.randint(10, 99)} kg, "
                        f"{source.randint(5, 30)}% water.")  # fmt: skip


def _reversed(page: Canvas) -> None:
    source = page.random
    page.draw.rectangle((0, 0, 400, 899), _NAVY)
    for row, line in enumerate([source.choice(TITLES), *source.sample(ITEMS, 6)]):
        page.line(50, 120 + row * 60, line, ink=(255, 255, 255))
    page.draw.rectangle((450, 70, 1180, 150), (0, 0, 0))
    page.line(480, 122, source.choice(CHAPTERS), ink=(255, 255, 255), bold=True)
    page.paragraph(450, 230, 730, sentences(source, 7))


def _stamped(page: Canvas) -> None:
    """A letter with a coloured stamp half over the print."""
    source = page.random
    bottom = page.paragraph(110, 110, 1020, sentences(source, 6))
    page.line(110, bottom + 30, f"Amount: {money(source)}")
    ink = source.choice(((190, 40, 50), (40, 70, 180), (30, 130, 70)))
    word = source.choice(("PAID", "COPY", "VOID"))
    page.draw.rectangle((600, 150, 980, 260), outline=ink, width=7)
    page.line(640, 236, word, em=88, bold=True, ink=ink)


Draw = Callable[[Canvas], None]
# Style of the typeface, size [width, height] and size of the letters in pixels, and who draws.
KINDS: dict[str, tuple[Style, tuple[int, int], float, Draw]] = {
    "letter": ("serif", (1240, 900), 27, _letter),
    "invoice": ("sans", (1240, 900), 27, _invoice),
    "receipt": ("mono", (560, 660), 24, _receipt),
    "form": ("sans", (1240, 760), 27, _form),
    "table": ("sans", (1240, 720), 27, _table),
    "typewriter": ("mono", (1240, 800), 26, _typewriter),
    "columns": ("serif", (1240, 900), 24, _columns),
    "bullets": ("serif", (1240, 660), 28, _bullets),
    "fractions": ("sans", (1240, 680), 28, _fractions),
    "reversed": ("sans", (1240, 900), 28, _reversed),
    "stamped": ("serif", (1240, 660), 28, _stamped),
}
