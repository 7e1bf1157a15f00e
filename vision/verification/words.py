"""Words of both texts in the form in which they are compared."""

import re
import unicodedata
from dataclasses import dataclass

from vision.core.document import Box

# Between letters these part words; inside numbers and codes they are a part of these.
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_PARTS = re.compile(rf"\s+|(?<=[^\W\d_])[{_DASHES}/](?=[^\W\d_])|[\u2013\u2014](?=\W|$)")
# Points, slashes and dashes inside numbers and a minus sign before them are a part of these; other
# punctuation is not compared.
_KEPT = re.compile(
    r"[^\W_]|[\u00b0%\u20ac$\u00a3]|(?<=\d)[.,:/-](?=\d)|^[(\u20ac$\u00a3]*-(?=[\d.,\u20ac$\u00a3])"
)
SOFT_HYPHEN = "\u00ad"
HYPHENS = ("-", "\u2010", SOFT_HYPHEN)


@dataclass(frozen=True, slots=True)
class GivenWord:
    """A word of the text to verify: `start` and `end` are offsets of characters in it.

    `optional` words, such as numbers of list items, may be markup: they are never reported.
    """

    key: str
    start: int
    end: int
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ReadWord:
    """A word that was read, with its place; `left_out` words were too doubtful for the result."""

    key: str
    text: str
    page: int
    box: Box
    confidence: float
    kind: str
    left_out: bool = False


def key_of(text: str) -> str:
    """The letters and digits of a word without case, and signs that change a number's meaning.

    NFKC, so that ligatures and full-width forms are equal to what they stand for. Empty for
    punctuation.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    dashed = re.sub(rf"[{_DASHES}]", "-", folded)
    return "".join("." if each == "," else each for each in _KEPT.findall(dashed))


def parts_of(text: str) -> list[tuple[int, int]]:
    """Where the words of a text begin and end: at spaces, and at dashes between letters."""
    places, start = [], 0
    for gap in _PARTS.finditer(text):
        if gap.start() > start:
            places.append((start, gap.start()))
        start = gap.end()
    if start < len(text):
        places.append((start, len(text)))
    return places
