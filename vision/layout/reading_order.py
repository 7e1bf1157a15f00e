"""The order in which a person reads boxes on a page with one to several columns.

A recursive XY-cut (Nagy and Seth 1984) with one change: horizontal cuts alone never break up
columns. The page is divided into bands wherever a horizontal white gap crosses it; neighbouring
bands that share a vertical gap, the gutter, are one run and read column by column, so that
paragraph gaps which happen to meet across columns do no harm. Lengths are measured in median line
heights, so resolution does not matter.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from statistics import median

from vision.core.document import Box
from vision.layout.forms import is_form
from vision.layout.rows import Flow, rows_of
from vision.layout.sidebars import is_sidebar

Interval = tuple[float, float]

# In line heights as finders cut them, without the padding. Finders split lines only at wider gaps,
# so that a narrow gutter shared by many lines is no coincidence.
_MIN_GUTTER = 0.3
# Prose has at least about 15 characters a line: shorter lines side by side are rows of a form, a
# receipt or a table, which are read across.
_MIN_PROSE_LINE = 6.0
_MIN_PROSE_LINES = 3
_HEADING_GAP = 0.7
# Finders pad their boxes on each side, so neighbouring lines and columns overlap a little.
_PADDING = 0.18


@dataclass(frozen=True, slots=True)
class _Item:
    index: int
    x0: float
    y0: float
    x1: float
    y1: float


_Band = list[_Item]


@dataclass(frozen=True, slots=True)
class _Page:
    """What is known of all items; `unit` is the height of a usual line."""

    boxes: Sequence[Box]
    unit: float
    labels: Collection[int]
    backgrounds: Sequence[float]


def reading_order(
    boxes: Sequence[Box], labels: Collection[int] = (), backgrounds: Sequence[float] = ()
) -> list[Flow]:
    """Every index of `boxes` exactly once, in flows that are read one after the other.

    Boxes are lines of text, and obstacles such as figures; all in one upright, deskewed frame.
    `labels` are the indices of lines that name what is beside or below them: they form no column
    of their own. `backgrounds` are the grey levels behind the boxes, 0 to 255, where known.
    """
    if not boxes:
        return []
    unit = median(max(box.height, 1.0) for box in boxes)
    items = [_shrink(index, box, unit) for index, box in enumerate(boxes)]
    page = _Page(boxes, unit, labels, backgrounds)
    return [rows_of(boxes, flow) for flow in _order(items, page)]


def merge_intervals(intervals: Iterable[Interval]) -> list[Interval]:
    """The stretches covered by at least one interval, ascending; touching ones become one."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _shrink(index: int, box: Box, unit: float) -> _Item:
    aside, down = (_PADDING * min(unit, side) for side in (box.width, box.height))
    return _Item(index, box.x0 + aside, box.y0 + down, box.x1 - aside, box.y1 - down)


def _order(items: list[_Item], page: _Page) -> Iterator[list[int]]:
    """Flows of indices: columns one by one; what lies between columns as one flow."""
    flow: list[int] = []
    for run, gutters in _runs(_bands(items), page.unit):
        columns = _columns(run, gutters, page)
        inside = [item.index for item in run]
        if len(columns) == 1 or is_form(rows_of(page.boxes, inside), page.boxes, page.unit):
            flow.extend(inside)
            continue
        if flow:
            yield flow
            flow = []
        for column in columns:
            yield from _order(column, page)
    if flow:
        yield flow


def _bands(items: list[_Item]) -> list[_Band]:
    """Items divided at every horizontal white gap, from the top."""
    bands: list[_Band] = []
    reach = float("-inf")
    for item in sorted(items, key=lambda item: (item.y0, item.x0)):
        if item.y0 > reach:
            bands.append([])
        bands[-1].append(item)
        reach = max(reach, item.y1)
    return bands


def _runs(bands: list[_Band], unit: float) -> Iterator[tuple[list[_Item], list[Interval]]]:
    """Neighbouring bands that share a gutter, joined; with the gutters that they share."""
    run: list[_Band] = []
    covered: list[Interval] = []
    for band in bands:
        joined = merge_intervals([*covered, *_across(band)])
        if run and not _gutters(joined, unit):
            gutters = _gutters(covered, unit)
            kept = _without_heading(run, gutters, unit)
            yield list(chain(*run[:kept])), gutters
            run = run[kept:]
            joined = merge_intervals(_across(chain(*run, band)))
        run.append(band)
        covered = joined
    if run:
        yield list(chain(*run)), _gutters(covered, unit)


