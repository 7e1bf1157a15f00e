"""Joins signs that line finders found apart from their numbers."""

from collections.abc import Sequence
from dataclasses import replace

from vision.core.document import Word
from vision.core.geometry import union
from vision.layout.line_merging import join_lines
from vision.layout.placed_line import PlacedLine
from vision.layout.rows import same_row

_SIGNS = frozenset("-\N{MINUS SIGN}\N{EN DASH}+\N{PLUS-MINUS SIGN}")
_REACH = 0.35  # heights of the number between it and its sign
_CLOSER = 2.0  # the sign is so many times closer to its number than to what is before it


def with_signs(row: Sequence[PlacedLine]) -> list[PlacedLine]:
    """The row in its order, a sign found alone joined to the number right behind it.

    `5 - 3` and `2019 - 2026` stay as they are: the dash is as far from both numbers.
    """
    joined: list[PlacedLine] = []
    for piece in row:
        if joined and _is_sign_of(joined, piece):
            joined[-1] = _signed(joined[-1], piece)
        else:
            joined.append(piece)
    return joined


def _is_sign_of(before: Sequence[PlacedLine], number: PlacedLine) -> bool:
    sign = before[-1]
    if sign.line.text not in _SIGNS or not number.line.text[0].isdigit():
        return False
    if not (sign.level and number.level and same_row(sign.box, number.box)):
        return False
    gap = number.box.x0 - sign.box.x1
    ahead = sign.box.x0 - before[-2].box.x1 if len(before) > 1 else float("inf")
    return gap <= _REACH * number.box.height and _CLOSER * gap <= ahead


def _signed(sign: PlacedLine, number: PlacedLine) -> PlacedLine:
    whole = join_lines([sign.line, number.line])
    text = sign.line.text + number.line.text
    line = replace(whole, text=text, words=_as_one_word(whole.words))
    return replace(number, line=line, box=union([sign.box, number.box]))


def _as_one_word(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words of a sign and its number, the first two joined."""
    if len(words) < 2:
        return tuple(words)
    sign, number, *more = words
    whole = Word(
        sign.text + number.text,
        min(sign.confidence, number.confidence),
        union([sign.box, number.box]),
        (*sign.characters, *number.characters),
    )
    return (whole, *more)
