"""What speaks for a signature in a box: its strokes, what a detector found, and words near it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vision.core.document import Box, Line
from vision.core.geometry import intersection, iou
from vision.core.stages import Detection
from vision.layout.regions import kind_of
from vision.layout.signatures.candidates import Candidate
from vision.layout.signatures.ink import Strokes

FEATURES = (
    "height", "width", "strokes", "density", "widest", "tallest", "usual_height", "detected_here",
    "detected_near", "closing_above", "name_below", "foot", "area", "pictured", "text", "overlap",
    "is_detection", "is_fitted", "spread", "printed", "detections",
)  # fmt: skip

_CLOSING = re.compile(
    r"sincerely|truly|regards|respectfully|faithfully|cordially|yours|signature|signed|"
    r"unterschrift|gr[u\u00fc](?:\u00df|ss)en?\b|salutations|signataire|firma\b|assinatura|"
    r"handtekening|podpis",
    re.IGNORECASE,
)
_PICTURES = frozenset({"stamp", "logo", "figure", "table", "qr_code"})
_TEXTS = frozenset({"text", "title", "list", "header"})
_PICTURED = 0.2  # confidence of a picture that counts
_CONFIDENT, _WEAK = 0.15, 0.1  # of signatures that a detector found
_READ = 0.6  # confidence of a printed name

# In units.
_ABOVE, _BESIDE = (-6.0, 5.0), 8.0  # where a closing formula stands
_BELOW = (-1.5, 3.0)  # where a printed name does
_NAME_SHARE = 0.3  # of the name's width that is below the signature


class Surroundings(NamedTuple):
    """All else on the page, in pixels of the image that was searched."""

    signatures: Sequence[Detection]
    others: Sequence[Detection]
    closings: Sequence[Box]
    names: Sequence[Box]


def surroundings(lines: Sequence[Line], found: Sequence[Detection], factor: float) -> Surroundings:
    """What stands on a page; lines and detections are in pixels of the page."""
    scaled = [replace(each, box=_times(each.box, factor)) for each in found]
    return Surroundings(
        [each for each in scaled if kind_of(each.label) == "signature"],
        [each for each in scaled if kind_of(each.label) != "signature"],
        [_times(line.box, factor) for line in lines if _CLOSING.search(line.text)],
        [_times(line.box, factor) for line in lines if line.confidence > _READ],
    )


def features_of(
    candidate: Candidate, strokes: Strokes, around: Surroundings
) -> NDArray[np.float64]:
    """The values of FEATURES, in their order."""
    box, unit = candidate.box, strokes.unit
    seen = [(each.confidence, iou(each.box, box), each.box) for each in around.signatures]
    ink, sizes = _ink(candidate, strokes)
    printed = int(strokes.printed[_slices(box)].sum())
    values = (
        min(box.height / unit, 12.0),
        min(box.width / unit, 40.0) / 4,
        np.log1p(len(candidate.strokes)),
        4 * ink / max(box.area, 1.0),
        *sizes,
        max((chance * min(1.0, 2 * same) for chance, same, _ in seen), default=0.0),
        max((chance for chance, _, each in seen if _shares(each, box)), default=0.0),
        any(_closes(line, box, unit) for line in around.closings),
        any(_names(line, box, unit) for line in around.names),
        box.y1 / strokes.mask.shape[0],
        np.log(max(box.area, 1.0) / unit**2),
        _covered(box, around.others, _PICTURES, _PICTURED, weighted=False),
        _covered(box, around.others, _TEXTS, 0.0, weighted=True),
        max((same for chance, same, _ in seen if chance > _CONFIDENT), default=0.0),
        candidate.origin == "detector",
        candidate.origin == "fitted",
        candidate.spread,
        printed / (ink + printed + 1),
        min(sum(chance > _WEAK and _inside(each, box) for chance, _, each in seen), 3),
    )
    return np.array(values, np.float64)


def _ink(candidate: Candidate, strokes: Strokes) -> tuple[int, tuple[float, float, float]]:
    """Pixels of the strokes; width and height of the largest and their usual height, scaled."""
    if not len(candidate.strokes):
        return 0, (0.0, 0.0, 0.0)
    pieces, unit = strokes.pieces[candidate.strokes], strokes.unit
    largest = pieces[int(np.argmax(pieces[:, 2] * pieces[:, 3]))]
    wide, high = min(largest[2] / unit, 15.0) / 3, min(largest[3] / unit, 10.0) / 2
    return int(pieces[:, 4].sum()), (wide, high, float(np.median(pieces[:, 3])) / unit)


def _shares(found: Box, box: Box) -> bool:
    return intersection(found, box) > 0.5 * min(found.area, box.area)


def _inside(found: Box, box: Box) -> bool:
    return intersection(found, box) > 0.6 * found.area


def _closes(line: Box, box: Box, unit: float) -> bool:
    """Whether a closing formula stands above a box, or so that the writing runs into it."""
    below, beside = (box.y0 - line.y1) / unit, _BESIDE * unit
    across = line.x0 < box.x1 + beside and line.x1 > box.x0 - beside
    return _ABOVE[0] < below < _ABOVE[1] and across


def _names(line: Box, box: Box, unit: float) -> bool:
    """Whether a printed line stands below a box, or is struck by what is in it."""
    shared = min(line.x1, box.x1) - max(line.x0, box.x0)
    below = (line.y0 - box.y1) / unit
    return _BELOW[0] < below < _BELOW[1] and shared > _NAME_SHARE * line.width


def _covered(
    box: Box,
    found: Sequence[Detection],
    kinds: frozenset[str],
    least: float,
    *,
    weighted: bool,
) -> float:
    """The largest share of a box in one detection of these labels, by confidence if weighted."""
    return max(
        (
            (each.confidence if weighted else 1.0) * intersection(each.box, box)
            for each in found
            if each.label in kinds and each.confidence > least
        ),
        default=0.0,
    ) / max(box.area, 1.0)


def _slices(box: Box) -> tuple[slice, slice]:
    x0, y0, x1, y1 = (max(0, int(edge)) for edge in box)
    return slice(y0, y1 + 1), slice(x0, x1 + 1)


def _times(box: Box, factor: float) -> Box:
    return Box(*(edge * factor for edge in box))
