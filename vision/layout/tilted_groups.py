"""Text at an angle, as in stamps: each group of it is ordered in a frame of its own.

The upright boxes around tilted lines overlap, so that two lines of a stamp would seem to be one.
Here the lines of a group are turned level about the group's middle before rows are made of them.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.core.document import Box
from vision.layout.placed_line import PlacedLine

_TILTED: Final = 6.0  # degrees: photographs of pages that were not rectified have less
_ALIKE: Final = 4.0  # degrees between lines of one group
_BELOW: Final = 3.0  # from the middle of one line to the next of its group, in line heights
_BESIDE: Final = 3.0  # from the end of one to the beginning of the next, in line heights


def with_groups_levelled(lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    """The lines, those at an angle with the boxes that they would have if they were level."""
    levelled = list(lines)
    for group in _groups([at for at, line in enumerate(lines) if abs(line.tilt) > _TILTED], lines):
        middles = np.array([_middle(lines[at].box) for at in group])
        lengths = np.array([lines[at].size[0] for at in group])
        pivot = np.average(middles, axis=0, weights=lengths)
        tilt = float(np.average([lines[at].tilt for at in group], weights=lengths))
        turned = (middles - pivot) @ _rotation(tilt) + pivot
        for at, middle in zip(group, turned, strict=True):
            levelled[at] = replace(lines[at], box=_around(middle, lines[at].size))
    return levelled


def _groups(tilted: Sequence[int], lines: Sequence[PlacedLine]) -> list[list[int]]:
    groups: list[list[int]] = []
    for at in tilted:
        near = [group for group in groups if any(_near(lines[at], lines[of]) for of in group)]
        groups = [group for group in groups if group not in near]
        groups.append([at, *(of for group in near for of in group)])
    return groups


def _near(a: PlacedLine, b: PlacedLine) -> bool:
    """Whether two lines have one direction and lie below or beside each other in it."""
    if abs(a.tilt - b.tilt) > _ALIKE:
        return False
    step = (_middle(b.box) - _middle(a.box)) @ _rotation((a.tilt + b.tilt) / 2)
    height = min(a.size[1], b.size[1])
    between = abs(float(step[0])) - (a.size[0] + b.size[0]) / 2
    return abs(float(step[1])) < _BELOW * height and between < _BESIDE * height


def _middle(box: Box) -> NDArray[np.float64]:
    return np.array([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2])


def _rotation(degrees: float) -> NDArray[np.float64]:
    """Turns rows of points so that what runs at `degrees` (downwards) becomes level."""
    angle = np.radians(degrees)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _around(middle: NDArray[np.float64], size: tuple[float, float]) -> Box:
    x, y = map(float, middle)
    width, height = size
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
