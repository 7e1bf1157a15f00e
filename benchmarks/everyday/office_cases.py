"""Cases from offices and shops: invoices, cards, listings, addresses, labels, timetables."""

import random

from benchmarks.robustness.canvas import BLACK, WHITE, Canvas
from benchmarks.robustness.texts import ENTRIES, ITEMS, STREETS, SURNAMES, TOWNS, money, sentences

_LEFT = 110
_CURRENCIES = ("\u20ac", "$", "\u00a3")
_CODE = (
    ("def total_of(items):", "    return sum(x[1] for x in items)"),
    ("for (i = 0; i < max_rows; i++) {", '    puts(names[i]); /* one_by_one */', "}"),
    ('if (!user.is_admin && n >= 10) {', "    throw new Error(`no_access`);", "}"),
    ('config = {"max_size": 40, "mode": "r+"}', 'print(config["max_size"] * 2)'),
    ("#include <stdio.h>", "int main(void) { return 0; }"),
)  # fmt: skip
_HOSTS = ("example.org", "mail.example.com", "post-office.example", "my_shop.example.net")
_PATHS = ("index.html", "price-list?page=2", "a/b_c/form.pdf", "docs/v1.2/#top", "search?q=tea&n=5")


def invoice(page: Canvas) -> None:
    """Amounts with currency signs, a credit with its minus sign, percentages."""
    source = page.random
    sign = source.choice(_CURRENCIES)
    number = f"Invoice no. {source.randint(1000, 9999)}/{source.randint(1, 12)}"
    day = f"{source.randint(10, 28)}.{source.randint(10, 12)}.2025"
    page.row(90, [(_LEFT, number, "l"), (1080, day, "r")])
    for at, item in enumerate(source.sample(ITEMS, 3)):
        cells = [(_LEFT, f"{source.randint(2, 40)} x {item}", "l"),
                 (760, f"{source.uniform(1, 9):.2f}", "r"),
                 (1080, f"{sign}{money(source, 900)}", "r")]  # fmt: skip
        page.row(160 + at * page.em * 1.8, cells)
    y = 160 + 3.4 * page.em * 1.8
    page.row(y, [(_LEFT, f"Discount {source.randint(2, 15)}%", "l"),
                 (1080, f"-{sign}{money(source, 90)}", "r")])  # fmt: skip
    page.row(y + page.em * 1.8, [(_LEFT, "Credit note", "l"), (1080, f"-{money(source)}", "r")])
    total = [(_LEFT, "TOTAL DUE", "l"), (1080, f"{sign}{money(source)}", "r")]
    page.row(y + page.em * 3.8, total, bold=True)


def business_card(page: Canvas) -> None:
    """A large name, and small lines with a telephone number and an address of mail."""
    source = page.random
    name = f"{source.choice(('Ada', 'Olu', 'Jan', 'Mia'))} {source.choice(SURNAMES).title()}"
    page.line(60, 90, name, bold=True, em=page.em * 1.4)
    page.line(60, 130, source.choice(("Head of Sales", "Dentist", "Tax adviser")), em=page.em * 0.9)
    page.line(60, 220, f"{source.randint(2, 99)} {source.choice(STREETS)}, {source.choice(TOWNS)}")
    page.line(60, 262, f"Tel. {_telephone(source)}")
    page.line(60, 304, _mail(source))


def code_listing(page: Canvas) -> None:
    """Lines of programs: braces, brackets, underscores, quotation marks."""
    lines = [line for part in page.random.sample(_CODE, 3) for line in part]
    for at, line in enumerate(lines):
        page.line(_LEFT, 90 + at * page.em * 1.6, line)


def addresses(page: Canvas) -> None:
    """Addresses of mail and of pages in the web."""
    source = page.random
    for at in range(5):
        y = 90 + at * page.em * 2
        if at % 2:
            page.line(_LEFT, y, f"https://www.{source.choice(_HOSTS)}/{source.choice(_PATHS)}")
        else:
            page.line(_LEFT, y, f"Write to {_mail(source)}")


def telephone_list(page: Canvas) -> None:
    """Names beside telephone numbers with plus signs and brackets."""
    source = page.random
    for at, name in enumerate(source.sample(SURNAMES, 6)):
        cells = [(_LEFT, name.title(), "l"), (520, _telephone(source), "l")]
        page.row(90 + at * page.em * 1.8, cells)


