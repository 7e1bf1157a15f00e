"""Finds marks that Tesseract's networks read wrongly with full confidence.

They have no class for fractions, bullets, check boxes, and raised or lowered digits, and write what
looks alike: `%` for a half, `e`, `@` or `m` for a bullet, `|` for the rule of a table, `?` for a
raised three.
"""

import re
from collections.abc import Sequence

# What bullets, boxes and the rules beside a line are read as: alone at its start or end.
_FIRST = r"^(?:[¢®©@«»°·~_|=§¥¤%]|[emoOC0](?= [^\W\d_]{2}))(?= |$)"
_LAST = r"(?<= )[¢®©«»°~_|=§¥¤}>\]]$"
# A fraction alone, or after one digit, before a word: a real per cent is written at its number.
_FRACTION = r"(?<![\d.,])(?:(?<!\w)\d)?% (?=[^\W\d_])"
# Raised digits: after a number (`10*`, `10°`), or after a unit within a sentence (`40 m? of`).
_RAISED = r"\d[*°?](?![\w*])|[^\W\d_][?\u2019°] [^\W\d_A-Z]"
# An x between numbers may be a times sign.
_TIMES = r"(?<!\w)\d+ ?x ?\d"
# An exclamation mark within a web address is a letter.
_ADDRESS = r"https?[:;]/\S*[!|]"
# A micro sign is read as another letter before a unit: `5 ug`, `12 pm`; an ohm sign as a Q.
_UNIT = r"(?<=\d) ?(?:[uyw:pn][gmlLFsAVW]|[kM]Q)(?![\w:])"
# A blank within a number of typewriting, whose commas stand apart.
_GROUPS = r"\d, \d{3}(?![\d/-])"
# Nothing between brackets, or a few characters, are a circle around a number.
_CIRCLE = r"^\W*\(\s*\w{0,3}\)\W*$"
# A bar or a bracket between letters, or several slashes: what of a picture stands between words.
_BETWEEN = r"[^\W\d_][|][^\W\d_]|[^\W\d_]{2}[)}\]][^\W\d_]|[^\W\d_]{2}/[^\W\d_]{2,}/[^\W\d_]"

# Signs of currency that are read for each other, or as letters: `£` for a euro, `(kS)`, `S12.50`.
_CURRENCY = r"\u00a3|\([kKmM]?S\)|(?<!\w)S\d+[.,]\d\d(?!\d)"
# A zero with a dot or a stroke in it beside a digit, where the rest of an address has a point
# behind; a c in a number.
_ZERO = r"\d\u00a2[:.\w]|@[.,:]?\d|\d[.,:]?[@\u00ae](?![\w-]+\.\w)"

_AT_END = re.compile(f"{_FIRST}|{_LAST}")
_WITHIN = re.compile(
    "|".join(
        (_FRACTION, _RAISED, _TIMES, _ADDRESS, _UNIT, _GROUPS, _BETWEEN, _CIRCLE, _CURRENCY, _ZERO)
    )
)


def has_suspicious_mark(text: str) -> bool:
    """Whether a reading holds a mark that is probably another one."""
    return _AT_END.search(text) is not None or has_mark_within(text)


def has_mark_within(text: str) -> bool:
    """Whether such a mark stands among the words of a line: a fraction, a raised digit, a sign."""
    return _WITHIN.search(text) is not None


def has_foreign_letter(text: str, languages: Sequence[str]) -> bool:
    """Whether a line read as English alone has letters that English lacks.

    Its network knows some accents, and writes `é` for the others.
    """
    return tuple(languages) == ("eng",) and any(
        letter.isalpha() and not letter.isascii() for letter in text
    )
