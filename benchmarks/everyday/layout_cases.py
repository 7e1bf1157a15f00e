"""Cases of layout: amounts in columns, tables, boxes, panels, receipts."""

from PIL import Image

from benchmarks.robustness.canvas import BLACK, BOXES, WHITE, Canvas, Colour
from benchmarks.robustness.texts import (
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

_LEFT = 110
_PANELS: tuple[Colour, ...] = ((34, 46, 70), (70, 30, 44), (20, 60, 50), (40, 40, 40))
_CHOICES = (
    "I have read the house rules", "Send the bill by post", "I own a car", "I need a parking space",
    "I have a pet", "I would like a garden", "Paid in advance", "Two keys received",
)  # fmt: skip


def signed_amounts(page: Canvas) -> None:
    """Amounts with minus signs, plus signs and brackets, aligned at the right."""
    source = page.random
    page.row(90, [(_LEFT, "Entry", "l"), (700, "Change", "r"), (1000, "Balance", "r")])
    for at, entry in enumerate(source.sample(ENTRIES, 6)):
        cells = [(_LEFT, entry, "l"), (700, signed(source), "r"), (1000, money(source), "r")]
        page.row(150 + at * page.em * 1.9, cells)


def comb_boxes(page: Canvas) -> None:
    """Fields with a box, or a short wall, for each letter."""
    source = page.random
    fields = [("Surname", source.choice(SURNAMES)),
              ("Customer number", str(source.randint(10**7, 10**8 - 1))),
              ("Post code", f"{source.randint(0, 99999):05d}")]  # fmt: skip
    for at, (label, value) in enumerate(fields):
        y, full = 100 + at * 100, source.random() < 0.6
        page.add_line(f"{label} {value}")
        page.put(_LEFT, y, label)
        _comb(page, 480, y, value, full=full)


def _comb(page: Canvas, x: float, y: float, value: str, *, full: bool) -> None:
    cell = page.em * 1.25
    for at in range(len(value) + 2):
        top = y - page.em * (1.0 if full else 0.2)
        box = (x + at * cell, top, x + (at + 1) * cell, y + page.em * 0.3)
        if full:
            page.draw.rectangle(box, outline=BLACK, width=2)
        else:
            page.draw.line(
                (box[0], box[1], box[0], box[3], box[2], box[3], box[2], box[1]), BLACK, 2
            )
        if at < len(value):
            page.put(x + (at + 0.5) * cell, y, value[at], anchor="ms")


def check_boxes(page: Canvas) -> None:
    """Ticked and empty boxes before their labels."""
    source = page.random
    states = [True, False, *(source.random() < 0.5 for _ in range(2))]
    source.shuffle(states)
    for at, (label, ticked) in enumerate(zip(source.sample(_CHOICES, 4), states, strict=True)):
        y = 90 + at * page.em * 2
        page.add_line(f"{BOXES[ticked]} {label}")
        page.check_box(_LEFT, y, ticked=ticked)
        page.put(_LEFT + page.em * 1.4, y, label)


def side_label(page: Canvas) -> None:
    """A line printed up the right margin beside some upright ones."""
    source = page.random
    page.paragraph(_LEFT, 100, 880, sentences(source, 4))
    text = f"Form {source.randint(10, 99)}-{source.choice('ABC')}, edition {source.randint(2, 9)}"
    page.add_line(text)
    font = page.face.font(page.em * 0.75)
    left, top, right, bottom = font.getbbox(text)
    label = Canvas("", (int(right - left) + 8, int(bottom - top) + 8), page.face, page.em * 0.75)
    label.draw.text((4 - left, 4 - top), text, BLACK, font)
    page.image.paste(label.image.transpose(Image.Transpose.ROTATE_90), (1140, 120))


def dark_panel(page: Canvas) -> None:
    """Light text in a dark panel at the left of dark text."""
    source = page.random
    page.draw.rectangle((0, 0, 360, page.image.height), source.choice(_PANELS))
    panel = [source.choice(TITLES), f"{source.choice(STREETS)} {source.randint(2, 90)}",
             source.choice(TOWNS), *source.sample(ITEMS, 4)]  # fmt: skip
    for at, line in enumerate(panel):
        page.line(46, 90 + at * page.em * 1.9, line, ink=WHITE)
    page.line(430, 100, source.choice(SURNAMES).title(), bold=True, em=page.em * 1.3)
    page.paragraph(430, 170, 740, sentences(source, 4))


def ruled_table(page: Canvas) -> None:
    """A ruled table with empty cells."""
    source = page.random
    rows: list[tuple[str, ...]] = [("No.", "Article", "Quantity", "Price")]
    for at, item in enumerate(source.sample(ITEMS, 5), 1):
        count = str(source.randint(2, 900)) if source.random() < 0.7 else ""
        rows.append((str(at), f"{item}, {source.choice(('large', 'small'))}", count,
                     money(source, 90)))  # fmt: skip
    _ruled(page, rows, (90, 420, 180, 180))


def lone_digits(page: Canvas) -> None:
    """Single digits, each alone in its cell."""
    source = page.random
    rows: list[tuple[str, ...]] = [("No", "Article", "In", "Out", "Left")]
    for at, item in enumerate(source.sample(ITEMS, 5), 1):
        rows.append((str(at), item, *(str(source.randint(0, 9)) for _ in range(3))))
    _ruled(page, rows, (90, 340, 140, 140, 140))


def _ruled(page: Canvas, rows: list[tuple[str, ...]], widths: tuple[int, ...]) -> None:
    high, top = page.em * 2, 60.0
    edges = [_LEFT + sum(widths[:at]) for at in range(len(widths) + 1)]
    for at, row in enumerate(rows):
        y = top + at * high + page.em * 1.35
        page.row(y, [(edges[cell] + 16, text, "l") for cell, text in enumerate(row)])
    bottom = top + len(rows) * high
    for at in range(len(rows) + 1):
        page.draw.line((edges[0], top + at * high, edges[-1], top + at * high), BLACK, 2)
    for edge in edges:
        page.draw.line((edge, top, edge, bottom), BLACK, 2)


def receipt(page: Canvas) -> None:
    """A narrow receipt of capitals and numbers."""
    source = page.random
    page.line(90, 50, f"{source.choice(SURNAMES)} MARKET")
    page.line(90, 84, f"{source.randint(1, 99)} {source.choice(STREETS).upper()}")
    prices = [source.uniform(0.5, 30) for _ in range(5)]
    for at, (item, price) in enumerate(zip(source.sample(ITEMS, 5), prices, strict=True)):
        cells = [(36, f"{source.randint(1, 9)} X {item.upper()}", "l"), (430, f"{price:.2f}", "r")]
        page.row(136 + at * 34, cells)
    page.row(330, [(36, "TOTAL", "l"), (430, f"{sum(prices):.2f}", "r")])
    page.row(364, [(36, "CASH", "l"), (430, "100.00", "r")])
    page.row(398, [(36, "CHANGE", "l"), (430, f"{100 - sum(prices):.2f}", "r")])
    number = f"{source.randint(10, 99)} {source.randint(1000, 9999)}"
    page.line(36, 450, f"{number} {source.randint(10, 20)}:{source.randint(10, 59)}")