def dotted_receipt(page: Canvas) -> None:
    """A narrow receipt with rows of dots before its amounts."""
    source = page.random
    page.line(60, 50, f"CAFE {source.choice(SURNAMES)}")
    for at, item in enumerate(source.sample(ITEMS, 6)):
        price = f"{source.uniform(0.5, 30):.2f}"
        y = 104 + at * 36
        page.add_line(f"{item} {price}")
        page.put(36, y, item)
        page.put(440, y, price, anchor="rs")
        start, room = 36 + page.width_of(item), 440 - page.width_of(price)
        dots = "." * int((room - start) / page.width_of("."))
        page.draw.text((start, y), dots, BLACK, page.face.font(page.em), anchor="ls")
    page.row(344, [(36, "VOUCHER", "l"), (440, f"-{source.uniform(1, 9):.2f}", "r")])
    page.row(384, [(36, "TOTAL EUR", "l"), (440, f"{source.uniform(30, 99):.2f}", "r")], bold=True)


def label_sheet(page: Canvas) -> None:
    """Labels with a bar code each; the number stands below the bars."""
    source = page.random
    for row in range(2):
        names = source.sample(ITEMS, 3)
        numbers = [f"{source.randint(10**6, 10**7 - 1)}" for _ in names]
        y = 60 + row * 240
        place = [60 + at * 400 for at in range(3)]
        page.row(y + 30, [(x, name, "l") for x, name in zip(place, names, strict=True)])
        for x in place:
            _bars(page, x, y + 50)
        page.row(y + 165, [(x, text, "l") for x, text in zip(place, numbers, strict=True)])


def _bars(page: Canvas, x: float, y: float) -> None:
    end = x + 260
    while x < end:
        width = page.random.choice((2, 2, 4, 6))
        page.draw.rectangle((x, y, x + width - 1, y + 80), BLACK)
        x += width + page.random.choice((2, 4, 6))


def timetable(page: Canvas) -> None:
    """Stops, and times without rules between them."""
    source = page.random
    page.row(80, [(_LEFT, "Stop", "l"), *((520 + at * 160, "Daily", "r") for at in range(4))])
    starts = [source.randint(5, 18) * 60 + source.randint(0, 59) for _ in range(4)]
    for at, stop in enumerate(source.sample(TOWNS, 5)):
        cells = [(_LEFT, stop, "l")]
        for column, start in enumerate(starts):
            minutes = start + at * source.randint(7, 12)
            time = f"{minutes // 60:02d}:{minutes % 60:02d}" if source.random() < 0.85 else "-"
            cells.append((520 + column * 160, time, "r"))
        page.row(140 + at * page.em * 1.7, cells)


def chequered(page: Canvas) -> None:
    """A table whose cells are light on dark in turns, as a chess board's."""
    source = page.random
    wide, high = 250, round(page.em * 2.2)
    for row in range(4):
        texts = [source.choice((*ITEMS, *ENTRIES[:5], f"{source.randint(10, 999)}"))
                 for _ in range(4)]  # fmt: skip
        page.add_line(" ".join(texts))
        for column, text in enumerate(texts):
            x, y, dark = 80 + column * wide, 60 + row * high, (row + column) % 2
            fill = (30, 34, 40) if dark else WHITE
            page.draw.rectangle((x, y, x + wide, y + high), fill, BLACK, 2)
            page.put(x + 18, y + high * 0.66, text, ink=WHITE if dark else BLACK)


def letter_with_number(page: Canvas) -> None:
    """A short page with a header, and its number at the foot."""
    source = page.random
    page.line(1130, 60, f"{source.choice(TOWNS)} Gazette", em=page.em * 0.7, anchor="rs")
    page.paragraph(_LEFT, 150, 1000, sentences(source, 5))
    number = source.randint(2, 9)
    text = source.choice((f"- {number} -", f"{number}", f"{number}/12", f"Page {number} of 12"))
    page.line(620, 600, text, em=page.em * 0.8, anchor="ms")


def _telephone(source: random.Random) -> str:
    land, town = source.choice((44, 49, 33, 234)), source.randint(20, 999)
    number = f"{source.randint(100, 999)} {source.randint(1000, 9999)}"
    forms = (f"+{land} {town} {number}", f"+{land} (0){town} {number}", f"(0{town}) {number}")
    return source.choice(forms)


def _mail(source: random.Random) -> str:
    name = source.choice(SURNAMES).lower()
    mark = source.choice((".", "_", "-", "+"))
    return f"{source.choice('abcdm')}{mark}{name}@{source.choice(_HOSTS)}"
