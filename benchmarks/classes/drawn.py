"""Pages of every class, drawn as the result of reading: words at places, in seven languages.

They are no pictures: what recognisers misread is imitated by exchanging letters.
"""

import random
from collections.abc import Callable, Iterator, Sequence

from benchmarks.fields.drawn_forms import draw_form
from vision.core.document import Block, Box, Line, Page, Region, Word
from vision.extraction.kind.features import KINDS, typical_words

_Row = Sequence[tuple[float, str]]  # pieces with where they begin, as shares of the width
_SYLLABLES = (
    "ba",
    "ter",
    "lo",
    "min",
    "sta",
    "ver",
    "ra",
    "ken",
    "di",
    "pro",
    "ent",
    "sol",
    "ung",
    "tion",
    "ma",
    "que",
)


class Pen:
    """Random words of one page: typical ones of a class among others."""

    def __init__(self, kind: str, seed: int) -> None:
        self.rng = random.Random(f"{kind}-{seed}")
        self._typical = sorted(typical_words().get(kind, ()))
        self._share = self.rng.choice((0.0, 0.05, 0.1, 0.2))
        self._start = self.rng.randrange(len(self._typical) or 1)

    def word(self) -> str:
        """A word; typical ones are near each other in the list, as those of a language are."""
        if self._typical and self.rng.random() < self._share:
            at = (self._start + self.rng.randrange(14)) % len(self._typical)
            return self._worn(self._typical[at])
        return self._worn("".join(self.rng.choices(_SYLLABLES, k=self.rng.randint(1, 4))))

    def words(self, least: int, most: int) -> str:
        """Some words as one text."""
        return " ".join(self.word() for _ in range(self.rng.randint(least, most)))

    def key(self) -> str:
        """A typical word with a capital."""
        return (
            self._worn(self.rng.choice(self._typical)).capitalize()
            if self._typical
            else self.word()
        )

    def amount(self) -> str:
        """An amount with two decimals."""
        return f"{self.rng.uniform(0.5, 2000):.2f}"

    def date(self) -> str:
        """A date in numbers."""
        day, month = self.rng.randint(1, 28), self.rng.randint(1, 12)
        return f"{day:02}/{month:02}/{self.rng.randint(1990, 2026)}"

    def _worn(self, word: str) -> str:
        if self.rng.random() < 0.05 and len(word) > 2:
            at = self.rng.randrange(len(word))
            word = word[:at] + self.rng.choice("iltce") + word[at + 1 :]
        return word


def _receipt(pen: Pen) -> Iterator[_Row]:
    """A till receipt; many are tax invoices by name, with a number and lines of company data."""
    rng = pen.rng
    yield [(0.2, pen.words(2, 4).upper())]
    for _ in range(rng.randint(1, 4)):
        yield [(rng.choice((0.1, 0.2)), f"{pen.words(1, 5)} {rng.randint(1, 99)}")]
    yield from _till_data(pen)
    yield [(0.1, pen.date()), (0.6, f"{rng.randint(10, 23)}:{rng.randint(10, 59)}")]
    apart = rng.random() < 0.5  # name and amount of an item in rows of their own
    for _ in range(rng.randint(2, 14)):
        name = [(0.05, pen.words(1, 5))]
        if apart:
            yield name
            yield [(0.1, f"{rng.randint(1, 9)} x {pen.amount()}"), (0.75, pen.amount())]
        else:
            yield [*name, (0.75, pen.amount())]
    yield [
        (0.05, rng.choice(("Total", "TOTAL", "Summe", "Totale", "Total TTC", "Total:", "Total ("))),
        (0.75, pen.amount()),
    ]
    for _ in range(rng.randint(1, 6)):
        yield [(0.05, pen.key()), (0.75, pen.amount())]
    for _ in range(rng.randint(1, 4)):
        yield [(0.1, pen.words(1, 6)), *([(0.7, pen.key())] if rng.random() < 0.4 else [])]


def _till_data(pen: Pen) -> Iterator[_Row]:
    rng = pen.rng
    if rng.random() < 0.4:
        yield [(0.3, rng.choice(("TAX INVOICE", "INVOICE", "SIMPLIFIED TAX INVOICE", "RECHNUNG")))]
    lines = (
        f"GST Reg No: {rng.randint(10**6, 10**9)}", f"Tel: {rng.randint(10**6, 10**8)}",
        f"Invoice No: {rng.randint(100, 10**6)}", f"Bill # {rng.randint(1, 9999)}",
        f"Cashier: {pen.word()}", f"Table: {rng.randint(1, 40)}", f"UID: {pen.word()}",
    )  # fmt: skip
    for line in rng.sample(lines, rng.randint(0, 5)):
        yield [(0.05, line)]


