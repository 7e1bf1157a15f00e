"""Underscores, which recognisers read as spaces: `my_file_name` came as `my file name`.

An underscore is a flat piece of ink below the line that fills the gap between two letters. What
goes on below letters is an underline, and what stands apart from them a blank to be filled in.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey
from vision.core.geometry import union
from vision.core.stages import CropWord, LineCrop, LineReading
from vision.recognition.marks.window import levels_of

_LEAST_CONTRAST = 24  # grey values between the ink of a line and its paper
_BELOW = frozenset("gjpqyQJ,;()[]{}|/\\_$@-'\"*")  # reach below the line
# In heights of the line's letters: width of an underscore, and how far letters beside it may be.
_WIDTH, _BESIDE = (0.35, 1.2), 0.3
# Of a word's height: less and more than a space has in most type.
_FILLED, _WIDE = 0.18, 0.6
_ENDS = "_)]"
_FLAT = 3.0  # times as wide as high
_SOLID = 0.7  # share of its box that is ink
_OVER = 0.25  # of its width that a letter may stand over
_LEAST_HEIGHT = 8  # pixels of letters: below, strokes are too thin to tell


class _Gap(NamedTuple):
    """An underscore between two pieces of letters, in columns of the line image."""

    left: int
    right: int


def join_at_underscores(crop: LineCrop, reading: LineReading) -> LineReading:
    """The reading with words joined that an underscore stands between."""
    words = reading.words
    if len(words) < 2 or crop.shifts is not None or not _may_hold_one(words):
        return reading
    if reading.text != " ".join(word.text for word in words):
        return reading
    foot = _foot(words)
    if foot is None:
        return reading
    gaps = _underscores(crop, *foot)
    if not gaps:
        return reading
    joined = _joined(words, gaps)
    return replace(reading, words=joined, text=" ".join(word.text for word in joined))


def _may_hold_one(words: Sequence[CropWord]) -> bool:
    """Whether a gap between two words is wide for a space, or filled by the ink of their boxes."""
    for word, after in pairwise(words):
        gap, high = after.box.x0 - word.box.x1, word.box.y1 - word.box.y0
        if not _FILLED * high < gap < _WIDE * high and _may_join(word.text, after.text):
            return True
    return False


def _may_join(text: str, after: str) -> bool:
    if not (text[-1] in _ENDS or text[-1].isalnum()) or not (after[0] == "_" or after[0].isalnum()):
        return False
    return not (text.isdigit() and after.isdigit())


def _foot(words: Sequence[CropWord]) -> tuple[float, float] | None:
    """Where the line's letters end below, and how high they are; None where that is not known.

    Of words without letters below the line the one that ends highest: boxes may hold underscores.
    """
    standing = [
        word.box.y1
        for word in words
        if _BELOW.isdisjoint(word.text) and any(map(str.isalnum, word.text))
    ]
    if not standing:
        return None
    foot = min(standing)
    high = foot - min(word.box.y0 for word in words)
    return (foot, high) if high >= _LEAST_HEIGHT else None


def _underscores(crop: LineCrop, foot: float, high: float) -> list[_Gap]:
    """Flat pieces below the line that fill a gap between letters."""
    first = round(foot) + 1
    lower = np.ascontiguousarray(crop.pixels[first:, :, 1])
    if crop.below is not None and crop.below.shape[1] == lower.shape[1]:
        lower = np.vstack([lower, crop.below[:, :, 1]])
    flat = _flat_runs(lower, high)
    if not flat:
        return []
    green = np.ascontiguousarray(crop.pixels[:, :, 1])
    levels = levels_of(green)
    if levels.paper - levels.ink < _LEAST_CONTRAST or levels.light_on_dark:
        return []
    upper = np.asarray((green[: first - 2] < levels.between).any(axis=0))
    return [gap for gap in flat if _fills_gap(*gap, upper, high)]


def _flat_runs(lower: Grey, high: float) -> list[_Gap]:
    """Runs of columns of the rows below a line whose ink is as flat as an underscore."""
    if not lower.size:
        return []
    dark, light = int(lower.min()), int(lower.max())
    if light - dark < _LEAST_CONTRAST:
        return []
    ink = lower < (dark + light) / 2
    inked = np.zeros(ink.shape[1] + 2, np.bool_)
    inked[1:-1] = ink.any(axis=0)
    edges = np.flatnonzero(inked[1:] != inked[:-1]).tolist()
    runs = zip(edges[::2], edges[1::2], strict=True)
    least, most = _WIDTH[0] * high, _WIDTH[1] * high
    return [
        _Gap(left, right)
        for left, right in runs
        if least <= right - left <= most and _is_flat(ink[:, left:right])
    ]


def _is_flat(ink: NDArray[np.bool_]) -> bool:
    rows = np.flatnonzero(ink.any(axis=1))
    height, width = int(rows[-1] - rows[0]) + 1, ink.shape[1]
    return bool(width >= _FLAT * height and ink.sum() >= _SOLID * width * height)


def _fills_gap(left: int, right: int, upper: NDArray[np.bool_], high: float) -> bool:
    """Whether letters end and begin beside these columns, and hardly any stands over them."""
    over, beside = round(_OVER * (right - left)), round(_BESIDE * high)
    before = upper[max(left - beside, 0) : left + over + 1].any()
    behind = upper[max(right - over - 1, 0) : right + beside].any()
    return bool(before and behind and np.count_nonzero(upper[left:right]) <= 2 * over)


def _joined(words: Sequence[CropWord], gaps: Sequence[_Gap]) -> tuple[CropWord, ...]:
    """The words, each with the next one where an underscore stands between them.

    Words within which there is one that was not read are incomplete.
    """
    joined: list[CropWord] = []
    end = 0.0
    for word in words:
        edge = (end + word.box.x0) / 2
        if joined and any(gap.left - 2 <= edge <= gap.right + 2 for gap in gaps):
            joined[-1] = _with(joined[-1], word)
        else:
            joined.append(word)
        end = word.box.x1
    return tuple(_checked(word, gaps) for word in joined)


def _checked(word: CropWord, gaps: Sequence[_Gap]) -> CropWord:
    within = [gap for gap in gaps if word.box.x0 < gap.left and gap.right < word.box.x1]
    return replace(word, incomplete=True) if len(within) > word.text.count("_") else word


def _with(word: CropWord, after: CropWord) -> CropWord:
    known = word.text.endswith("_") or after.text.startswith("_")
    return replace(
        word,
        text=f"{word.text}{'' if known else '_'}{after.text}",
        confidence=min(word.confidence, after.confidence),
        box=union([word.box, after.box]),
        characters=(),
        listed=None,
        incomplete=word.incomplete or after.incomplete,
    )
