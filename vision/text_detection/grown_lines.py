"""Joins parts of one line that stand as near as words once the marks between them were found.

Words of typewriting are two blanks apart where a full stop between them counts as a blank.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Extents = NDArray[Any]

_STOP = 1.1  # heights of a letter from a word of typewriting to the end of a stop behind it
_ON_ONE_ROW = 0.7  # of the lower part's height is beside the other
_CUT = 0.25  # of a letter, between what is left of one whose thin strokes were taken out
_NO_HIGHER, _ONE_LINE = 1.1, 1.75  # times the higher part, and letters: both parts together
_ALIKE = 0.6  # of the higher part's height is the lower one's


def join_grown(
    lines: Extents, cores: Extents, tallest: NDArray[Any], word_gap: int, letter: float
) -> tuple[Extents, Extents, NDArray[Any]]:
    """Lines [n, 4], what they grew from, and their tallest pieces, after neighbours are joined.

    Two parts are joined if the end of the first grew by a stop, and they are now at most `word_gap`
    pixels apart on one row. Parts with a dash between them stay two: joined, the
    numbers of dates and telephones on real forms were run together. Parts into which a letter was
    cut are one line: it would be read in both.
    """
    grown = lines[:, 2] - cores[:, 2]
    ends = np.flatnonzero((grown > 0) & (grown <= _STOP * letter))
    found = [
        (at, _part_before(lines, cores, at, ends, word_gap))
        for at in _beside_ends(lines, ends, word_gap)
    ]
    joined = {at: before for at, before in found if before is not None}
    joined |= _cut_through(lines, cores, letter)
    if not joined:
        return lines, cores, tallest
    return _merged(lines, cores, tallest, joined)


def _beside_ends(lines: Extents, ends: NDArray[np.int64], word_gap: int) -> list[int]:
    """Places of the parts that begin within `word_gap` of one of these ends, on a row of it."""
    x0, y0, _, y1 = lines.T[:, :, None]
    _, top, right, bottom = lines[ends].T
    gap = x0 - right
    near = (gap >= 0) & (gap <= word_gap) & (y0 < bottom) & (y1 > top)
    places: list[int] = np.flatnonzero(near.any(axis=1)).tolist()
    return places


def _part_before(
    lines: Extents, cores: Extents, at: int, ends: NDArray[np.int64], word_gap: int
) -> int | None:
    """Which of the parts `ends` faces the left end of the part `at`, if they are to be joined."""
    gap = lines[at, 0] - lines[ends, 2]
    near = (gap >= 0) & (gap <= word_gap)
    if not near.any():
        return None
    others = cores[ends]
    height, own = others[:, 3] - others[:, 1], cores[at, 3] - cores[at, 1]
    least, most = np.minimum(height, own), np.maximum(height, own)
    shared = np.minimum(others[:, 3], cores[at, 3]) - np.maximum(others[:, 1], cores[at, 1])
    near &= (shared >= _ON_ONE_ROW * least) & (least >= _ALIKE * most)
    places = np.flatnonzero(near)
    return int(ends[places[np.argmin(gap[places])]]) if len(places) else None


def _cut_through(lines: Extents, cores: Extents, letter: float) -> dict[int, int]:
    """The part before each one that a letter at its left end was cut off from, on its row."""
    x0, y0, x1, y1 = lines.T
    shared = x1 - x0[:, None]  # [part, part before it], in pixels across
    apart = cores[:, 0][:, None] - cores[:, 2]
    cut = (shared > 0) & (apart >= 0) & (apart <= _CUT * letter)
    places = np.argwhere(cut)
    if not len(places):
        return {}
    at, before = places.T
    both = np.maximum(y1[at], y1[before]) - np.minimum(y0[at], y0[before])
    heights = np.stack([(y1 - y0)[at], (y1 - y0)[before]])
    one_row = (both <= _NO_HIGHER * heights.max(axis=0)) & (both <= _ONE_LINE * letter)
    one_row &= heights.min(axis=0) >= _ALIKE * heights.max(axis=0)
    return dict(places[one_row].tolist())


def _merged(
    lines: Extents, cores: Extents, tallest: NDArray[Any], joined: dict[int, int]
) -> tuple[Extents, Extents, NDArray[Any]]:
    """Each part with those that it is joined to, in the place of the leftmost of them."""
    lines, cores, tallest = lines.copy(), cores.copy(), tallest.copy()
    for at in sorted(joined, key=lambda each: -lines[each, 0]):  # from the right end on
        before = joined[at]
        for boxes in (lines, cores):
            boxes[before, :2] = np.minimum(boxes[before, :2], boxes[at, :2])
            boxes[before, 2:] = np.maximum(boxes[before, 2:], boxes[at, 2:])
        tallest[before] = max(tallest[before], tallest[at])
    kept = np.setdiff1d(np.arange(len(lines)), list(joined))
    return lines[kept], cores[kept], tallest[kept]
