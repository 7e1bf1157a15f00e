"""Drawn shapes that stand alone and were read as a character: heads of arrows, arcs, long strokes.

Diagrams, signs and balloons have them; a recogniser is confident of `>`, `v` or `)`.
"""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from vision.core.arrays import Grey
from vision.core.stages import LineCrop, LineReading
from vision.recognition.lone_characters import usual_height
from vision.recognition.marks.window import measured

_STROKES = frozenset("()[]{}<>|/\\:;,.'\"`~-_=^\u00b0\u2014\u2013\u2018\u2019\u201c\u201d")
_LIKE_HEADS = frozenset("<>^vVyYA4\u00ab\u00bb\u2039\u203a")
_HIGH = 2.5  # usual heights of the page's lines: no bracket of print is so high
_FRAME, _CERTAIN = 4.0, 0.95  # usual heights of a corner of a frame, and of a letter the confidence
# A head keeps most of its ink under a brush wider than the arrow's stroke, and then fills the
# smallest triangle around it. Of 19 typefaces and seven sizes no such character does.
_BRUSH, _MOST, _FILLED = 0.2, 0.55, 0.8
_LEAST_CONTRAST = 24  # grey values between ink and paper
_LEAST_SIDE = 12  # pixels


def without_shapes(crops: Sequence[LineCrop], readings: Sequence[LineReading]) -> list[LineReading]:
    """The readings, those of shapes without text."""
    if not any(len(each.text) == 1 for each in readings):
        return list(readings)
    usual = usual_height(crops, readings)
    return [
        replace(reading, text="", words=())
        if len(reading.text) == 1 and _is_shape(crop, reading, usual)
        else reading
        for crop, reading in zip(crops, readings, strict=True)
    ]


def _is_shape(crop: LineCrop, reading: LineReading, usual: float) -> bool:
    text = reading.text
    if crop.characters:
        return False
    height = len(crop.pixels)
    if text in _STROKES and height > _HIGH * usual:
        return True
    if height > _FRAME * usual and reading.confidence < _CERTAIN:
        return True
    return text in _LIKE_HEADS and _is_triangle(crop)


def _is_triangle(crop: LineCrop) -> bool:
    """Whether the ink of a crop is one filled shape with half of the area of its box."""
    grey, levels = measured(crop)
    if levels.paper - levels.ink < _LEAST_CONTRAST:
        return False
    ink = levels.ink_in(grey)
    return _is_filled_triangle(ink.astype(np.uint8))


def _is_filled_triangle(ink: Grey) -> bool:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    side = min(np.ptp(rows), np.ptp(columns)) + 1
    if side < _LEAST_SIDE:
        return False
    brush = np.ones((int(_BRUSH * side) + 2,) * 2, np.uint8)
    filled = cv2.morphologyEx(ink, cv2.MORPH_OPEN, brush)
    area = cv2.countNonZero(filled)
    if area < _MOST * cv2.countNonZero(ink):
        return False
    outlines, _ = cv2.findContours(filled, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    around, _ = cv2.minEnclosingTriangle(np.concatenate(outlines))
    return area >= _FILLED * around
