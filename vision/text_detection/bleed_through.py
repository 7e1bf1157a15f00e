"""Removes print of the sheet's other side that shows through.

It is paler than the page's own print, and mirrored. The first makes it suspicious, the second is
the proof: some of its lines are read as they are and mirrored. After the proof it is painted over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes, Grey, Image
from vision.core.document import ModelUse, Preparation
from vision.core.protocols import Recogniser
from vision.core.stages import Letters, LineCrop, LineReading, PreparedPage
from vision.imaging.connected_components import find_letters
from vision.imaging.grey import grey_of
from vision.imaging.order import median, percentile
from vision.preprocessing.deskew import measure_skew
from vision.text_detection.crops import cut_lines
from vision.text_detection.morphology import find_lines

_SAMPLED = 200  # pieces of the size of letters whose contrast is measured
_FEWEST = 40
# Contrast of the page's own print, as a percentile of all; other print is pale under this share of
# it, and there must be enough of each. Edges of the scale: printed greys are mostly above it.
_DARKEST, _PALE = 90, 0.62
_SHARES = (0.12, 0.9)
# Both sides have letters of one size, and little lies between their contrasts; faint receipts have
# most of it there, and grain is smaller than letters.
_BETWEEN, _MOST_BETWEEN, _LEAST_HEIGHT = (0.5, 0.75), 0.62, 0.52
_LEAST_CONTRAST = 60  # grey values of the page's own print
# Lines of the pale layer that are read both ways; shorter ones prove nothing.
_LINES, _SHORTEST, _FEWEST_LINES = 10, 3.0, 2
_FEWEST_LETTERS = 4
# Confidence of noise, and by how much a reading must be the better one. Of such lines the sum of
# confidences above noise is the evidence; mirrored it must be so much, and so many times more.
_NOISE, _BETTER = 0.5, 0.08
_CONVINCING, _MORE = 0.5, 3.0
_DARKER = 1.35  # times the contrast of the pale layer has the page's own ink, and what is ...
_NEAR = 5  # pixels around such ink belongs to it: the soft edges of its strokes
_HIGHEST = 2.4  # heights of the letters: higher lines are several in one
_LEAST_SKEW = 0.5  # degrees
_LIGHT = 0.8  # of the lightest ground: what is darker is no paper
_BLURRED = 41  # pixels: paper without its ink


class Cleaned(NamedTuple):
    """The page without print that shows through, and the models that proved that there was some."""

    page: PreparedPage
    models: tuple[ModelUse, ...] = ()


@dataclass(frozen=True, slots=True)
class _Layers:
    """Contrasts, in grey values, of the page's own print and of the paler one."""

    own: float
    pale: float


def without_bleed_through(
    page: PreparedPage, recogniser: Recogniser, languages: Sequence[str]
) -> Cleaned:
    """The page, its working image lifted where pale print proves to be mirrored.

    Raises what the recogniser raises.
    """
    text = page.text or find_letters(page.working)
    page = replace(page, text=text)
    layers = _layers(text)
    if layers is None:
        return Cleaned(page)
    paper = _paper(page.working)
    contrast = _contrast(page.working, paper, text)
    crops = _pale_lines(page, paper, contrast, layers, tuple(languages))
    if len(crops) < _FEWEST_LINES:
        return Cleaned(page)
    readings = recogniser.recognise([*crops, *(_mirrored(crop) for crop in crops)])
    models = tuple(dict.fromkeys(use for each in readings for use in each.models))
    plain, mirrored = _evidence(readings[: len(crops)], readings[len(crops) :])
    proven = mirrored >= _CONVINCING and mirrored >= _MORE * plain
    report = Preparation("bleed_through", round(mirrored - plain, 2), "evidence", proven)
    page = replace(page, preparation=(*page.preparation, report))
    if not proven:
        return Cleaned(page, models)
    working = _lifted(page.working, paper, contrast, layers)
    return Cleaned(replace(page, working=working, text=find_letters(working)), models)


