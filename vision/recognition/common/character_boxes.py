"""Boxes of characters: assigns a word's ink, from left to right, to the letters read in it.

The time steps in which letters were read locate them only roughly, often half a letter off. Most
letters are one piece of ink each, so their order matches them; the steps decide where letters touch
or consist of several pieces. The cheapest assignment is found by dynamic programming.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise, product
from math import inf

import numpy as np
from numpy.typing import NDArray

from vision.core.document import Box, Character
from vision.core.geometry import union
from vision.core.stages import CropWord

_TOUCHING = 12  # letters in one piece at most, and pieces of one letter side by side
_PIECES = 4
# Letters and pieces of a share, the cheapest first.
_SHARES = sorted(
    {(1, n) for n in range(1, _PIECES + 1)} | {(n, 1) for n in range(1, _TOUCHING + 1)}, key=sum
)
_ROUNDED = 1 + 1e-9  # sums in another order differ by less
# Cost of each further letter or piece of a share, in mean widths of the word's letters: on rendered
# lines 90% of the converted networks' edges are within 8 pixels with 1, within 1 with 2 or 4.
_UNEVEN = 2.0
# Letters times pieces of a word; more is noise, and its assignment would take seconds a page.
_MOST_PLACES = 2500
# Pieces that share so much of the narrower one's width are above each other: marks, dots.
_STACKED = 0.5

Span = tuple[float, float]
Place = tuple[int, int]  # letters and pieces before it


def with_characters(
    words: Sequence[CropWord],
    letters: Sequence[Sequence[tuple[str, float]]],
    windows: Sequence[Span],
    ink: NDArray[np.int32],
    wanted: Sequence[int] | None = None,
) -> tuple[CropWord, ...]:
    """The words with their characters, whose boxes lie inside the word's.

    `letters` are each word's characters with their probabilities, `windows` (x0, x1) those of all
    of them in this order, `ink` as `ink_boxes` gives it. Letters that touch are split as their
    windows are, and are as high as their ink together. Words whose place is not `wanted` stay as
    they are; None wants all.
    """
    left = iter(windows)
    detailed = []
    for at, (word, own) in enumerate(zip(words, letters, strict=True)):
        spans = [next(left) for _ in own]
        if wanted is not None and at not in wanted:
            detailed.append(word)
            continue
        boxes = _boxes(spans, _pieces(ink, word.box), word.box)
        pairs = zip(own, boxes, strict=True)
        characters = tuple(Character(text, probability, box) for (text, probability), box in pairs)
        detailed.append(replace(word, characters=characters))
    return tuple(detailed)


def _pieces(ink: NDArray[np.int32], word: Box) -> list[Box]:
    """The word's pieces of ink from left to right, those above each other joined."""
    x0, y0, x1, y1 = ink.T
    inside = (x0 >= word.x0) & (y0 >= word.y0) & (x1 <= word.x1) & (y1 <= word.y1)
    joined: list[Box] = []
    for piece in sorted(Box(*map(float, row)) for row in ink[inside].tolist()):
        joined.append(piece)
        while len(joined) > 1 and _are_stacked(*joined[-2:]):
            joined[-2:] = [union(joined[-2:])]
    return joined


def _are_stacked(one: Box, other: Box) -> bool:
    shared = min(one.x1, other.x1) - max(one.x0, other.x0)
    return shared > _STACKED * min(one.width, other.width)


def _boxes(windows: Sequence[Span], pieces: Sequence[Box], word: Box) -> list[Box]:
    """One box for each window, in their order; in some scripts paper has another order."""
    spans = [(_between(x0, word), _between(x1, word)) for x0, x1 in windows]
    order = sorted(range(len(spans)), key=spans.__getitem__)
    boxes = [Box(x0, word.y0, x1, word.y1) for x0, x1 in spans]
    ordered = [spans[at] for at in order]
    for (letter, piece), (next_letter, next_piece) in pairwise(_assigned(ordered, pieces)):
        whole = union(pieces[piece:next_piece])
        for at, box in zip(
            order[letter:next_letter], _split(whole, ordered[letter:next_letter]), strict=True
        ):
            boxes[at] = box
    return boxes


def _assigned(spans: Sequence[Span], pieces: Sequence[Box]) -> list[Place]:
    """Where shares begin and end in the cheapest assignment; empty where there is none."""
    letters, parts = len(spans), len(pieces)
    if not letters or not parts or letters * parts > _MOST_PLACES:
        return []
    uneven = _UNEVEN * (pieces[-1].x1 - pieces[0].x0) / letters
    shares = [(more, beside, uneven * (more + beside - 2)) for more, beside in _SHARES]
    most = _most(spans, pieces, uneven)
    costs = [[inf] * (parts + 1) for _ in range(letters + 1)]
    costs[0][0] = 0.0
    origins: dict[Place, Place] = {}
    for letter, piece in product(range(letters), range(parts)):
        if costs[letter][piece] == inf:
            continue
        begun = costs[letter][piece] + abs(pieces[piece].x0 - spans[letter][0])
        for more, beside, price in shares:
            if begun + price > most:
                break
            to, until = letter + more, piece + beside
            if to > letters or until > parts:
                continue
            cost = begun + abs(pieces[until - 1].x1 - spans[to - 1][1]) + price
            if cost <= most and cost < costs[to][until]:
                costs[to][until] = cost
                origins[to, until] = (letter, piece)
    return _path_to(origins, (letters, parts))


def _most(spans: Sequence[Span], pieces: Sequence[Box], uneven: float) -> float:
    """What the cheapest assignment costs at most: one share at most has several letters or pieces.

    Without it ten times as many assignments would be tried.
    """
    more, beside = max(len(spans) - len(pieces), 0), max(len(pieces) - len(spans), 0)
    shares = min(len(spans), len(pieces))
    if more >= _TOUCHING or beside >= _PIECES:
        return inf
    heads = [_distance(spans[at], pieces[at]) for at in range(shares)]
    tails = [_distance(spans[at + more], pieces[at + beside]) for at in range(shares)]
    known = [0.0, *accumulate(heads)]
    left = [0.0, *accumulate(reversed(tails))]
    costs = [
        known[at]
        + abs(pieces[at].x0 - spans[at][0])
        + abs(pieces[at + beside].x1 - spans[at + more][1])
        + left[shares - 1 - at]
        for at in range(shares)
    ]
    return (min(costs) + uneven * (more + beside)) * _ROUNDED


def _distance(span: Span, piece: Box) -> float:
    """From a letter's start to a piece's, and from its end to the piece's."""
    return abs(piece.x0 - span[0]) + abs(piece.x1 - span[1])


def _path_to(origins: dict[Place, Place], end: Place) -> list[Place]:
    if end not in origins:
        return []
    path = [end]
    while path[-1] != (0, 0):
        path.append(origins[path[-1]])
    return path[::-1]


def _split(whole: Box, spans: Sequence[Span]) -> list[Box]:
    """Ink split in the proportions of the spans."""
    start, end = spans[0][0], spans[-1][1]
    stretch = whole.width / (end - start) if end > start else 0.0
    cuts = [whole.x0 + (span[0] - start) * stretch for span in spans[1:]]
    return [Box(x0, whole.y0, x1, whole.y1) for x0, x1 in pairwise([whole.x0, *cuts, whole.x1])]


def _between(x: float, word: Box) -> float:
    return min(max(x, word.x0), word.x1)
