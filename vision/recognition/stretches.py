"""Stretches of a long line that are worth a second reading, where the rest was read confidently.

A third of what a second reader sees are words that the first one was confident of. A long line is
cut at blanks between words around its doubtful ones, and these stretches alone are read again
(docs/research/profiles.md).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from vision.core.geometry import compose, transform_box, translation
from vision.core.stages import CropWord, LineCrop, LineReading
from vision.recognition.marks.window import measured
from vision.recognition.second_reading import choose
from vision.recognition.suspicious_marks import has_foreign_letter, has_suspicious_mark

# The first reader whose words' confidences the limits below are of.
_FIRST = "lstm"
# Words under these are read again: listed words and single letters, and all others. Their weakest
# letters have a probability of .9 and .993.
_LISTED, _OTHER = 0.9335, 0.968
# In heights of the line without its room: shorter lines are read whole, and so is what lies between
# two stretches that are not so far apart.
_LONG, _APART = 8.0, 2.0
_NARROWEST = 0.08  # of that height, blank columns between words where a line may be cut
_CONTEXT = 2  # letters and digits of a word that is read without those beside it
# Pale print, of this contrast to the paper where ink has 1, and as many heights of columns of it
# between two words as show that the first reader saw no letters there. Neighbouring lines reach
# into the line's upper and lower edge.
_PALE, _UNREAD, _EDGE = 0.25, 0.2, 0.15
_BLUR = 2  # pixels beside a word to which its own letters' edges reach
_MOST = 0.7  # of a line's width in its stretches, from which it is read whole


class Stretch(NamedTuple):
    """Words `first` to before `end` of a line, and the columns of its image that hold them."""

    first: int
    end: int
    left: int
    right: int


class _Ink(NamedTuple):
    """Which columns of a line have ink, and which have print of any strength in the middle."""

    full: NDArray[np.bool_]
    pale: NDArray[np.bool_]

    @classmethod
    def of(cls, crop: LineCrop) -> Self:
        grey, levels = measured(crop)
        ink = levels.ink_in(grey)
        edge = round(_EDGE * len(grey))
        middle = grey[edge : len(grey) - edge].astype(np.int16)
        if levels.light_on_dark:
            pale = middle > levels.ink + _PALE * (levels.paper - levels.ink)
        else:
            pale = middle < levels.paper - _PALE * (levels.paper - levels.ink)
        return cls(np.any(ink, axis=0), np.any(pale, axis=0))


def stretches_of(crop: LineCrop, reading: LineReading) -> list[Stretch]:
    """The doubtful stretches of a line from left to right; none where it is to be read whole."""
    height, width = crop.pixels.shape[:2]
    height -= 2 * crop.room
    if width < _LONG * height or not _may_be_cut(crop, reading):
        return []
    doubtful = set(_with_neighbours(reading.words))
    if not doubtful:
        return []
    ink = _Ink.of(crop)
    doubtful |= set(_beside_pale_print(ink, reading.words, _UNREAD * height))
    cuts = [0, *_cuts(ink, reading.words, _NARROWEST * height), width]
    stretches = list(_joined_stretches(sorted(doubtful), cuts, _APART * height))
    read = sum(stretch.right - stretch.left for stretch in stretches)
    return stretches if read <= _MOST * width else []


def part_of(crop: LineCrop, stretch: Stretch) -> LineCrop:
    """The image of a stretch as a line of its own."""
    return replace(
        crop,
        pixels=np.ascontiguousarray(crop.pixels[:, stretch.left : stretch.right]),
        to_page=compose(crop.to_page, translation(stretch.left, 0.0)),
        before=None,
        below=None,
        shifts=None,
        hidden=None,
    )


def with_stretches(
    first: LineReading, stretches: Sequence[Stretch], seconds: Sequence[LineReading]
) -> LineReading:
    """The first reading of a line with the better of both readings in each of its stretches.

    Words of the second reader name it. Where it finds no text, words that stay are incomplete, and
    so doubtful.
    """
    words: list[CropWord] = []
    sums: list[tuple[float, int]] = []
    done = 0
    for stretch, second in zip(stretches, seconds, strict=True):
        words += first.words[done : stretch.first]
        better = _better(first, stretches, stretch, second)
        words += better.words
        sums.append((better.confidence, sum(len(word.text) for word in better.words)))
        done = stretch.end
    words += first.words[done:]
    letters = sum(len(word.text) for word in words)
    doubt = sum((1 - confidence) * count for confidence, count in sums) / max(letters, 1)
    return replace(
        first,
        text=" ".join(word.text for word in words),
        confidence=1 - doubt,
        words=tuple(words),
        models=tuple(
            dict.fromkeys([*first.models, *(use for each in seconds for use in each.models)])
        ),
    )


def _may_be_cut(crop: LineCrop, reading: LineReading) -> bool:
    """Whether words say what is in doubt, and stand as they are read, one after another."""
    unread = reading.gapped or reading.accented
    if reading.engine != _FIRST or unread or len(reading.words) < len(("a", "cut", "line")):
        return False
    if has_suspicious_mark(reading.text) or has_foreign_letter(reading.text, crop.languages):
        return False
    return all(left.box.x0 < right.box.x0 for left, right in pairwise(reading.words))


def _is_doubtful(word: CropWord) -> bool:
    plain = word.listed or (word.listed is None and word.text.isalpha())
    return word.confidence < (_LISTED if plain else _OTHER)


def _with_neighbours(words: Sequence[CropWord]) -> list[int]:
    """The places of doubtful words, and of those beside them where one has hardly a letter.

    A dash or a digit alone is read as anything.
    """
    wanted: set[int] = set()
    for at, word in enumerate(words):
        if _is_doubtful(word):
            alone = sum(letter.isalnum() for letter in word.text) < _CONTEXT
            wanted.update(range(at - alone, at + alone + 1))
    return sorted(wanted.intersection(range(len(words))))


def _beside_pale_print(ink: _Ink, words: Sequence[CropWord], least: float) -> Iterator[int]:
    """Words beside print that is in none of them, as of letters that glare has faded."""
    starts = [word.box.x0 for word in words] + [float(len(ink.pale))]
    ends = [0.0] + [word.box.x1 for word in words]
    for at, (left, right) in enumerate(zip(ends, starts, strict=True)):
        between = ink.pale[int(left) + _BLUR : max(int(right) - _BLUR, 0)]
        if np.count_nonzero(between) >= least:
            yield from (each for each in (at - 1, at) if 0 <= each < len(words))


def _cuts(ink: _Ink, words: Sequence[CropWord], narrowest: float) -> list[int]:
    """The column between each word and the next where the line may be cut; -1 for none."""
    inked = np.flatnonzero(ink.full)
    ends, starts = inked[:-1] + 1, inked[1:]
    cuts = []
    for left, right in pairwise(words):
        inside = (starts > left.box.x1 - 1) & (ends < right.box.x0 + 1)
        gaps = np.flatnonzero(inside & (starts - ends >= narrowest))
        widest = max(gaps, key=lambda at: starts[at] - ends[at], default=None)
        cuts.append(-1 if widest is None else int(ends[widest] + starts[widest]) // 2)
    return cuts


def _joined_stretches(
    doubtful: Sequence[int], cuts: Sequence[int], apart: float
) -> Iterator[Stretch]:
    """Each doubtful word to the nearest cuts, near ones together; `cuts[at]` is before a word."""
    current: Stretch | None = None
    for at in doubtful:
        first = max(place for place in range(at + 1) if cuts[place] >= 0)
        end = min(place for place in range(at + 1, len(cuts)) if cuts[place] >= 0)
        if current and (first <= current.end or cuts[first] - current.right < apart):
            current = current._replace(
                end=max(end, current.end), right=max(cuts[end], current.right)
            )
            continue
        if current:
            yield current
        current = Stretch(first, end, cuts[first], cuts[end])
    if current:
        yield current


def _better(
    first: LineReading, stretches: Sequence[Stretch], stretch: Stretch, second: LineReading
) -> LineReading:
    """The better of both readings of a stretch, whose words stand where they do in the line."""
    words = first.words[stretch.first : stretch.end]
    text = " ".join(word.text for word in words)
    better = choose(
        replace(first, text=text, words=words, confidence=_confidence(first, stretches)), second
    )
    if better.disputed:
        incomplete = tuple(replace(word, incomplete=True) for word in better.words)
        return replace(better, words=incomplete)
    if better.engine == first.engine:
        return better
    moved = tuple(_moved(word, stretch.left, better.engine) for word in better.words)
    return replace(better, words=moved)


def _confidence(line: LineReading, stretches: Sequence[Stretch]) -> float:
    """The mean probability of the letters in the stretches, which have all of the line's doubt."""
    letters = sum(
        len(word.text) for each in stretches for word in line.words[each.first : each.end]
    )
    share = sum(len(word.text) for word in line.words) / letters
    return max(1 - (1 - line.confidence) * share, 0.0)


def _moved(word: CropWord, by: int, engine: str) -> CropWord:
    move = translation(by, 0.0)
    characters = tuple(replace(each, box=transform_box(move, each.box)) for each in word.characters)
    box = transform_box(move, word.box)
    return replace(word, box=box, characters=characters, engine=engine)
