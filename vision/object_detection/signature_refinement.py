"""Grows the box of a signature to its whole ink: networks cut off the ends of long strokes."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey, Image
from vision.core.document import Box
from vision.core.geometry import iou
from vision.core.stages import Detection
from vision.imaging.connected_components import connected_pieces
from vision.imaging.grey import grey_of

_REACH = 0.1  # share of its side by which the box may grow at each edge
_TALL, _WIDE = 0.4, 0.25  # shares of the box; ink that is neither is a letter or a speck
_RULE = 0.6  # share of the box's width; straight ink of this length is a line to sign on
_INSIDE = 0.5  # share of a stroke's visible part that must lie in the box
_CONTRAST = 40.0  # grey levels between paper and ink; fainter ink could be a shadow
_SMALLEST = 8  # pixels
_LONGEST = 480  # pixels of the part searched: thin strokes survive, time stays bounded


def with_whole_ink(
    image: Image, found: Iterable[Detection], labels: Collection[str], iou_threshold: float
) -> tuple[Detection, ...]:
    """Detections on `image` [H, W, 3] in the same order, those of `labels` in the box of their ink.

    Of those that have grown to the same ink, by an intersection over union above `iou_threshold`,
    the most confident stays.
    """
    kept: list[Detection] = []
    grown: list[Box] = []
    for one in found:
        if one.label not in labels:
            kept.append(one)
            continue
        box = whole_signature(image, one.box)
        if all(iou(box, other) <= iou_threshold for other in grown):
            grown.append(box)
            kept.append(replace(one, box=box))
    return tuple(kept)


def whole_signature(image: Image, box: Box) -> Box:
    """The box of a signature, grown to hold the strokes that mostly lie in it; never shrunk.

    `box` is in pixels of `image` [H, W, 3]. Printed letters, specks and ruled lines do not count,
    and without a clear contrast between ink and paper the box stays as it is. Takes one to two
    milliseconds on a scan of 300 dpi.
    """
    width, height = box.x1 - box.x0, box.y1 - box.y0
    if min(width, height) < _SMALLEST:
        return box
    left, top = max(0, int(box.x0 - _REACH * width)), max(0, int(box.y0 - _REACH * height))
    right, bottom = int(box.x1 + _REACH * width) + 1, int(box.y1 + _REACH * height) + 1
    part = image[top:bottom, left:right]
    if not part.size:
        return box
    scale = min(1.0, _LONGEST / max(part.shape[:2]))
    ink = _ink(part, scale)
    there = np.array([box.x0 - left, box.y0 - top, box.x1 - left, box.y1 - top]) * scale
    strokes = _strokes(_without_rules(ink, round(_RULE * width * scale)), there)
    if not len(strokes):
        return box
    x0, y0 = strokes[:, :2].min(0) / scale + (left, top)
    x1, y1 = strokes[:, 2:].max(0) / scale + (left, top)
    return Box(
        min(box.x0, max(float(x0), box.x0 - _REACH * width)),
        min(box.y0, max(float(y0), box.y0 - _REACH * height)),
        max(box.x1, min(float(x1), box.x1 + _REACH * width)),
        max(box.y1, min(float(y1), box.y1 + _REACH * height)),
    )


def _ink(part: Image, scale: float) -> Grey:
    """Dark ink on lighter paper by Otsu's threshold; nothing where the two hardly differ."""
    grey = cv2.resize(grey_of(part), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, ink = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    share = float(ink.mean())
    if share in {0.0, 1.0} or _contrast(grey, ink) < _CONTRAST:
        return np.zeros_like(grey, np.uint8)
    return ink.astype(np.uint8, copy=False)


def _contrast(grey: NDArray[Any], ink: NDArray[Any]) -> float:
    """Grey levels by which paper is lighter than ink, on average."""
    return cv2.mean(grey, 1 - ink)[0] - cv2.mean(grey, ink)[0]


def _without_rules(ink: Grey, length: int) -> Grey:
    """The ink less what runs straight across for `length` pixels or more."""
    rules = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, max(2, length)), np.uint8))
    return ink & (1 - rules).astype(np.uint8)


def _strokes(ink: Grey, box: NDArray[np.float64]) -> NDArray[np.int32]:
    """Corners [n, 4] of connected ink that is large beside `box` [4] and mostly lies in it."""
    labels, pieces = connected_pieces(ink)
    x0, y0, x1, y1 = np.maximum(np.rint(box), 0).astype(int)
    held = np.bincount(labels[y0:y1, x0:x1].ravel(), minlength=len(pieces) + 1)[1:]
    x, y, width, height, area = pieces.T
    large = (height >= _TALL * (box[3] - box[1])) | (width >= _WIDE * (box[2] - box[0]))
    large &= held >= _INSIDE * area
    found: NDArray[np.int32] = np.column_stack([x, y, x + width, y + height])[large]
    return found
