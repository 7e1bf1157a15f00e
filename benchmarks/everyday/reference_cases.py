"""Cases from reference books, schools, offices and mail: entries, marks, ranges, addresses."""

from benchmarks.robustness.canvas import Canvas
from benchmarks.robustness.texts import CHAPTERS, ITEMS, SENTENCES, SURNAMES, TOWNS, money

_LEFT = 110
_WORDS = (
    ("anvil", "n.", "a block on which iron is shaped"), ("brisk", "adj.", "quick and lively"),
    ("caulk", "v.", "to fill a gap so that no water enters"),
    ("dowel", "n.", "a round peg that joins two boards"),
    ("fallow", "adj.", "ploughed but not sown"), ("grout", "n.", "thin mortar between tiles"),
    ("heddle", "n.", "a loop that lifts the warp"), ("ingot", "n.", "a cast bar of metal"),
)  # fmt: skip
_TESTS = (
    ("Sodium", "mmol/L", 136, 145, 0), ("Potassium", "mmol/L", 3.5, 5.1, 1),
    ("Calcium", "mmol/L", 2.15, 2.55, 2), ("Glucose", "mg/dL", 70, 99, 0),
    ("Urea", "mg/dL", 17, 43, 0), ("Albumin", "g/dL", 3.5, 5.2, 1),
    ("Ferritin", "ng/mL", 30, 300, 0),
)  # fmt: skip


def dictionary(page: Canvas) -> None:
    """Entries with a bold headword, its class and a meaning."""
    words = sorted(page.random.sample(_WORDS, 5))
    for at, (word, kind, meaning) in enumerate(words):
        y = 90 + at * page.em * 1.7
        page.put(_LEFT, y, word, bold=True)
        x = _LEFT + page.width_of(f"{word} ", bold=True)
        page.put(x, y, f"{kind} {meaning}")
        page.add_line(f"{word} {kind} {meaning}")


def book_index(page: Canvas) -> None:
    """Terms with the numbers of their pages, ranges and subordinate entries."""
    source = page.random
    y = 80.0
    for item in sorted(source.sample(ITEMS, 4)):
        first = source.randint(3, 90)
        page.line(
            _LEFT, y, f"{item.lower()}, {first}, {first + 12}\u2013{first + 15}, {first + 101}"
        )
        y += page.em * 1.5
        page.line(_LEFT + 50, y, f"cost of, {source.randint(100, 300)}")
        y += page.em * 1.5


def exam_paper(page: Canvas) -> None:
    """Questions with parts in brackets and marks at the right."""
    source = page.random
    y = 90.0
    for number in range(1, 4):
        cells = [(_LEFT, f"{number}.", "l"), (_LEFT + 60, source.choice(SENTENCES), "l")]
        page.row(y, cells)
        for part in "ab":
            y += page.em * 1.7
            question = f"({part}) Give the value of {source.choice('xyz')}."
            marks = source.randint(1, 6)
            page.row(y, [(_LEFT + 60, question, "l"), (1120, f"[{marks} marks]", "r")])
        y += page.em * 1.9


def recipe(page: Canvas) -> None:
    """Amounts with their units, and a temperature."""
    source = page.random
    units = ("g", "ml", "tbsp", "tsp", "cups")
    for at, item in enumerate(source.sample(ITEMS, 5)):
        amount = f"{source.randint(1, 9) * (50 if units[at] in ('g', 'ml') else 1)} {units[at]}"
        page.line(_LEFT, 90 + at * page.em * 1.7, f"{amount} {item.lower()}")
    y = 90 + 5 * page.em * 1.7
    page.line(
        _LEFT, y, f"Bake at {source.randint(15, 24) * 10} \u00b0C for {source.randint(10, 55)} min."
    )


def small_ads(page: Canvas) -> None:
    """Three narrow columns of advertisements, each with a telephone number."""
    source = page.random
    for column in range(3):
        x, y = 60 + column * 400, 70.0
        for _ in range(2):
            sold = source.choice(ITEMS).upper()
            number = f"0{source.randint(1000, 9999)} {source.randint(100000, 999999)}"
            text = f"{sold}, as new, {source.randint(5, 400)} ono. Tel. {number}"
            y = page.paragraph(x, y, 330, text, lead=1.35) + page.em * 0.9


def circled_numbers(page: Canvas) -> None:
    """Steps whose numbers stand in filled circles."""
    for at, text in enumerate(page.random.sample(SENTENCES, 5), start=1):
        y, radius = 30 + at * page.em * 2.2, page.em * 0.75
        middle = (_LEFT + radius, y - page.em * 0.34)
        page.draw.ellipse(
            (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius),
            fill=(40, 70, 140),
        )
        page.put(*middle, str(at), em=page.em * 0.85, bold=True, ink=(255, 255, 255), anchor="mm")
        page.put(_LEFT + 90, y, text)
        page.add_line(f"{at} {text}")


