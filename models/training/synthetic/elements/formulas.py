# ruff: noqa: RUF001 - the letters of formulas are meant as they stand
"""Random displayed formulas in MathML, which Chromium sets by itself."""

from collections.abc import Callable
from random import Random

_LETTERS = "abcdefghkmnpqrstuvxyzABCDEFGHKLMNPQRSTαβγδεθλμνξπρστφψωΓΔΘΛΦΨΩ"
_RELATIONS = ["=", "=", "=", "=", "≤", "≥", "≈", "≡", "→", "∈", "<", ">", "∼", "≠"]
_OPERATORS = ["+", "+", "−", "−", "·", "×", "∘", "⊗", "∪", "/"]
_BIG = ["∑", "∑", "∫", "∫", "∏", "∮", "⋃", "max", "lim", "sup"]
_NAMED = ["sin", "cos", "log", "exp", "ln", "det", "tr", "Pr", "rank", "softmax"]
_WORDS = ["if", "for all", "where", "otherwise", "and", "when", "subject to"]
FONTS = ("Latin Modern Math", "Latin Modern Math", "STIX Math", "STIX Math",
         "DejaVu Math TeX Gyre", "Noto Sans Math")  # fmt: skip


def _symbol(rng: Random) -> str:
    if rng.random() < 0.22:
        return f"<mn>{rng.randint(0, 99)}</mn>"
    return f"<mi>{rng.choice(_LETTERS)}</mi>"


def _fraction(rng: Random, depth: int) -> str:
    over, under = expression(rng, min(depth, 1), 1), expression(rng, min(depth, 1), 1)
    return f"<mfrac><mrow>{over}</mrow><mrow>{under}</mrow></mfrac>"


def _big(rng: Random, depth: int) -> str:
    low = f"<mrow>{_symbol(rng)}<mo>=</mo><mn>1</mn></mrow>"
    limits = f"<mo>{rng.choice(_BIG)}</mo>{low}{_symbol(rng)}"
    return f"<munderover>{limits}</munderover>{expression(rng, depth, 1)}"


def _product(rng: Random, _: int) -> str:
    return "".join(_symbol(rng) for _ in range(rng.randint(2, 4)))


def _indexed(rng: Random, _: int) -> str:
    low = "".join(_symbol(rng) for _ in range(rng.randint(1, 3)))
    if rng.random() < 0.4:
        return f"<msubsup>{_symbol(rng)}<mrow>{low}</mrow>{_symbol(rng)}</msubsup>"
    return f"<msub>{_symbol(rng)}<mrow>{low}</mrow></msub>"


def _applied(rng: Random, depth: int) -> str:
    name = f"<mi>{rng.choice(_NAMED)}</mi>" if rng.random() < 0.4 else _indexed(rng, depth)
    return f"{name}<mo>(</mo>{expression(rng, depth, 1)}<mo>)</mo>"


_TERMS: dict[Callable[[Random, int], str], float] = {
    lambda rng, _: _symbol(rng): 0.22,
    _product: 0.12,
    _fraction: 0.14,
    lambda rng, _: f"<msup>{_symbol(rng)}<mrow>{_symbol(rng)}</mrow></msup>": 0.14,
    _indexed: 0.18,
    _applied: 0.14,
    lambda rng, depth: f"<msqrt>{expression(rng, min(depth, 1), 1)}</msqrt>": 0.04,
    lambda rng, depth: f"<mrow><mo>(</mo>{expression(rng, depth, 2)}<mo>)</mo></mrow>": 0.06,
    _big: 0.07,
}


def _term(rng: Random, depth: int) -> str:
    if depth <= 0:
        return _symbol(rng)
    return rng.choices(list(_TERMS), list(_TERMS.values()))[0](rng, depth - 1)


def expression(rng: Random, depth: int, terms: int) -> str:
    """A sum of terms, as the inside of a MathML row."""
    parts = [_term(rng, depth)]
    for _ in range(rng.randint(0, terms)):
        parts += [f"<mo>{rng.choice(_OPERATORS)}</mo>", _term(rng, depth)]
    return "".join(parts)


def _matrix(rng: Random) -> str:
    side, (left, right) = rng.randint(2, 4), rng.choice(("()", "[]", "||"))
    cells = "".join(
        "<mtr>" + "".join(f"<mtd>{_symbol(rng)}</mtd>" for _ in range(side)) + "</mtr>"
        for _ in range(side)
    )
    return f"<mrow><mo>{left}</mo><mtable>{cells}</mtable><mo>{right}</mo></mrow>"


def _cases(rng: Random) -> str:
    rows = "".join(
        f'<mtr><mtd columnalign="left">{expression(rng, 1, 2)}<mo>,</mo></mtd>'
        f"<mtd><mtext>{rng.choice(_WORDS)}&nbsp;</mtext>{_symbol(rng)}<mo>></mo>{_symbol(rng)}</mtd></mtr>"
        for _ in range(rng.randint(2, 3))
    )
    return f"<mrow><mo>{{</mo><mtable>{rows}</mtable></mrow>"


def _sides(rng: Random, terms: int) -> tuple[str, str]:
    """What stands before a relation, and the relation with what follows it."""
    chance = rng.random()
    if chance < 0.07:
        right = _matrix(rng)
    elif chance < 0.14:
        right = _cases(rng)
    else:
        right = expression(rng, 2, terms)
    if rng.random() < 0.12:
        right += f"<mo>,</mo><mtext>&nbsp;{rng.choice(_WORDS)}&nbsp;</mtext>{expression(rng, 1, 1)}"
    return expression(rng, 1, 1), f"<mo>{rng.choice(_RELATIONS)}</mo>{right}"


def _aligned(rng: Random, lines: int) -> str:
    """Lines that share their relation sign's place; most of them go on without a left side."""
    rows = ""
    for index in range(lines):
        left, right = _sides(rng, 3)
        left = left if index == 0 or rng.random() < 0.3 else ""
        rows += (
            f'<mtr><mtd style="text-align:right">{left}</mtd>'
            f'<mtd style="text-align:left">{right}</mtd></mtr>'
        )
    return f"<mtable>{rows}</mtable>"


def formula(rng: Random) -> str:
    """One displayed formula of one to five lines, as a `math` element."""
    lines = rng.choice((1, 1, 1, 1, 1, 2, 2, 3, 5))
    row = "".join(_sides(rng, rng.choice((1, 3, 6))))
    inner = _aligned(rng, lines) if lines > 1 else f"<mrow>{row}</mrow>"
    style = f"font-size:{rng.uniform(0.95, 1.2):.2f}em"
    return f'<math displaystyle="true" style="{style}">{inner}</math>'


def plain_fraction(rng: Random) -> str:
    """One whole number above another, set as high as in a display."""
    over, under = (f"<mn>{rng.randint(1, 12)}</mn>" for _ in range(2))
    return f'<math displaystyle="true"><mfrac>{over}{under}</mfrac></math>'


def inline(rng: Random) -> str:
    """A short formula within a line of text."""
    relation = f"<mo>{rng.choice(_RELATIONS)}</mo>{_symbol(rng)}" if rng.random() < 0.4 else ""
    first = rng.choice((_indexed, _indexed, _product, _product, _fraction))(rng, 0)
    return f"<math>{first}{relation}</math>"
