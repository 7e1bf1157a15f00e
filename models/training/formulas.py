# ruff: noqa: RUF001 - the letters of formulas are meant as they stand
"""Random displayed formulas in MathML, which Chromium sets by itself."""

from collections.abc import Callable
from random import Random

_LETTERS = "abcdefghkmnpqrstuvxyzABCDEFGHKLMNPQRSTαβγδεθλμνξπρστφψωΓΔΘΛΦΨΩ"
_RELATIONS = ["=", "=", "=", "≤", "≥", "≈", "≡", "→", "∈", "<", ">"]
_OPERATORS = ["+", "−", "·", "×", "∘", "⊗", "∪"]
_BIG = ["∑", "∫", "∏", "∮", "⋃"]


def _symbol(rng: Random) -> str:
    if rng.random() < 0.25:
        return f"<mn>{rng.randint(0, 99)}</mn>"
    return f"<mi>{rng.choice(_LETTERS)}</mi>"


def _fraction(rng: Random, depth: int) -> str:
    over, under = expression(rng, depth, 2), expression(rng, depth, 2)
    return f"<mfrac><mrow>{over}</mrow><mrow>{under}</mrow></mfrac>"


def _big(rng: Random, depth: int) -> str:
    limits = f"<mo>{rng.choice(_BIG)}</mo>{_symbol(rng)}{_symbol(rng)}"
    return f"<munderover>{limits}</munderover>{expression(rng, depth, 2)}"


_TERMS: dict[Callable[[Random, int], str], float] = {
    lambda rng, _: _symbol(rng): 0.3,
    _fraction: 0.18,
    lambda rng, _: f"<msup>{_symbol(rng)}<mrow>{_symbol(rng)}</mrow></msup>": 0.18,
    lambda rng, _: f"<msub>{_symbol(rng)}<mrow>{_symbol(rng)}</mrow></msub>": 0.14,
    lambda rng, depth: f"<msqrt>{expression(rng, depth, 2)}</msqrt>": 0.07,
    lambda rng, depth: f"<mrow><mo>(</mo>{expression(rng, depth, 2)}<mo>)</mo></mrow>": 0.07,
    _big: 0.06,
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
    side = rng.randint(2, 4)
    cells = "".join(
        "<mtr>" + "".join(f"<mtd>{_symbol(rng)}</mtd>" for _ in range(side)) + "</mtr>"
        for _ in range(side)
    )
    return f"<mrow><mo>(</mo><mtable>{cells}</mtable><mo>)</mo></mrow>"


def _line(rng: Random, terms: int) -> str:
    right = _matrix(rng) if rng.random() < 0.08 else expression(rng, 2, terms)
    return f"{expression(rng, 1, 1)}<mo>{rng.choice(_RELATIONS)}</mo>{right}"


def formula(rng: Random) -> str:
    """One displayed formula of one to four lines, as a `math` element."""
    lines = rng.choice((1, 1, 1, 1, 2, 2, 3, 4))
    rows = "".join(f"<mtr><mtd>{_line(rng, 3)}</mtd></mtr>" for _ in range(lines))
    inner = f"<mtable>{rows}</mtable>" if lines > 1 else f"<mrow>{_line(rng, 4)}</mrow>"
    return f'<math displaystyle="true" style="font-size:{rng.uniform(1, 1.2):.2f}em">{inner}</math>'