def _invoice(pen: Pen) -> Iterator[_Row]:
    yield [(0.1, pen.words(2, 4)), (0.65, pen.words(1, 3))]
    for _ in range(3):
        yield [(0.1, pen.words(1, 3))]
    yield [
        (
            0.1,
            pen.rng.choice(
                ("Invoice No: ", "Rechnung Nr. ", "Facture n° ", "Fattura n. ", "Factuur ")
            )
            + str(pen.rng.randint(100, 99999)),
        )
    ]
    yield [(0.1, f"{pen.key()}: {pen.date()}")]
    yield [(x, pen.key()) for x in (0.1, 0.5, 0.65, 0.8)]
    for _ in range(pen.rng.randint(1, 12)):
        yield [
            (0.1, pen.words(2, 4)),
            (0.5, str(pen.rng.randint(1, 20))),
            (0.65, pen.amount()),
            (0.8, pen.amount()),
        ]
    for _ in range(pen.rng.randint(1, 3)):
        yield [(0.6, pen.key()), (0.8, pen.amount())]
    yield [
        (0.6, pen.rng.choice(("Total due", "Gesamtbetrag", "Total TTC", "Totale fattura"))),
        (0.8, pen.amount()),
    ]
    for _ in range(pen.rng.randint(1, 4)):
        yield [(0.1, f"{pen.key()}: {pen.words(2, 6)}")]


def _letter(pen: Pen) -> Iterator[_Row]:
    for _ in range(pen.rng.randint(2, 5)):
        yield [(0.1, pen.words(1, 3))]
    yield [(0.6, pen.date())]
    yield [(0.1, f"{pen.key()} {pen.words(1, 2)},")]
    for _ in range(pen.rng.randint(5, 24)):
        yield [(0.1, pen.words(9, 13))]
    yield [(0.1, f"{pen.key()} {pen.key()},")]
    yield [(0.1, pen.words(2, 2))]


def _form(pen: Pen) -> Iterator[_Row]:
    yield [(0.3, pen.words(2, 4).upper())]
    for _ in range(pen.rng.randint(8, 25)):
        row = [
            (0.1, f"{pen.key()}:"),
            (0.3, pen.words(1, 2)),
            (0.55, f"{pen.key()}:"),
            (0.75, pen.date()),
        ]
        yield row[: pen.rng.choice((1, 2, 3, 4))]
    yield [(0.1, pen.words(8, 12))]


def _report(pen: Pen) -> Iterator[_Row]:
    for _ in range(pen.rng.randint(1, 4)):
        yield [(0.1, f"{pen.rng.randint(1, 9)} {pen.key()} {pen.words(1, 3)}")]
        for _ in range(pen.rng.randint(4, 14)):
            yield [(0.1, pen.words(9, 14))]
    if pen.rng.random() < 0.4:
        for _ in range(pen.rng.randint(3, 8)):
            yield [(0.1, pen.words(1, 2)), (0.5, pen.amount()), (0.75, pen.amount())]


def _article(pen: Pen) -> Iterator[_Row]:
    yield [(0.2, pen.words(5, 9))]
    yield [(0.3, pen.words(3, 6))]
    for _ in range(pen.rng.randint(30, 60)):
        yield [(0.08, pen.words(6, 8)), (0.53, pen.words(6, 8))]
    for number in range(pen.rng.randint(0, 8)):
        yield [(0.08, f"[{number}] {pen.words(5, 7)}, {pen.rng.randint(1970, 2026)}")]


def _id(pen: Pen) -> Iterator[_Row]:
    yield [(0.1, f"{pen.key()} {pen.key()}".upper())]
    for _ in range(pen.rng.randint(3, 8)):
        yield [(0.4, pen.key())]
        yield [(0.4, pen.rng.choice((pen.words(1, 2).upper(), pen.date())))]
    if pen.rng.random() < 0.5:
        yield [(0.05, f"P<UTO{pen.word().upper()}<<{pen.word().upper()}<<<<<<<<<<<<<<")]
        number, birth = pen.rng.randint(10**7, 10**8), pen.rng.randint(10**6, 10**7)
        yield [(0.05, f"L{number}UTO{birth}M<<<<<<<<<<<<<<")]


