"""Right-to-left text: from the order in the image to the order of reading.

Networks read all scripts from left to right. This is the reverse of Unicode's bidirectional
algorithm (UAX 9) for one level of embedding, as Tesseract does it (src/ccmain/resultiterator.cpp).
Brackets need no mirroring: networks name them by meaning, not by shape.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache

_RIGHT_TO_LEFT = {"R", "AL"}
_LEFT_TO_RIGHT = {"L", "EN", "AN"}


def reading_order(characters: Sequence[str]) -> list[int]:
    """The indices of `characters`, given from left to right, in the order of reading."""
    kinds = [_kind(character) for character in characters]
    backward = kinds.count("R")
    if not backward:
        return list(range(len(characters)))
    if backward > kinds.count("L"):
        order = list(range(len(characters)))[::-1]
        return _reversed(order, _runs([kinds[at] for at in order], "LN", "L"))
    return _reversed(list(range(len(characters))), _runs(kinds, "R", "R"))


@cache
def _kind(character: str) -> str:
    """L or R for a letter, N for a digit, S for a space, - for anything else."""
    if character == " ":
        return "S"
    for part in character:
        direction = unicodedata.bidirectional(part)
        if direction in _RIGHT_TO_LEFT:
            return "R"
        if direction in _LEFT_TO_RIGHT:
            return "L" if direction == "L" else "N"
    return "-"


def _runs(kinds: Sequence[str], inner: str, across_spaces: str) -> list[tuple[int, int]]:
    """Slices that begin and end with `inner` kinds, with marks between, and spaces between letters.

    A space joins a run only where `across_spaces` is on both its sides: two numbers in a row are
    two runs, two foreign words are one.
    """
    runs: list[tuple[int, int]] = []
    for at, kind in enumerate(kinds):
        if kind not in inner:
            continue
        if runs and _joins(kinds, runs[-1][1] - 1, at, across_spaces):
            runs[-1] = (runs[-1][0], at + 1)
        else:
            runs.append((at, at + 1))
    return runs


def _joins(kinds: Sequence[str], left: int, right: int, across_spaces: str) -> bool:
    between = set(kinds[left + 1 : right])
    if not between <= {"-", "S"}:
        return False
    return "S" not in between or kinds[left] == kinds[right] == across_spaces


def _reversed(order: list[int], runs: list[tuple[int, int]]) -> list[int]:
    for start, end in runs:
        order[start:end] = order[start:end][::-1]
    return order
