"""Splits lines that line finders joined across the gutter between two columns of prose.

One wide gap between words proves nothing. A white corridor that several consecutive rows share,
wider than the spaces of each of them and with prose on both sides, is a gutter.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from vision.core.arrays import Affine
from vision.core.document import Box
from vision.core.geometry import transform_box
from vision.layout.line_splitting import split_line, word_texts
from vision.layout.placed_line import PlacedLine
from vision.layout.reading_order import Interval
from vision.layout.rows import same_row

_FEWEST_ROWS = 4  # with text on both sides of the corridor
_WIDER_THAN_A_SPACE = 1.3  # a row's gap at the corridor, than the row's median space

# In line heights.
_LEAST_GAP = 0.45  # of a row, at the corridor
_LEAST_CORRIDOR = 0.4  # that all rows share
_PROSE = 6.0  # least width of a row's part on either side: about 15 letters


@dataclass(frozen=True, slots=True)
class _Gap:
    """White between two words of a line; `word` is the index of the word after it."""

    word: int
    x: Interval
    is_wide: bool


@dataclass(frozen=True, slots=True)
class _SpacedLine:
    index: int
    box: Box
    gaps: list[_Gap]


@dataclass(slots=True)
class _Corridor:
    """White that rows share while it is followed up and down the page."""

    x: Interval
    crossing: dict[int, _Gap] = field(default_factory=dict)  # by the index of the line
    boxes: list[Box] = field(default_factory=list)
    left: list[Box] = field(default_factory=list)
    right: list[Box] = field(default_factory=list)

    def take(self, line: _SpacedLine, least: float) -> bool:
        """Narrow the corridor to what the line leaves white; false where that is too little."""
        if line.box.x1 <= self.x[0] + least or line.box.x0 >= self.x[1] - least:
            return self._pass(line, least)
        for gap in line.gaps:
            x = _shared(self.x, gap.x)
            if gap.is_wide and x[1] - x[0] >= least:
                self.x = x
                self.crossing[line.index] = gap
                self.boxes.append(line.box)
                return True
        return False

    def _pass(self, line: _SpacedLine, least: float) -> bool:
        """Take a line that lies beside the corridor, or reaches into it a little."""
        is_left = line.box.x1 <= self.x[0] + least
        x = (
            (max(self.x[0], line.box.x1), self.x[1])
            if is_left
            else (self.x[0], min(self.x[1], line.box.x0))
        )
        if x[1] - x[0] < least:
            return False
        self.x = x
        (self.left if is_left else self.right).append(line.box)
        return True

    def is_gutter(self, unit: float) -> bool:
        """Whether enough rows have text on both sides, and most of them prose on both."""
        parts = [((box.x0, self.x[0]), (self.x[1], box.x1)) for box in self.boxes]
        parts += [
            ((one.x0, one.x1), (other.x0, other.x1))
            for one in self.left
            for other in self.right
            if same_row(one, other)
        ]
        prose = [min(a[1] - a[0], b[1] - b[0]) >= _PROSE * unit for a, b in parts]
        return len(parts) >= _FEWEST_ROWS and 2 * sum(prose) > len(prose)


def split_at_gutters(lines: Sequence[PlacedLine], to_layout: Affine) -> list[PlacedLine]:
    """The lines, with those that cross a gutter replaced by their parts.

    `to_layout` maps page coordinates to the frame of the placed boxes. No word is lost.
    """
    level = [(at, line) for at, line in enumerate(lines) if line.level]
    unit = median([line.box.height for _, line in level] or [1.0])
    spaced = [_SpacedLine(at, line.box, list(_gaps(line, to_layout, unit))) for at, line in level]
    cuts: dict[int, set[int]] = {}
    for corridor in _gutters(sorted(spaced, key=lambda line: line.box.y0), unit):
        for at, gap in corridor.crossing.items():
            cuts.setdefault(at, set()).add(gap.word)
    return [
        part
        for at, line in enumerate(lines)
        for part in (split_line(line, sorted(cuts[at]), to_layout) if at in cuts else [line])
    ]


def _gaps(placed: PlacedLine, to_layout: Affine, unit: float) -> Iterator[_Gap]:
    """The gaps between words, in reading direction; none where the line cannot be split."""
    if word_texts(placed.line) is None:
        return
    boxes = [transform_box(to_layout, word.box) for word in placed.line.words]
    between = [(left.x1, right.x0) for left, right in pairwise(boxes)]
    usual = median([max(end - start, 0.0) for start, end in between] or [0.0])
    least = max(_LEAST_GAP * unit, _WIDER_THAN_A_SPACE * usual)
    for word, x in enumerate(between, start=1):
        yield _Gap(word, x, x[1] - x[0] >= least)


def _gutters(lines: Sequence[_SpacedLine], unit: float) -> Iterator[_Corridor]:
    """The gutters that lines cross, each once; lines come from the top."""
    known: set[tuple[int, int]] = set()
    for place, line in enumerate(lines):
        for gap in line.gaps:
            if not gap.is_wide or (line.index, gap.word) in known:
                continue
            corridor = _Corridor(gap.x)
            _follow(corridor, lines[place:], unit)
            _follow(corridor, reversed(lines[:place]), unit)
            if corridor.is_gutter(unit):
                known |= {(at, each.word) for at, each in corridor.crossing.items()}
                yield corridor


def _follow(corridor: _Corridor, lines: Iterable[_SpacedLine], unit: float) -> None:
    for line in lines:
        if not corridor.take(line, _LEAST_CORRIDOR * unit):
            return


def _shared(one: Interval, other: Interval) -> Interval:
    return max(one[0], other[0]), min(one[1], other[1])
