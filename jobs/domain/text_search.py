"""Searches in texts: which words are searched for, and what is shown of a page that has them.

Words are runs of letters and digits, whatever their case. One with `*` at its end is the beginning
of a word. A page matches that has all of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MOST_WORDS: Final = 16
SNIPPET_CHARACTERS: Final = 160
_WORD: Final = re.compile(r"[^\W_]+")
_SEARCHED: Final = re.compile(r"([^\W_]+)(\*?)")


@dataclass(frozen=True, slots=True)
class SearchWord:
    """A word in lower case, or with `prefix` the beginning of one."""

    text: str
    prefix: bool

    def matches(self, word: str) -> bool:
        """Whether a word of a text is this one, or begins so."""
        word = word.lower()
        return word.startswith(self.text) if self.prefix else word == self.text


@dataclass(frozen=True, slots=True)
class PageMatch:
    """A page that matches: a part of its text, and where in it words begin and end."""

    page: int
    snippet: str
    marks: tuple[tuple[int, int], ...]


def parse_search(text: str) -> Sequence[SearchWord]:
    """Return the words of a search, at most MOST_WORDS; none where it has no letter or digit."""
    found = [SearchWord(word.lower(), bool(star)) for word, star in _SEARCHED.findall(text)]
    return list(dict.fromkeys(found))[:MOST_WORDS]


def match_of(page: int, text: str, words: Sequence[SearchWord]) -> PageMatch:
    """Return the part of a page's text around the first of the words, with all words in it."""
    spans = [
        each.span() for each in _WORD.finditer(text) if any(word.matches(each[0]) for word in words)
    ]
    first = spans[0][0] if spans else 0
    start = _edge(text, max(0, first - SNIPPET_CHARACTERS // 3))
    end = min(len(text), start + SNIPPET_CHARACTERS)
    # Line ends become spaces, one for one, so that the places stay.
    snippet = re.sub(r"\s", " ", text[start:end])
    marks = tuple((a - start, b - start) for a, b in spans if a >= start and b <= end)
    return PageMatch(page, snippet, marks)


def words_of(text: str) -> str:
    """Return the words of a text alone, as an index takes them."""
    return " ".join(_WORD.findall(text))


def _edge(text: str, at: int) -> int:
    """Return where the word at this place begins, or the place where that is far."""
    back = re.search(r"\S{0,20}$", text[:at])
    return back.start() if back and at else at
