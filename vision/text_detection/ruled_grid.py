"""Grids of tables, from their ruling lines.

Strokes that touch each other make a grid; where they stand become the edges of its columns and
rows, and places with no wall between them are one cell. Boxes and frames of forms are no grids:
their lines do not go through.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Affine, Boxes, Grey
from vision.core.document import Box
from vision.core.geometry import compose, identity, joined, overlap, scaling, translation
from vision.core.grid import RuledGrid
from vision.core.stages import Letters
from vision.imaging.connected_components import ink_of_rows, mask_of
from vision.imaging.opening import opened
from vision.imaging.order import median, percentile_of_levels
from vision.text_detection.grid_cells import FEWEST, FoundCells, cells_between
from vision.text_detection.rulings import Strokes, strokes_of

# In heights of the page's commonest letters.
_TOUCH = 0.9  # between the end of a stroke and the stroke that it meets
_STROKE, _THICK, _BAND = 4.0, 0.4, 0.5  # long, thin strokes, and how far they may wander
_DASHES = 0.5  # of the height of most of the ink; commoner pieces are dashes
_SAME_EDGE = 0.7  # strokes that are closer are one edge, drawn twice or in pieces
_AROUND = 1.5  # beyond an area that is searched
_REACH = 0.3  # of a wall from its edge
_BEYOND = 1.5  # strokes that go on so far beyond the last edge have a cell there, open at its end
_LARGE = (8.0, 3.0)  # width and height of a piece of ink that may be a grid

_AT_WALL = (0.2, 0.8)  # from the ends of a stroke, where letters leave room
_LETTER_STROKE = 1.2  # longer than the strokes of letters

_LONG = 0.6  # share of the longest stroke; shorter ones end at others
_WALL = 0.55  # share of a wall's length that is drawn
_LEAST_DRIFT = 1.5  # pixels of slope over an area that are not levelled
_FEWEST_EDGES = 5  # of a piece of ink, both ways together: a frame has four
_ACROSS = 0.25  # share of a piece that an edge runs across
_MOST_CELLS = 4000

_Ends = NDArray[np.float64]  # [n, 4]: x0, y0, x1, y1


def find_grids(text: Letters, tables: Sequence[Box]) -> tuple[RuledGrid, ...]:
    """The grids of a page; `text` was measured on its working image.

    They are looked for in large pieces of ink, and in `tables`: boxes in the working image where a
    detector found tables.
    """
    if not len(text.boxes):
        return ()
    letter = _letter_height(text.boxes)
    ruled, boxes = _ruled_pieces(text, letter)
    searched = joined([_shrunk(box, text.factor) for box in tables])
    grids = [grid for area in searched for grid in _grids_in(text, area, letter)]
    for area in joined(boxes):
        if not any(overlap(area, each) for each in searched):
            grids += _grids_in(text, area, letter, ruled)
    return tuple(grids)


def _letter_height(boxes: Boxes) -> float:
    """The commonest height of letters, also where dashes of rules outnumber them."""
    order = np.argsort(boxes[:, 3])
    ink = np.cumsum(boxes[order, 2].astype(np.int64) * boxes[order, 3])
    of_most_ink = float(boxes[order[np.searchsorted(ink, ink[-1] / 2)], 3])
    usual = median(boxes[:, 3])
    return usual if usual >= _DASHES * of_most_ink else of_most_ink


def _ruled_pieces(text: Letters, letter: float) -> tuple[Grey | None, list[Box]]:
    """The large pieces of ink that have long thin strokes both ways: their mask, their boxes."""
    wide, high = _LARGE
    large = (text.pieces[:, 2] >= wide * letter) & (text.pieces[:, 3] >= high * letter)
    boxes: list[Box] = []
    for at in np.flatnonzero(large).tolist():
        x, y, w, h = text.pieces[at].tolist()
        piece = np.asarray(text.labels[y : y + h, x : x + w] == at + 1, np.uint8)
        across = _edges_of(piece, letter)
        down = _edges_of(np.asarray(cv2.transpose(piece)), letter) if across >= FEWEST else 0
        if down >= FEWEST and across + down >= _FEWEST_EDGES:
            boxes.append(Box(x, y, x + w, y + h))
        else:
            large[at] = False
    return (mask_of(text.labels, large) if boxes else None), boxes


def _edges_of(piece: Grey, letter: float) -> int:
    """How many level edges a piece of ink has: rows that thin strokes fill for the most part."""
    if not _full(piece, letter).any():
        return 0
    strokes = opened(piece, (1, round(_STROKE * letter)))
    thin = cv2.subtract(strokes, opened(strokes, (round(_THICK * letter) + 2, 1)))
    full = _full(np.asarray(thin, np.uint8), letter)
    return int(np.count_nonzero(full[1:] & ~full[:-1])) + int(full[0])


def _full(ink: Grey, letter: float) -> NDArray[np.bool_]:
    """Where a band of rows has ink for a large part of the width."""
    profile = ink_of_rows(ink).astype(np.float64)
    band = np.convolve(profile, np.ones(max(3, round(_BAND * letter))), "same")
    return np.asarray(band >= _ACROSS * ink.shape[1], np.bool_)


def _shrunk(box: Box, factor: float) -> Box:
    return Box(*(edge * factor for edge in box))


def _grids_in(
    text: Letters, area: Box, letter: float, ruled: Grey | None = None
) -> Iterator[RuledGrid]:
    """The grids in an area of the page; where `ruled` is given, only of the strokes in its ink."""
    margin = _AROUND * letter
    height, width = text.grey.shape
    x0, y0 = max(0, round(area.x0 - margin)), max(0, round(area.y0 - margin))
    x1, y1 = min(width, round(area.x1 + margin)), min(height, round(area.y1 + margin))
    crop = text.grey[y0:y1, x0:x1]
    if ruled is not None:
        own = cv2.dilate(ruled[y0:y1, x0:x1], np.ones((3, 3), np.uint8))
        paper = np.uint8(percentile_of_levels(crop, 90))
        crop = np.asarray(cv2.copyTo(crop, own, np.maximum(crop, paper)), np.uint8)
    if min(crop.shape) < 2 * letter:
        return
    level, across, down = _levelled(crop, letter)
    to_level = compose(level, compose(translation(-x0, -y0), scaling(text.factor, text.factor)))
    for group in _groups(across, down, letter):
        grid = _grid(across, down, group, letter)
        if grid is not None:
            xs, ys, cells = grid
            yield RuledGrid(xs, ys, cells, to_level)


def _levelled(crop: Grey, letter: float) -> tuple[Affine, Strokes, Strokes]:
    """The map that makes the strokes level and upright, and both kinds of them after it."""
    across, down = strokes_of(crop, letter)
    rise = _slope(across.ends)
    lean = _slope(down.ends[:, [1, 0, 3, 2]])
    if max(abs(rise) * crop.shape[1], abs(lean) * crop.shape[0]) < _LEAST_DRIFT:
        return identity(), across, down
    level = np.array([[1.0, -lean, 0.0], [-rise, 1.0, 0.0]])
    size = crop.shape[1], crop.shape[0]
    warped = cv2.warpAffine(
        crop, level, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    moved = np.asarray(warped, np.uint8)
    return level, *strokes_of(moved, letter)


def _slope(ends: _Ends) -> float:
    """The slope of most of the strokes by their length; 0 without strokes."""
    if not len(ends):
        return 0.0
    length = ends[:, 2] - ends[:, 0]
    slopes = (ends[:, 3] - ends[:, 1]) / np.maximum(length, 1.0)
    order = np.argsort(slopes)
    weight = np.cumsum(length[order])
    return float(slopes[order][np.searchsorted(weight, weight[-1] / 2)])


def _groups(across: Strokes, down: Strokes, letter: float) -> Iterator[tuple[list[int], list[int]]]:
    """Indices of strokes across and down that hang together, each group of both kinds."""
    meet = _meeting(across.ends, down.ends, _TOUCH * letter)
    groups: list[tuple[set[int], set[int]]] = []
    for at in range(len(across.ends)):
        met = set(np.flatnonzero(meet[at]).tolist())
        mine: tuple[set[int], set[int]] = ({at}, met)
        apart = []
        for other in groups:
            if other[1] & mine[1]:
                mine = (mine[0] | other[0], mine[1] | other[1])
            else:
                apart.append(other)
        groups = [*apart, mine]
    for rows, columns in groups:
        if len(rows) < 2 or not columns:
            continue
        whole = _anchored(sorted(rows), across, _places(down.ends[sorted(columns)], 0), letter)
        turned = Strokes(down.ends[:, [1, 0, 3, 2]], np.ascontiguousarray(down.mask.T))
        upright = _anchored(sorted(columns), turned, _places(across.ends[whole], 1), letter)
        if len(whole) >= 2 and upright:
            yield whole, upright


def _places(strokes: _Ends, axis: int) -> list[float]:
    return [float(each) for each in strokes[:, [axis, axis + 2]].mean(axis=1)]


def _anchored(own: list[int], strokes: Strokes, crossing: list[float], letter: float) -> list[int]:
    """Those of the strokes that are long, or drawn from one crossing stroke to another."""
    ends = strokes.ends[own]
    length = ends[:, 2] - ends[:, 0]
    long = length >= _LONG * length.max(initial=0.0)
    places = np.array([*crossing, ends[long, 0].min(), ends[long, 2].max()])
    kept = []
    for at, (x0, y0, x1, y1), whole in zip(own, ends.tolist(), long.tolist(), strict=True):
        first, last = (float(places[np.abs(places - x).argmin()]) for x in (x0, x1))
        if whole or _drawn(strokes.mask, (y0 + y1) / 2, (first, last), letter):
            kept.append(at)
    return kept


def _meeting(across: _Ends, down: _Ends, touch: float) -> NDArray[np.bool_]:
    """Whether each stroke across [n] crosses or touches each stroke down [m]."""
    y = across[:, [1, 3]].mean(axis=1)[:, None]
    x = down[:, [0, 2]].mean(axis=1)[None]
    meets = (across[:, 0, None] - touch <= x) & (x <= across[:, 2, None] + touch)
    meets &= (down[None, :, 1] - touch <= y) & (y <= down[None, :, 3] + touch)
    return np.asarray(meets, np.bool_)


def _grid(
    across: Strokes, down: Strokes, group: tuple[list[int], list[int]], letter: float
) -> FoundCells | None:
    rows, columns = across.ends[group[0]], down.ends[group[1]]
    ys = _edges(rows[:, [1, 3]].mean(axis=1), rows[:, 2] - rows[:, 0], letter)
    xs = _edges(columns[:, [0, 2]].mean(axis=1), columns[:, 3] - columns[:, 1], letter)
    xs = _with_open_ends(xs, rows[:, 0], rows[:, 2], letter)
    ys = _with_open_ends(ys, columns[:, 1], columns[:, 3], letter)
    if min(len(xs), len(ys)) <= FEWEST or len(xs) * len(ys) > _MOST_CELLS:
        return None
    walls = [[_drawn(down.mask.T, x, ends, letter) for x in xs[1:-1]] for ends in pairwise(ys)]
    floors = [[_drawn(across.mask, y, ends, letter) for ends in pairwise(xs)] for y in ys[1:-1]]
    return cells_between(
        xs,
        ys,
        np.array(walls, np.bool_).reshape(len(ys) - 1, len(xs) - 2),
        np.array(floors, np.bool_).reshape(len(ys) - 2, len(xs) - 1),
    )


def _drawn(mask: Grey, place: float, ends: tuple[float, float], letter: float) -> bool:
    """Whether a wall is drawn along an edge of the mask's rows, from one end to the other.

    Most of it must lie in one row of pixels, in pieces longer than the strokes of letters that
    stand across the edge.
    """
    reach = max(2, round(_REACH * letter))
    first, last = max(int(ends[0]), 0), int(np.ceil(ends[1]))
    band = mask[max(int(place) - reach, 0) : int(place) + reach + 1, first:last]
    if not band.size:
        return False
    thick = cv2.dilate(np.ascontiguousarray(band), np.ones((3, 1), np.uint8))
    pieces = opened(np.asarray(thick, np.uint8), (1, round(_LETTER_STROKE * letter)))
    row = pieces[int(ink_of_rows(pieces).argmax())]
    near, far = (round(each * letter) for each in _AT_WALL)
    if len(row) > 2 * far and not (row[near:far].any() or row[-far:-near].any()):
        return False
    return bool(row.mean() >= _WALL)


def _edges(places: NDArray[np.float64], weights: NDArray[np.float64], letter: float) -> list[float]:
    """The places of strokes in order, those of one edge as one."""
    order = np.argsort(places)
    edges: list[list[int]] = []
    for at in order.tolist():
        if edges and places[at] - places[edges[-1][0]] <= _SAME_EDGE * letter:
            edges[-1].append(at)
        else:
            edges.append([at])
    return [float(np.average(places[each], weights=weights[each])) for each in edges]


def _with_open_ends(
    edges: list[float], starts: NDArray[np.float64], ends: NDArray[np.float64], letter: float
) -> list[float]:
    """The edges, and the ends of strokes that go on beyond them: the table has no frame there."""
    first, last = median(starts), median(ends)
    before = [first] if first < edges[0] - _BEYOND * letter else []
    after = [last] if last > edges[-1] + _BEYOND * letter else []
    return [*before, *edges, *after]