def _without_heading(run: list[_Band], gutters: list[Interval], unit: float) -> int:
    """How many bands belong to the run: a heading at its end belongs to the wide text below."""
    if not gutters:
        return len(run)
    kept = len(run)
    for at in range(len(run) - 1, 0, -1):
        if max(item.x1 for item in run[at]) > gutters[0][0]:
            break
        above = max(item.y1 for item in run[at - 1])
        if min(item.y0 for item in run[at]) - above > _HEADING_GAP * unit:
            kept = at
    return kept


def _across(items: Iterable[_Item]) -> list[Interval]:
    return [(item.x0, item.x1) for item in items]


def _gutters(covered: list[Interval], unit: float) -> list[Interval]:
    """The gaps between merged intervals that are wide enough to separate columns."""
    gaps = ((left[1], right[0]) for left, right in pairwise(covered))
    return [(start, end) for start, end in gaps if end - start >= _MIN_GUTTER * unit]


def _columns(run: list[_Item], gutters: list[Interval], page: _Page) -> list[list[_Item]]:
    """The run divided at those gutters that separate columns of prose, left to right.

    A sidebar of short lines is a column too.
    """
    gutters = _without_label_columns(run, gutters, page.labels)
    while gutters:
        columns = _split(run, gutters)
        thin = next((i for i in range(len(columns)) if not _stands_alone(i, columns, page)), None)
        if thin is None:
            enough = max(_line_count(column, page.unit) for column in columns)
            return columns if enough >= _MIN_PROSE_LINES else [run]
        # A bullet or a price belongs to the text across its narrower gutter.
        beside = gutters[max(thin - 1, 0) : thin + 1]
        gutters.remove(min(beside, key=lambda gutter: gutter[1] - gutter[0]))
    return [run]


def _stands_alone(at: int, columns: Sequence[list[_Item]], page: _Page) -> bool:
    """Whether a column is prose, or an outermost one a sidebar beside prose."""
    if _is_prose(columns[at], page.unit):
        return True
    if 0 < at < len(columns) - 1:
        return False
    body = columns[at + 1 if at == 0 else at - 1]
    return _is_prose(body, page.unit) and is_sidebar(
        _boxes(columns[at], page),
        _boxes(body, page),
        page.unit,
        (_backgrounds(columns[at], page), _backgrounds(body, page)),
    )


def _boxes(items: Sequence[_Item], page: _Page) -> list[Box]:
    return [page.boxes[item.index] for item in items]


def _backgrounds(items: Sequence[_Item], page: _Page) -> list[float]:
    return [page.backgrounds[item.index] for item in items] if page.backgrounds else []


def _without_label_columns(
    run: list[_Item], gutters: list[Interval], labels: Collection[int]
) -> list[Interval]:
    """The gutters except those that only separate labels, half a column or more, from entries."""
    columns = _split(run, gutters)
    announced = [sum(item.index in labels for item in column) for column in columns[:-1]]
    return [
        gutter
        for gutter, column, count in zip(gutters, columns[:-1], announced, strict=True)
        if 2 * count < len(column)
    ]


def _split(run: list[_Item], gutters: list[Interval]) -> list[list[_Item]]:
    columns: list[list[_Item]] = [[] for _ in range(len(gutters) + 1)]
    for item in run:
        columns[sum(item.x0 >= end for _, end in gutters)].append(item)
    return columns


def _is_prose(column: list[_Item], unit: float) -> bool:
    """Whether at least half of the text, by length, is in lines as long as those of prose."""
    widths = [item.x1 - item.x0 for item in column]
    long = sum(width for width in widths if width >= _MIN_PROSE_LINE * unit)
    return long >= 0.5 * sum(widths)


def _line_count(column: list[_Item], unit: float) -> float:
    """Lines of text, a figure counting as the lines that would fill its height."""
    return sum(max(1.0, (item.y1 - item.y0) / unit) for item in column)
