"""Which characters of a reading may be a mark that recognisers have no class for.

They write what looks alike: `,` or `2` for a lowered two, `e` or `o` for a bullet.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vision.recognition.letter_widths import words_to_measure
from vision.recognition.marks.plus_minus import READ_AS

FRACTIONS = frozenset("½¼¾⅓⅔⅛")
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
INDICES = frozenset((*RAISED, *LOWERED))
LIST_MARKS = frozenset("•●▪■◦○☐☑☒")
DIGIT_OF = RAISED | LOWERED

_MOST_WORDS = 40  # of a line; longer ones are no sentence with a footnote or a formula

# A digit behind a letter or a bracket, and what raised and lowered digits are read as there. Behind
# capitals signs are left alone: a raised T of a formula looks like a 7.
_DIGIT = re.compile(r"(?<=[^\W\d_])(?<![^\W\d_]{3})\d(?!\d)|(?<=[a-z]{3})\d$|(?<=[)\]])\d(?!\d)")
_POWER = re.compile(r"(?<=^10)[\d*°?'\u2019\u201d\"]{1,2}(?=[.,;)]?$)")
_SIGN = re.compile(
    r"(?:(?<=[a-z\d])[*°?®©]|(?<=[a-z]{3})['\u2019\u201d\"])(?=[.,;)\]]?$)"
    r"|(?<=[a-z]{2}[.,;:])['\u2019\u201d\"?*]$"  # the number of a footnote
)
_COMMA = re.compile(r"(?<=[A-Z])[,>;](?=[A-Z0]|[,.)]|$)|(?<=[a-z)]),(?=[A-Z])")
_INDEX = (_DIGIT, _POWER, _SIGN, _COMMA)
# What bullets and boxes at the start of a line are read as that touch its text: others are cut off
# before the line is read (list_marks.py).
_LIST_MARK = re.compile(r"[¢©®@•●▪■◦○☐☑☒□·°]$")
_GLUED = re.compile(r"[¢®©•●▪■◦○☐☑☒□·](?=[^\W_])")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Characters `start` to `end` of word `word`, and the marks that they may be."""

    word: int
    start: int
    end: int
    marks: frozenset[str]
    read: str


def words_with_candidates(words: list[str]) -> list[int]:
    """Places of the words whose characters need boxes, to be looked at again or measured."""
    with_sign = {at for at, word in enumerate(words) if not READ_AS.isdisjoint(word)}
    looked_at = {each.word for each in candidates(words)}
    return sorted(with_sign | looked_at | set(words_to_measure(words)))


def candidates(words: list[str]) -> Iterator[Candidate]:
    """The characters of a line's words that should be looked at again."""
    if not words or len(words) > _MOST_WORDS:
        return
    yield from _at_start(words)
    for at, word in enumerate(words):
        if word.isalpha():
            continue  # all patterns need a digit or a sign
        for pattern in _INDEX:
            for found in pattern.finditer(word):
                yield from _each(at, word, found.start(), found.end(), INDICES | {"°"})


def _at_start(words: list[str]) -> Iterator[Candidate]:
    first = words[0]
    if len(words) > 1 and _LIST_MARK.match(first):
        yield Candidate(0, 0, len(first), LIST_MARKS, first)
    elif _GLUED.match(first):
        yield Candidate(0, 0, 1, LIST_MARKS, first[0])


def _each(at: int, word: str, start: int, end: int, marks: frozenset[str]) -> Iterator[Candidate]:
    """A digit may be itself, raised or lowered; a sign any of the marks."""
    for place in range(start, end):
        read = word[place]
        own = frozenset(mark for mark in marks if DIGIT_OF.get(mark) == read)
        if read in ",.":
            own = marks - {"₁"}  # a comma looks like it
        elif read == "°":
            own = marks - {"⁰"}  # the same ring: of degrees
        yield Candidate(at, place, place + 1, own or marks, read)
