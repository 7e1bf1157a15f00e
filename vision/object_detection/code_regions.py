"""Regions of codes that were decoded: the corners that their reader found are exact."""

from collections.abc import Iterable, Sequence

from vision.core.document import Barcode, Box
from vision.core.geometry import intersection, iou
from vision.core.stages import Detection
from vision.object_detection.barcodes import LABELS
from vision.object_detection.detect import Finding

READER = "zxing"  # stands where the name of a model would

_CONFIDENCE = 0.99  # of what was decoded: its check digits were right
_QR_CODES = frozenset({"QRCode", "MicroQRCode", "RMQRCode"})
_SQUARES = _QR_CODES | {"DataMatrix", "Aztec", "MaxiCode", "PDF417"}  # their corners are found
_SAME, _NESTED = 0.3, 0.6  # intersection by union, and by the smaller of the two


def with_codes(findings: Iterable[Finding], codes: Sequence[Barcode]) -> list[Finding]:
    """The findings, with one region of its own for each code that was decoded.

    A square code takes the place of what a detector found of it, under that label. Of bars the
    reader knows one line across only: they make the region that they lie in confident.
    """
    kept = list(findings)
    for code in codes:
        same = [each for each in kept if _is_of(each[1], code)]
        best = max(same, key=lambda each: each[1].confidence, default=None)
        if code.format in _SQUARES:
            kept = [each for each in kept if each not in same]
            kept.append(_exact(code, best))
        elif best is not None:
            model, found = best
            kept[kept.index(best)] = model, Detection(found.label, _CONFIDENCE, found.box)
    return kept


def _exact(code: Barcode, best: Finding | None) -> Finding:
    model, label = READER, "qr_code" if code.format in _QR_CODES else "barcode"
    if best is not None:
        model, label = best[0], best[1].label
    return model, Detection(label, _CONFIDENCE, code.box)


def _is_of(found: Detection, code: Barcode) -> bool:
    """Whether a detection is a code's, or of a part of it, or of it and what surrounds it."""
    if found.label.lower() not in LABELS:
        return False
    if code.format not in _SQUARES:
        return intersection(found.box, _with_height(code.box)) > 0
    shared = intersection(found.box, code.box)
    smaller = max(min(found.box.area, code.box.area), 1.0)
    return iou(found.box, code.box) > _SAME or shared > _NESTED * smaller


def _with_height(line: Box) -> Box:
    """A line across bars, which may have no height or no width."""
    return Box(line.x0, line.y0, max(line.x1, line.x0 + 1), max(line.y1, line.y0 + 1))
