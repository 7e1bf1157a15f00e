"""Takes the squares of squared paper off a page.

They join all print to one piece of ink, and would be taken for the walls of a table whose cells are
narrower than words.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

import cv2
import numpy as np

from vision.core.arrays import Grey, Image
from vision.core.document import Preparation
from vision.core.stages import Letters, PreparedPage
from vision.imaging.connected_components import (
    find_letters,
    ink_mask,
    ink_of_rows,
    runs_of,
)
from vision.imaging.grey import grey_of

_WHOLE = 0.6  # share of the page's width and height that one piece of ink covers
# Lines are followed through bands of the page, as they may be a little tilted against the print.
_BANDS, _MOST_BANDS = 5, 0.4  # and the share of the bands that has them: blocks may cover some
_DRAWN = 0.75  # share of a line's length in a band on which there is ink
_HINTED = 0.5  # the same in a smaller picture, in which pale lines have gaps
_DRIFT = 3  # pixels that a line may wander in a band
_FEWEST = 6  # lines each way
_EVEN = 0.12  # share of the pitch by which distances may differ, also those of both ways ...
_MOSTLY = 0.8  # ... and how many of them must not
_THICKEST = 0.25  # of the pitch
_INK = 0.35  # of the way from a line's grey to black: darker pixels are print on it

Strokes = list[tuple[int, int]]  # first pixel of each line, and the first one behind it


def without_squares(page: PreparedPage) -> PreparedPage:
    """The page with evenly spaced lines both ways painted over in `working`, if it has them.

    Its letters are always measured in the page that is returned.
    """
    text = page.text or find_letters(page.working)
    if not _is_joined(text):
        return replace(page, text=text)
    if not _may_have_lines(text.ink):
        return replace(page, text=text)
    whole = text.factor == 1.0  # then the letters were found in the same mask
    ink = text.ink if whole else ink_mask(grey_of(page.working))
    level = _lines(ink)
    if not (pitch := _pitch(level)):
        return replace(page, text=text)  # as are most forms, whose frame is one piece of ink
    upright = _lines(np.asarray(cv2.transpose(ink), np.uint8))
    if abs(_pitch(upright) - pitch) > _EVEN * pitch:
        return replace(page, text=text)
    working = _painted(page.working, [_in_step(lines, pitch) for lines in level])
    turned = [_in_step(lines, pitch) for lines in upright]
    working = _painted(working.swapaxes(0, 1), turned).swapaxes(0, 1)
    working = np.ascontiguousarray(working)
    report = Preparation("squares", round(pitch, 1), "pixels between lines", applied=True)
    return replace(
        page,
        working=working,
        text=find_letters(working),
        preparation=(*page.preparation, report),
    )


def _is_joined(text: Letters) -> bool:
    """Whether one piece of ink covers the page."""
    rows, columns = text.grey.shape
    width, height = text.pieces[:, 2], text.pieces[:, 3]
    return bool(((width >= _WHOLE * columns) & (height >= _WHOLE * rows)).any())


def _may_have_lines(ink: Grey) -> bool:
    """Whether enough bands have about as many level lines as squared paper: most forms have few."""
    ruled = [len(lines) >= _FEWEST for lines in _lines(ink, _HINTED)]
    return sum(ruled) >= _MOST_BANDS * len(ruled)


def _lines(ink: Grey, drawn: float = _DRAWN) -> list[Strokes]:
    """Level lines in each band of columns of a mask of ink [H, W], from top to bottom.

    `drawn` is the share of their length that has ink.
    """
    drift = np.ones((_DRIFT, 1), np.uint8)
    wide = np.asarray(cv2.dilate(ink, drift), np.uint8)
    return [_strokes(wide[:, band], drawn) for band in _bands(ink.shape[1])]


def _bands(length: int) -> list[slice]:
    edges = np.linspace(0, length, _BANDS + 1).round().astype(int).tolist()
    return [slice(first, end) for first, end in pairwise(edges)]


def _strokes(ink: Grey, drawn: float) -> Strokes:
    return runs_of(ink_of_rows(ink) / max(ink.shape[1], 1) >= drawn)


def _pitch(bands: Sequence[Strokes]) -> float:
    """The distance of evenly spaced lines that most bands have; 0 where there are none."""
    pitches = [pitch for pitch in map(_distance, bands) if pitch]
    if len(pitches) < _MOST_BANDS * len(bands):
        return 0.0
    common = median(pitches)
    same = sum(abs(pitch - common) <= _EVEN * common for pitch in pitches)
    return common if same >= _MOST_BANDS * len(bands) else 0.0


def _distance(lines: Strokes) -> float:
    """The distance between evenly spaced lines; 0 where they are few, thick or uneven."""
    if len(lines) < _FEWEST:
        return 0.0
    distances = np.diff([(first + end) / 2 for first, end in lines])
    pitch = float(np.median(distances))
    even = np.abs(distances - pitch) <= _EVEN * pitch
    thickness = median(end - first for first, end in lines) - _DRIFT + 1
    return pitch if even.mean() >= _MOSTLY and thickness <= _THICKEST * pitch else 0.0


def _in_step(lines: Strokes, pitch: float) -> Strokes:
    """Those that stand on the common pitch: a row of letters or a rule may not."""
    turns = np.array([(first + end) / 2 for first, end in lines]) / pitch
    phase = float(np.angle(np.exp(2j * np.pi * turns).sum())) / (2 * np.pi) if lines else 0.0
    off = np.abs((turns - phase + 0.5) % 1 - 0.5)
    return [line for line, beside in zip(lines, off.tolist(), strict=True) if beside <= _EVEN]


def _painted(image: Image, bands: Sequence[Strokes]) -> Image:
    """The image without level lines: between the pixels above and below, but for darker print."""
    painted = image.copy()
    for band, lines in zip(_bands(image.shape[1]), bands, strict=True):
        for first, end in lines:
            rows = image[first:end, band]
            above, below = image[max(first - 1, 0), band], image[min(end, len(image) - 1), band]
            share = np.linspace(0, 1, end - first + 2)[1:-1, None, None]
            grey = rows.min(axis=2)
            dark = grey < (1 - _INK) * float(np.median(grey.min(axis=0)))
            between = (above * (1 - share) + below * share).round()
            painted[first:end, band] = np.where(dark[..., None], rows, between)
    return painted
