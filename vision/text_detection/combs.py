"""Combs of forms: evenly spaced walls with a single character in each cell.

Read as they stand, walls become letters and cells become words. Here the characters of a comb are
set beside each other without walls, as one line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes, Grey, Image
from vision.core.geometry import compose
from vision.core.stages import FoundLine, Letters, LineCrop, PreparedPage
from vision.imaging.connected_components import ink_of_rows
from vision.imaging.opening import opened
from vision.imaging.order import median
from vision.text_detection.rules import RULE

# In heights of the page's commonest letters.
_LOWEST, _HIGHEST = 0.3, 4.0  # of the frame, or of the teeth on a line
_PITCH = (1.2, 4.0)
_LEAST_CHARACTER = 0.7  # the highest in a comb; in words run together, holes of letters are lower
_LEAST_MARK = 0.12
# Shares: of a frame's width that its rule takes; of its height that walls take; how far single
# cells are from the usual width.
_RULE_LENGTH, _WALL, _UNEVEN = 0.9, 0.5, 0.15
_AT_EDGE = 0.2  # of a frame's height, where its rules are
_FEWEST_CELLS, _FEWEST_FILLED = 4, 2
_RISE = 1.3  # widths of a cell in which letters stand above a rule with teeth
# Width of a character by its height: two digits have 1.4.
_USUAL_WIDTH, _WIDEST = 1.1, 1.6
_BETWEEN, _EMPTY, _AROUND = 0.15, 0.6, 0.2  # heights: between characters, an empty cell, the edge
_COVERED = 0.5  # of a line's width and height, by which it is part of a comb


@dataclass(frozen=True, slots=True)
class Comb:
    """Where a comb and the characters in its cells are, in pixels of the working image.

    `box` is x0, y0, x1, y1; `cells` are the boxes of the characters from the first filled cell to
    the last, None where a cell between them is empty.
    """

    box: tuple[float, float, float, float]
    cells: tuple[tuple[int, int, int, int] | None, ...]

    def covers(self, line: FoundLine) -> bool:
        """Whether the line is a part of this comb's text."""
        x, y = (np.array(values) for values in zip(*line.quad, strict=True))
        across = min(x.max(), self.box[2]) - max(x.min(), self.box[0])
        down = min(y.max(), self.box[3]) - max(y.min(), self.box[1])
        return bool(across >= _COVERED * np.ptp(x) and down >= _COVERED * np.ptp(y))


def find_combs(text: Letters) -> list[Comb]:
    """The combs of a page with characters in them."""
    if not len(text.boxes):
        return []
    letter = median(text.boxes[:, 3])
    height = text.pieces[:, 3]
    frames = (text.pieces[:, 2] >= RULE * letter) & (height >= _LOWEST * letter)
    frames &= height <= _HIGHEST * letter
    combs = (_comb(text, int(at), letter) for at in np.flatnonzero(frames))
    return [comb for comb in combs if comb is not None]


def comb_crop(page: PreparedPage, comb: Comb, languages: tuple[str, ...]) -> LineCrop:
    """The characters of a comb beside each other; places on the page are right on the whole."""
    filled = np.array([cell for cell in comb.cells if cell is not None])
    x0, y0 = filled[:, :2].min(axis=0).tolist()
    x1, y1 = filled[:, 2:].max(axis=0).tolist()
    high = y1 - y0
    paper = np.percentile(page.working[y0:y1, x0:x1], 90, axis=(0, 1)).astype(np.uint8)
    edge = round(_AROUND * high)
    parts: list[Image] = []
    for cell in comb.cells:
        parts.append(_blank(high, max(1, round(_BETWEEN * high)), paper))
        if cell is None:
            parts.append(_blank(high, round(_EMPTY * high), paper))
        else:
            parts.append(page.working[y0:y1, cell[0] : cell[2]])
    ends = _blank(high, edge, paper)
    row = np.hstack([ends, *parts[1:], ends])
    margin = _blank(edge, row.shape[1], paper)
    scale = (x1 - x0) / max(row.shape[1] - 2 * edge, 1)
    to_working = np.array([[scale, 0.0, x0 - edge * scale], [0.0, 1.0, y0 - edge]])
    return LineCrop(np.vstack([margin, row, margin]), compose(page.to_page, to_working), languages)


def outside_combs(
    lines: Sequence[FoundLine], combs: Sequence[Comb]
) -> tuple[list[FoundLine], list[Comb]]:
    """The lines that no comb covers, and the combs that cover some."""
    used = [comb for comb in combs if any(comb.covers(line) for line in lines)]
    return [line for line in lines if not any(comb.covers(line) for comb in used)], used