def ringed_letters(page: Canvas) -> None:
    """Answers whose letters stand in circles."""
    for at, text in enumerate(page.random.sample(SENTENCES, 5)):
        y, radius, letter = 40 + at * page.em * 2.2, page.em * 0.8, "ABCDE"[at]
        middle = (_LEFT + radius, y - page.em * 0.34)
        box = (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius)
        page.draw.ellipse(box, outline=(30, 30, 30), width=2)
        page.put(*middle, letter, em=page.em * 0.85, anchor="mm")
        page.put(_LEFT + 90, y, text)
        page.add_line(f"{letter} {text}")


def payslip(page: Canvas) -> None:
    """Payments and deductions side by side in small print."""
    source = page.random
    page.row(70, [(_LEFT, "Payments", "l"), (640, "Deductions", "l")], bold=True)
    left = ("Basic pay", "Overtime", "Night work", "Bonus", "Travel")
    right = ("Income tax", "National insurance", "Pension", "Union", "Loan")
    for at, (paid, kept) in enumerate(zip(left, right, strict=True)):
        cells = [(_LEFT, paid, "l"), (560, money(source, 4000), "r"), (640, kept, "l"),
                 (1120, money(source, 900), "r")]  # fmt: skip
        page.row(70 + (at + 1) * page.em * 1.7, cells)
    y = 70 + 6.6 * page.em * 1.7
    page.row(y, [(640, "Net pay", "l"), (1120, money(source), "r")], bold=True)


def blood_test(page: Canvas) -> None:
    """Values with flags, units and the range that is normal."""
    source = page.random
    for at, (name, unit, low, high, places) in enumerate(source.sample(_TESTS, 5)):
        value = source.uniform(low * 0.8, high * 1.2)
        flag = "L" if value < low else "H" if value > high else ""
        normal = f"{low:.{places}f} - {high:.{places}f}"
        cells = [(_LEFT, name, "l"), (520, f"{value:.{places}f}", "r"), (560, flag, "l"),
                 (640, unit, "l"), (1080, normal, "r")]  # fmt: skip
        page.row(90 + at * page.em * 1.9, cells)


def mail_head(page: Canvas) -> None:
    """The head of a printed e-mail."""
    source = page.random
    first, second = (name.title() for name in source.sample(SURNAMES, 2))
    host = source.choice(TOWNS).lower()
    file = f"{source.randint(100, 999)}/{source.randint(10, 99)}"
    lines = (
        f"From: A. {first} <{first.lower()}@{host}.example>",
        f"To: {second.lower()}.office@{host}.example",
        f"Cc: archive+{source.randint(10, 99)}@{host}.example",
        f"Sent: {source.randint(1, 28)} May 2025 {source.randint(8, 18)}:{source.randint(10, 59)}",
        f"Subject: Re: {source.choice(ITEMS)} ({file})",
    )
    for at, line in enumerate(lines):
        page.line(_LEFT, 90 + at * page.em * 1.8, line)


def web_addresses(page: Canvas) -> None:
    """Addresses of pages with paths and queries, a line each."""
    source = page.random
    for at in range(5):
        town = source.choice(TOWNS).lower()
        item = source.choice(ITEMS).lower()
        paths = (
            f"/{item}/{source.randint(1, 99)}",
            f"/search?q={item}&page={source.randint(2, 9)}",
            f"/~{town}/index.html",
            f"/{item}_{source.randint(2000, 2025)}.pdf",
            f"/#{item}",
        )
        page.line(_LEFT, 90 + at * page.em * 1.8, f"https://www.{town}.example{paths[at]}")


def phone_screen(page: Canvas) -> None:
    """A screen of a telephone: time and charge, then rows with a title and a grey detail."""
    source = page.random
    time, charge = f"{source.randint(7, 22):02d}:{source.randint(10, 59)}", source.randint(9, 99)
    page.row(60, [(60, time, "l"), (660, f"{charge}%", "r")], em=page.em * 0.8, bold=True)
    for at, name in enumerate(source.sample(SURNAMES, 4)):
        y = 150 + at * page.em * 3.6
        page.row(
            y, [(60, name.title(), "l"), (660, f"{source.randint(1, 28)} Apr", "r")], bold=True
        )
        page.line(
            60, y + page.em * 1.4, source.choice(SENTENCES)[:34].rstrip(), ink=(120, 120, 126)
        )
        page.draw.line((60, y + page.em * 2.1, 680, y + page.em * 2.1), fill=(220, 220, 224))


def chapter_heads(page: Canvas) -> None:
    """Numbered headings of three levels with a sentence below each."""
    source = page.random
    y = 90.0
    chapter = source.randint(1, 9)
    for number, title in zip(("", ".1", ".1.1"), source.sample(CHAPTERS, 3), strict=True):
        size = page.em * (1.6, 1.3, 1.0)[number.count(".")]
        page.line(_LEFT, y, f"{chapter}{number} {title}", em=size, bold=True)
        page.line(_LEFT, y + page.em * 1.7, source.choice(SENTENCES))
        y += page.em * 4
