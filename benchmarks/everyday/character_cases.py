"""Cases in which single characters decide: fractions, noughts, formulas, codes, ratios."""

import random

from benchmarks.robustness.canvas import Canvas
from benchmarks.robustness.texts import ITEMS, SURNAMES, TOWNS

_LEFT = 110
_FRACTIONS = "\u00bd\u00bc\u00be"
_FORMULAS = ("H2O", "CO2", "H2SO4", "NaCl", "CaCO3", "Fe2O3", "C6H12O6", "NH3", "O2", "Na2CO3")
_AREAS = ("BA1", "SW1A", "LS1", "OX1", "HU5", "YO10", "BS8", "M60", "EC2V")
_KINGS = ("Louis", "Henry", "George", "Charles", "Edward", "William")
_NUMERALS = ("I", "II", "III", "IV", "VI", "VII", "VIII", "XI", "XII", "XIV")


def _down(page: Canvas, at: int) -> float:
    return 90 + at * page.em * 1.9


def fraction_cells(page: Canvas) -> None:
    """Amounts with fractions alone in the cells of two columns."""
    source = page.random
    for at, item in enumerate(source.sample(ITEMS, 6)):
        amounts = (f"{source.choice(('', '1', '2', '4', '12'))}{source.choice(_FRACTIONS)}"
                   for _ in range(2))  # fmt: skip
        cells = [(x, text, "r") for x, text in zip((640, 900), amounts, strict=True)]
        page.row(_down(page, at), [(_LEFT, item, "l"), *cells])


def noughts(page: Canvas) -> None:
    """A table of counts, most of them 0 or 1."""
    source = page.random
    for at, name in enumerate(source.sample(SURNAMES, 6)):
        cells = [(x, source.choice(("0", "0", "1", "5", "10")), "r") for x in (480, 660, 840, 1020)]
        page.row(_down(page, at), [(_LEFT, name.title(), "l"), *cells])


def chemistry(page: Canvas) -> None:
    """Formulas with their digits on the line, as in plain text."""
    source = page.random
    for at, formula in enumerate(source.sample(_FORMULAS, 6)):
        page.line(_LEFT, _down(page, at), f"Bottle {source.randint(2, 90)} holds {formula} only")


def postcodes(page: Canvas) -> None:
    """British towns with their postcodes."""
    source = page.random
    for at, area in enumerate(source.sample(_AREAS, 5)):
        unit = f"{source.randint(1, 9)}{''.join(source.choices('ABDEFGHJLNPQRSTUWXYZ', k=2))}"
        page.line(_LEFT, _down(page, at), f"{source.choice(TOWNS)} {area} {unit}")


def numerals(page: Canvas) -> None:
    """Roman numerals behind names and words."""
    source = page.random
    for at, numeral in enumerate(source.sample(_NUMERALS, 5)):
        name = source.choice(_KINGS)
        text = (f"{name} {numeral} and his heirs", f"Part {numeral}, page {source.randint(2, 90)}",
                f"See chapter {numeral} of the book")[at % 3]  # fmt: skip
        page.line(_LEFT, _down(page, at), text)


def ratios(page: Canvas) -> None:
    """Scales, scores and times, with a colon between their numbers."""
    source = page.random
    lines = [f"Scale 1:{source.choice((10, 50, 100, 2500))}", f"{source.choice(TOWNS)} won 1:0",
             f"lost 0:{source.randint(1, 9)}", f"open at 10:0{source.randint(1, 9)}",
             f"ratio {source.randint(2, 9)}:1"]  # fmt: skip
    for at, line in enumerate(lines):
        page.line(_LEFT, _down(page, at), line)


def hashes(page: Canvas) -> None:
    """Short hashes in small letters and digits."""
    for at in range(5):
        page.line(_LEFT, _down(page, at), f"commit {_hexadecimal(page.random, 10)}")


def _hexadecimal(source: random.Random, length: int) -> str:
    return "".join(source.choices("0123456789abcdef", k=length))


def comparisons(page: Canvas) -> None:
    """Signs of mathematics between small numbers."""
    source = page.random
    signs = source.sample("\u2265\u2264\u00b1\u00d7\u00f7=", 5)
    for at, sign in enumerate(signs):
        text = f"{source.choice(ITEMS)}: {source.randint(2, 99)} {sign} {source.randint(2, 9)}"
        page.line(_LEFT, _down(page, at), text)


def degrees(page: Canvas) -> None:
    """Temperatures and angles, and parts per thousand."""
    source = page.random
    lines = [
        f"Turn by {source.choice((45, 90, 180))}\u00b0 left",
        f"{source.uniform(30, 40):.1f} \u00b0C at noon",
        f"\u2212{source.randint(2, 20)} \u00b0C",
        f"Salt {source.uniform(2, 9):.1f}\u2030",
        f"Oven at {source.randint(20, 25)}0 \u00b0C",
    ]
    for at, line in enumerate(lines):
        page.line(_LEFT, _down(page, at), line)