def _slide(pen: Pen) -> Iterator[_Row]:
    yield [(0.1, pen.words(1, 5))]
    for _ in range(pen.rng.randint(0, 8)):
        yield [(0.12, f"{pen.rng.choice(('•', '-', ''))} {pen.words(2, 8)}".strip())]


def _other(pen: Pen) -> Iterator[_Row]:
    for _ in range(pen.rng.randint(0, 25)):
        choice = pen.rng.random()
        if choice < 0.3:
            yield [(pen.rng.random() * 0.6, pen.words(1, 3))]
        elif choice < 0.6:
            yield [(x, pen.words(1, 2)) for x in (0.1, 0.4, 0.7)]
        else:
            yield [(0.1, pen.words(1, 12))]


_MAKERS: dict[str, Callable[[Pen], Iterator[_Row]]] = {
    "receipt": _receipt, "invoice": _invoice, "letter": _letter, "form": _form, "report": _report,
    "article": _article, "id": _id, "slide": _slide, "other": _other,
}  # fmt: skip
# Width, height and height of a line, in pixels, from least to most.
_SIZES = {
    "receipt": ((400, 900), (1.6, 3.2), (14, 40)),
    "id": ((700, 1400), (0.6, 0.75), (18, 40)),
    "slide": ((900, 1700), (0.54, 0.78), (26, 70)),
    "other": ((600, 1700), (0.6, 1.6), (10, 60)),
}
_PAPER = ((700, 1700), (1.25, 1.45), (11, 32))


def drawn_page(kind: str, seed: int) -> Page:
    """A page of a class; the same for the same seed."""
    pen = Pen(kind, seed)
    widths, shapes, sizes = _SIZES.get(kind, _PAPER)
    width = pen.rng.randint(*widths)
    height = round(width * pen.rng.uniform(*shapes))
    size = pen.rng.uniform(*sizes) * (1 if kind == "other" else width / 1000)
    rows = list(_MAKERS[kind](pen))
    leading = max(1.2 * size, min(2.2 * size, 0.85 * height / max(len(rows), 1)))
    lines = [
        _line(text, x * width, 0.05 * height + at * leading, size)
        for at, row in enumerate(rows)
        for x, text in row
        if text
    ]
    regions = _regions(kind, pen, width, height)
    text = "\n".join(line.text for line in lines)
    block = Block("b1", "text", tuple(lines))
    return Page(1, width, height, None, 0, 0.0, ("eng",), text, regions, (block,))


def _line(text: str, x: float, y: float, size: float) -> Line:
    words, at = [], x
    for word in text.split():
        end = at + 0.5 * size * len(word)
        words.append(Word(word, 0.95, Box(at, y, end, y + size)))
        at = end + 0.35 * size
    return Line(text, 0.95, Box(x, y, at, y + size), tuple(words))


_REGIONS = {
    "receipt": (("table", 0.2),),
    "invoice": (("table", 0.25),),
    "letter": (("signature", 0.02),),
    "form": (("table", 0.3),),
    "report": (("title", 0.03), ("table", 0.15)),
    "article": (("title", 0.03), ("figure", 0.2)),
    "id": (("figure", 0.2),),
    "slide": (("title", 0.06), ("figure", 0.3), ("list", 0.3)),
    "other": (("figure", 0.5), ("table", 0.4), ("title", 0.05)),
}


def _regions(kind: str, pen: Pen, width: int, height: int) -> tuple[Region, ...]:
    """Some regions that such a page may have, each covering about a share of it."""
    found: list[Region] = []
    for label, share in _REGIONS[kind]:
        if pen.rng.random() < 0.5:
            tall = min(share * pen.rng.uniform(0.3, 1.5), 1.0) * height
            found.append(Region(f"r{len(found)}", label, 0.8, Box(0, 0, width, tall), "drawn"))
    return tuple(found)


def drawn_pages(each: int) -> Iterator[tuple[str, Page]]:
    """So many pages of every class, with their class; every second form is a denser one."""
    for kind in KINDS:
        for seed in range(each):
            if kind == "form" and seed % 2:
                rng = random.Random(seed)
                yield kind, draw_form(rng).page(rng)
            else:
                yield kind, drawn_page(kind, seed)
