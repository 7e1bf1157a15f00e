"""What a unit of a form looks like by itself, as numbers."""

import math
import re
import tomllib
from functools import cache
from pathlib import Path
from statistics import median

from vision.extraction.labels import meaning_of
from vision.extraction.pairs.units import Unit

_LONGEST_LABEL = 8  # words
_WORD = re.compile(r"[^\W\d_]+")
_MARK = re.compile(r"^\W*[xX✓✔☑☒√vV*]\W*$|^[☑☒✓✔✗]+$")
_BOX = re.compile(r"^(?:[☐□○◯]|\[\s*\]?|\(\s*\)|O\b)")
_DATE = re.compile(
    r"\d\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{2}"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2}\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"^(?:(?:Mr|Mrs|Ms|Dr)\b\.?\s*)?(?:[A-Z]\.?\s*){1,3}[A-Z][a-z]{2,}|[a-z]\.\s[A-Z]"
)
_MONEY = re.compile(r"[$€£%]")

# Columns of `text_looks` that others read by name.
CLOSED, DIGITS, LENGTH, CAPITALS, LEXICAL, MARK, BOX, LINES = 0, 1, 2, 3, 5, 11, 12, 19


def text_looks(unit: Unit) -> list[float]:
    """The looks of a unit's text, mostly between 0 and 1."""
    text = unit.piece.text
    letters = sum(map(str.isalpha, text))
    digits = sum(map(str.isdigit, text))
    capitals = sum(map(str.isupper, text))
    first = next((each for each in text if each.isalpha()), "")
    words = len(unit.piece.tokens)
    known = words <= _LONGEST_LABEL and meaning_of(text) is not None
    return [
        float(unit.closed),
        digits / max(letters + digits, 1),
        math.log1p(letters + digits) / 3,
        capitals / letters if letters else 0.5,
        float(known),
        _lexical(text),
        float(first.isupper()),
        float(words > 4),
        float(text.endswith("?")),
        float(letters + digits <= 1),
        float("(" in text),
        float(_MARK.match(text) is not None),
        float(_BOX.match(text) is not None),
        float(_DATE.search(text) is not None),
        float(_NAME.search(text) is not None),
        float(_MONEY.search(text) is not None),
        float("#" in text),
        float(text.endswith((",", "."))),
        float(text.lower().strip(" :.*") in _lexicon()["choices"]),
        float(lines_of(unit) > 1),
    ]


def lines_of(unit: Unit) -> int:
    """How many lines of text a unit has, by its height and that of its words."""
    tall = median(token.level.height for token in unit.piece.tokens)
    return max(1, round(unit.piece.level.height / (1.3 * max(tall, 1.0))))


def _lexical(text: str) -> float:
    """The share of words that name what forms ask for."""
    words = [word.lower() for word in _WORD.findall(text)]
    return sum(word in _lexicon()["words"] for word in words) / max(len(words), 1)


@cache
def _lexicon() -> dict[str, frozenset[str]]:
    path = Path(__file__).with_name("label_words.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: frozenset(words) for name, words in table.items()}