def _comb(text: Letters, at: int, letter: float) -> Comb | None:
    x, y, width, height = text.pieces[at].tolist()
    if not _has_rule_below(text, at):
        return None
    frame = np.asarray(text.labels[y : y + height, x : x + width] == at + 1, np.uint8)
    rules = np.flatnonzero(ink_of_rows(frame) >= _RULE_LENGTH * width) / height
    walls = _walls(frame)
    if not _even(walls, letter):
        return None
    closed = rules[0] < _AT_EDGE
    top = y if closed else y + height - round(_RISE * median(np.diff(walls)))
    cells = _characters(text.pieces, x + walls, (top, y + height), letter)
    if not _single(cells, letter):
        return None
    top = min(cell[1] for cell in cells if cell is not None)
    x0, y0, x1, y1 = (value / text.factor for value in (x, top, x + width, y + height))
    scaled = (None if cell is None else _in_working(cell, text.factor) for cell in cells)
    return Comb((x0, y0, x1, y1), tuple(scaled))


def _has_rule_below(text: Letters, at: int) -> bool:
    """Whether a piece of ink has a rule at its lower edge: of the others no more is looked at."""
    x, y, width, height = text.pieces[at].tolist()
    first = floor((1 - _AT_EDGE) * height)
    own = np.asarray(text.labels[y + first : y + height, x : x + width] == at + 1, np.uint8)
    rules = np.flatnonzero(ink_of_rows(own) >= _RULE_LENGTH * width) + first
    return bool(len(rules) and rules[-1] / height >= 1 - _AT_EDGE)


def _even(walls: NDArray[np.float64], letter: float) -> bool:
    """Whether there are enough cells, all about as wide as those for single characters are."""
    widths = np.diff(walls) / letter
    if len(widths) < _FEWEST_CELLS:
        return False
    usual = median(widths)
    even = np.abs(widths - usual).max() <= _UNEVEN * usual
    return bool(even and _PITCH[0] <= usual <= _PITCH[1])


def _walls(frame: Grey) -> NDArray[np.float64]:
    """Middles of the upright strokes of a frame, and of no more than one at each place."""
    strokes = opened(frame, (max(3, round(_WALL * frame.shape[0])), 1)).any(axis=0)
    turns = np.flatnonzero(np.diff(np.concatenate([[False], strokes, [False]]).astype(np.int8)))
    return np.asarray(turns.reshape(-1, 2).mean(axis=1))


Cell = tuple[int, int, int, int]


def _characters(
    pieces: Boxes, walls: NDArray[np.float64], rows: tuple[int, int], letter: float
) -> list[Cell | None]:
    """Boxes of the ink in each cell, from the first filled one to the last."""
    ends = pieces[:, :2] + pieces[:, 2:]
    mark = pieces[:, 2:].max(axis=1) >= max(_LEAST_MARK * letter, 2)
    mark &= (pieces[:, 1] > rows[0]) & (ends[:, 1] < rows[1])
    cells: list[Cell | None] = []
    for left, right in pairwise(walls.tolist()):
        own = mark & (pieces[:, 0] > left) & (ends[:, 0] < right)
        if not own.any():
            cells.append(None)
            continue
        x0, y0 = pieces[own, :2].min(axis=0).tolist()
        x1, y1 = ends[own].max(axis=0).tolist()
        cells.append((x0, y0, x1, y1))
    filled = [place for place, cell in enumerate(cells) if cell is not None]
    return cells[filled[0] : filled[-1] + 1] if filled else []


def _single(cells: Sequence[Cell | None], letter: float) -> bool:
    """Whether the cells hold single characters, not words or numbers."""
    filled = np.array([cell for cell in cells if cell is not None])
    if len(filled) < _FEWEST_FILLED:
        return False
    width, height = filled[:, 2] - filled[:, 0], filled[:, 3] - filled[:, 1]
    if height.max() < _LEAST_CHARACTER * letter:
        return False
    wide = width / height.max()
    return bool(median(wide) <= _USUAL_WIDTH and wide.max() <= _WIDEST)


def _in_working(cell: Cell, factor: float) -> Cell:
    x0, y0, x1, y1 = (value / factor for value in cell)
    return (floor(x0), floor(y0), ceil(x1), ceil(y1))


def _blank(height: int, width: int, colour: NDArray[np.uint8]) -> Image:
    return np.full((height, width, 3), colour, np.uint8)