def _layers(text: Letters) -> _Layers | None:
    """The two layers of print of a page; None where it has one."""
    if len(text.boxes) < _FEWEST:
        return None
    boxes = text.boxes[:: -(-len(text.boxes) // _SAMPLED)]
    contrasts = _contrasts(text.grey, boxes)
    own = percentile(contrasts, _DARKEST)
    pale = contrasts < _PALE * own
    if own < _LEAST_CONTRAST or not _SHARES[0] <= pale.mean() <= _SHARES[1]:
        return None
    between = (contrasts > _BETWEEN[0] * own) & (contrasts < _BETWEEN[1] * own)
    height = median(boxes[pale, 3]) / median(boxes[~pale, 3])
    if between.mean() > _MOST_BETWEEN * pale.mean() or height < _LEAST_HEIGHT:
        return None
    return _Layers(own, percentile(contrasts[pale], 75))


def _contrasts(grey: Grey, boxes: Boxes) -> NDArray[np.float64]:
    """How much darker the darkest pixel of each box is than the lightest around it."""
    found = []
    for x, y, w, h in boxes.tolist():
        window = grey[max(y - 2, 0) : y + h + 2, max(x - 2, 0) : x + w + 2]
        darkest, lightest, _, _ = cv2.minMaxLoc(window)  # NumPy takes five times as long
        found.append(lightest - darkest)
    return np.array(found, np.float64)


def _paper(image: Image) -> Image:
    """The colour of the paper at each pixel: the lightest near it, smoothed."""
    small = cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    side = _BLURRED // 4 | 1
    lightest = cv2.dilate(small, np.ones((side, side), np.uint8))
    size = (image.shape[1], image.shape[0])
    return np.asarray(cv2.resize(cv2.blur(lightest, (side, side)), size), np.uint8)


def _contrast(image: Image, paper: Image, text: Letters) -> Grey:
    """How much darker each pixel is than the paper; full where there is no light paper."""
    light = text.ground >= _LIGHT * np.percentile(text.ground, _DARKEST)
    size = (image.shape[1], image.shape[0])
    dark = cv2.resize((~light).view(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    contrast = cv2.subtract(grey_of(paper), grey_of(image))
    contrast[dark > 0] = 255
    return np.asarray(contrast, np.uint8)


def _pale_lines(
    page: PreparedPage, paper: Image, contrast: Grey, layers: _Layers, languages: tuple[str, ...]
) -> list[LineCrop]:
    """The longest lines of the pale layer alone, the page's own print painted over."""
    own = np.asarray(contrast > (layers.own + layers.pale) / 2, np.uint8)
    near = cv2.dilate(own, np.ones((_NEAR, _NEAR), np.uint8)).astype(bool)
    pale = _levelled(np.where(near[:, :, None], paper, page.working))
    text = find_letters(pale)
    assert page.text is not None
    sizes = [median(each.boxes[:, 3]) for each in (page.text, text) if len(each.boxes)]
    highest = _HIGHEST * max(sizes) / text.factor
    crops = cut_lines(replace(page, working=pale, text=None), find_lines(text).lines, languages)
    long = [
        crop
        for crop in crops
        if crop.pixels.shape[0] <= highest
        and crop.pixels.shape[1] >= _SHORTEST * crop.pixels.shape[0]
    ]
    return sorted(long, key=lambda crop: -crop.pixels.shape[1])[:_LINES]


def _levelled(image: Image) -> Image:
    """The image turned so that its lines are level: those of the other side tilt the other way."""
    skew, _ = measure_skew(find_letters(image).boxes)
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -skew, 1.0)
    turned = cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8) if abs(skew) >= _LEAST_SKEW else image


def _mirrored(crop: LineCrop) -> LineCrop:
    return replace(crop, pixels=np.ascontiguousarray(crop.pixels[:, ::-1]), before=None, below=None)


def _evidence(plain: Sequence[LineReading], mirrored: Sequence[LineReading]) -> tuple[float, float]:
    """How clearly the lines are text as they stand, and mirrored."""
    pairs = list(zip(plain, mirrored, strict=True))
    return sum(_gain(a, b) for a, b in pairs), sum(_gain(b, a) for a, b in pairs)


def _gain(reading: LineReading, other: LineReading) -> float:
    """By how much one reading is more confident than noise, if it is the better one by far."""
    if len(reading.text) < _FEWEST_LETTERS:
        return 0.0
    least = max(_NOISE, other.confidence + _BETTER if other.text else 0.0)
    return reading.confidence - _NOISE if reading.confidence >= least else 0.0


def _lifted(image: Image, paper: Image, contrast: Grey, layers: _Layers) -> Image:
    """The image as it is near ink darker than the pale layer, and paper elsewhere.

    Levels are not shifted: thin strokes of the page's own print would fade with the others.
    """
    level = min(_DARKER * layers.pale, _PALE * layers.own)
    own = np.asarray(contrast > level, np.uint8)
    near = cv2.dilate(own, np.ones((_NEAR, _NEAR), np.uint8)).astype(bool)
    return np.where(near[:, :, None], image, paper)
