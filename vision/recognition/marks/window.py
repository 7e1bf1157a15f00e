"""What the network of marks sees of a character: its surroundings on the line, and where it is."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey
from vision.core.document import Box
from vision.core.geometry import union
from vision.core.stages import CropWord, LineCrop
from vision.imaging.grey import darker, grey_of_line, lighter, quantiles

HEIGHT, WIDTH = 32, 48  # of a window; its height is that of the line image
_QUANTILES = np.array([0.02, 0.5, 0.9])  # of grey: ink, what most of a line is, paper
_GAP = 0.2  # ink of the darkest pixel of a column between two letters, at most
_LEAST_CONTRAST = 16.0  # grey values; less is paper without ink

Window = NDArray[np.float32]  # [2, HEIGHT, WIDTH]


class Levels(NamedTuple):
    """Grey values of a line's ink, of what most of it is, and of its paper."""

    ink: int
    middle: int
    paper: int

    @property
    def light_on_dark(self) -> bool:
        """Whether the print is lighter than its paper."""
        return self.middle < self.between

    @property
    def between(self) -> float:
        """The value between ink and paper."""
        return (self.ink + self.paper) / 2

    def ink_in(self, grey: Grey, share: float = 0.5) -> NDArray[np.bool_]:
        """Where there is ink: what differs from the paper by this share of the contrast."""
        edge = share * (self.paper - self.ink)
        light = self.light_on_dark
        return lighter(grey, self.ink + edge) if light else darker(grey, self.paper - edge)

    def within(self, line: Grey, box: Box) -> "Levels":
        """The levels for a mark in `box`, which may be printed in a colour paler than the text."""
        x0, y0, x1, y1 = (round(edge) for edge in box)
        own = levels_of(line[y0:y1, x0:x1])
        return self._replace(paper=own.paper) if self.light_on_dark else self._replace(ink=own.ink)


def levels_of(line: Grey) -> Levels:
    """Quantiles by counting: sorting takes many times as long."""
    below = cv2.calcHist([line], [0], None, [256], [0, 256]).ravel().cumsum()
    return Levels(*below.searchsorted(_QUANTILES * line.size).tolist())


def levels_of_each(lines: Sequence[Grey]) -> list[Levels]:
    """`levels_of` each of them, in half the time."""
    return [Levels(*each) for each in quantiles(lines, _QUANTILES).tolist()] if lines else []


def measure(crops: Sequence[LineCrop]) -> None:
    """Measure line images together: most are asked for, and alone they take three times as long."""
    for crop, levels in zip(
        crops, levels_of_each([grey_of_line(each) for each in crops]), strict=True
    ):
        crop.measures.levels = levels


def measured(crop: LineCrop) -> tuple[Grey, Levels]:
    """A line image in grey, and its levels; measured once."""
    grey = grey_of_line(crop)
    if crop.measures.levels is None:
        crop.measures.levels = levels_of(grey)
    return grey, Levels(*crop.measures.levels)


def glyph_window(line: Grey, box: Box, levels: Levels | None = None) -> Window:
    """The character in `box` of a line image, in pixels of that image, with what stands beside it.

    The first plane is ink, 0 (paper) to 1, whether dark or light; the second is 1 within the box.
    """
    height, width = line.shape
    scale = HEIGHT / height
    left = (box.x0 + box.x1) / 2 - WIDTH / scale / 2
    levels = levels or levels_of(line)
    dark, paper = levels.ink, levels.paper
    if levels.light_on_dark:
        line, dark, paper = 255 - line, 255 - paper, 255 - dark
    first, last = int(np.floor(left)), int(np.ceil(left + WIDTH / scale))
    around = np.full((height, last - first), paper, np.float32)
    inside = slice(max(first, 0), max(min(last, width), 0))
    around[:, inside.start - first : inside.stop - first] = line[:, inside]
    ink = (paper - around) / max(paper - dark, _LEAST_CONTRAST)
    window = np.zeros((2, HEIGHT, WIDTH), np.float32)
    window[0] = cv2.resize(ink, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).clip(0, 1)
    x0, x1 = (round((edge - left) * scale) for edge in (box.x0, box.x1))
    y0, y1 = (round(edge * scale) for edge in (box.y0, box.y1))
    window[1, max(y0, 0) : max(y1, y0 + 1), max(x0, 0) : max(x1, x0 + 1)] = 1.0
    return window


def has_gap(window: Window) -> bool:
    """Whether a column within the character is without ink: it is several letters, and no box."""
    inside = window[1].max(axis=0) > 0
    return bool((window[0].max(axis=0)[inside] < _GAP).any())


def box_of(word: CropWord, start: int, end: int) -> Box | None:
    """Where the characters stand: the word itself where it is all of them."""
    if start == 0 and end == len(word.text):
        return word.box
    if "".join(each.text for each in word.characters) != word.text:
        return None
    boxes = [each.box for each in word.characters]
    places = [len(each.text) for each in word.characters]
    if any(length != 1 for length in places):
        return None
    return union(boxes[start:end])
