"""Cases of print: prose, marks, small signs, lists, bad paper. Each function draws on a canvas."""

from benchmarks.robustness.canvas import Canvas
from benchmarks.robustness.texts import (
    CHAPTERS,
    ITEMS,
    LOW_SENTENCES,
    SENTENCES,
    STREETS,
    TITLES,
    TOWNS,
    sentences,
)

_LEFT = 110
_STAMP_INKS = ((178, 30, 44), (26, 74, 170), (16, 120, 70))


def ascenders(page: Canvas) -> None:
    """Lines in which few letters rise above the others."""
    page.paragraph(_LEFT, 90, 900, sentences(page.random, 3, LOW_SENTENCES))


def line_ends(page: Canvas) -> None:
    """Stops, colons, quotation marks and hyphens at the ends of lines."""
    source = page.random
    street, town = source.choice(STREETS), source.choice(TOWNS)
    lines = [*source.sample(SENTENCES, 3), f"Bring these three to {street}, {town}:",
             f"{source.choice(ITEMS).lower()}, {source.choice(ITEMS).lower()};",
             f'{source.choice(ITEMS).lower()} (marked "old stock");',
             "and, if it can be found, the long lad-", "der from the yard..."]  # fmt: skip
    for at, line in enumerate(lines):
        page.line(_LEFT, 90 + at * page.em * 1.9, line)


def hyphens(page: Canvas) -> None:
    """A narrow column of broken words."""
    words = page.random.sample(_BROKEN, 5)
    lines, rest = [], "The"
    for first, last in words:
        lines.append(f"{rest} {first}-")
        rest = last
    for at, line in enumerate([*lines, f"{rest}."]):
        page.line(_LEFT, 90 + at * page.em * 1.9, line)


_BROKEN = (
    ("gov", "ernor"), ("carpen", "ter"), ("let", "ter"), ("win", "dow"), ("gar", "den"),
    ("mem", "ber"), ("cap", "tain"), ("doc", "tor"), ("teach", "er"), ("num", "ber"),
)  # fmt: skip


def leaders(page: Canvas) -> None:
    """A list of contents with rows of dots."""
    source = page.random
    page.line(_LEFT, 90, "Contents", bold=True, em=page.em * 1.3)
    numbers = sorted(source.sample(range(1, 320), 5))
    for at, (text, number) in enumerate(zip(source.sample(CHAPTERS, 5), numbers, strict=True)):
        page.leader(_LEFT, 960, 170 + at * page.em * 2, text, str(number))


def short_note(page: Canvas) -> None:
    """Two sentences in large print."""
    page.paragraph(_LEFT, 90, 900, sentences(page.random, 2))


def notice(page: Canvas) -> None:
    """A heading in capitals and some lines."""
    page.line(_LEFT, 100, page.random.choice(TITLES))
    page.paragraph(_LEFT, 170, 900, sentences(page.random, 4))


def narrow_gutter(page: Canvas) -> None:
    """Two columns about one em apart."""
    gutter = page.em * page.random.uniform(0.9, 1.3)
    texts = [sentences(page.random, 14) for _ in range(2)]
    width = (page.image.width - 2 * 60 - gutter) / 2
    for at, text in enumerate(texts):
        page.paragraph(60 + at * (width + gutter), 80, width, text, 1.35)


def fractions(page: Canvas) -> None:
    """Fractions, degrees, plus-minus."""
    source = page.random
    page.line(_LEFT, 90, "For eight guests")
    for at in range(3):
        amount = source.choice(("\u00bd", "\u00bc", "\u00be", "1\u00bd", "2\u00bc", "5\u00be"))
        item = source.choice(ITEMS).lower()
        page.line(_LEFT, 150 + at * 60, f"{amount} pounds of {item}")
    heat = source.randint(150, 230)
    page.line(_LEFT, 330, f"Heat to {heat} \u00b0C \u00b1 5 \u00b0C for 1\u00bd hours")


def bullets(page: Canvas) -> None:
    """A list with round, square or hollow bullets."""
    source = page.random
    page.line(_LEFT, 90, f"{source.choice(TITLES).capitalize()}: please note")
    kind, radius = source.choice(("round", "square", "hollow")), page.em * 0.17
    for at, text in enumerate(source.sample(SENTENCES, 5)):
        y = 160 + at * page.em * 1.9
        middle = y - page.em * 0.3
        box = (_LEFT, middle - radius, _LEFT + 2 * radius, middle + radius)
        if kind == "round":
            page.draw.ellipse(box, "black")
        elif kind == "square":
            page.draw.rectangle(box, "black")
        else:
            page.draw.ellipse(box, outline="black", width=2)
        page.add_line(f"\u2022 {text}")
        page.put(_LEFT + page.em * 1.1, y, text)


def spaced_heading(page: Canvas) -> None:
    """A letter-spaced heading above some lines."""
    page.spaced(_LEFT, 100, page.random.choice(TITLES), page.em * 0.5, bold=True)
    page.paragraph(_LEFT, 190, 900, sentences(page.random, 2))


def indices(page: Canvas) -> None:
    """Raised and lowered digits; the truth writes them as plain ones."""
    source = page.random
    lines = [
        (f"The cellar holds {source.randint(20, 90)} m", "^3", " of H", "_2", "O."),
        (f"Each room has {source.randint(10, 40)} m", "^2", " and little CO", "_2", "."),
        (f"About {source.randint(2, 9)} x 10", f"^{source.randint(3, 7)}", " letters were sent."),
    ]
    for at, line in enumerate(lines):
        page.add_line("".join(part.lstrip("^_") for part in line))
        x, y = float(_LEFT), 90 + at * page.em * 2
        for part in line:
            text, shift = part.lstrip("^_"), {"^": -0.35, "_": 0.15}.get(part[0], 0.0)
            em = page.em * (0.62 if shift else 1.0)
            page.put(x, y + shift * page.em, text, em=em)
            x += page.width_of(text, em)


def stamp(page: Canvas) -> None:
    """A coloured stamp half over dark print."""
    source = page.random
    page.paragraph(_LEFT, 90, 960, sentences(source, 5))
    ink, word = source.choice(_STAMP_INKS), source.choice(("PAID", "COPY", "VOID", "SEEN"))
    em = page.em * 2.1
    width = page.width_of(word, em, bold=True)
    x, y = source.uniform(400, 900 - width), 90 + page.em * source.uniform(1.8, 2.6)
    page.draw.rectangle((x - 24, y - em, x + width + 24, y + em * 0.3), outline=ink, width=6)
    page.line(x, y, word, em=em, bold=True, ink=ink)


def typewriter(page: Canvas) -> None:
    """Prose in print of one width."""
    source = page.random
    page.line(_LEFT, 90, f"{source.choice(TOWNS)}, {source.randint(2, 28)} June")
    page.paragraph(_LEFT, 90 + page.em * 3.4, 1060, sentences(source, 4), 1.7)
