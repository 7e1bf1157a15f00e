"""A page of a result as OCRmyPDF's tree of elements: paragraphs, lines, words."""

import math

from ocrmypdf.hocrtransform import BoundingBox, OcrClass, OcrElement
from ocrmypdf.models.ocr_element import Baseline

from vision.core.document import Block, Box, Line, Page
from vision.export.places import blocks_of, box_around, lines_of, words_of

_STEEPEST_BASELINE = 45.0  # degrees; lines that rise more are turned as a whole
_BELOW_BASELINE = 0.2  # of a line's height: what hangs below its baseline


def page_element(page: Page, width: int, height: int, dpi: float, index: int) -> OcrElement:
    """The tree of one page in pixels of its image, `index` counted from 0."""
    return OcrElement(
        OcrClass.PAGE,
        bbox=BoundingBox(0, 0, width, height),
        children=[_paragraph(block) for _, block in blocks_of(page)],
        dpi=dpi,
        page_number=index,
    )


def _paragraph(block: Block) -> OcrElement:
    lines = lines_of(block)
    children = [_line(line) for line in lines]
    return OcrElement(OcrClass.PARAGRAPH, bbox=_box(box_around(lines)), children=children)


def _line(line: Line) -> OcrElement:
    words = [
        OcrElement(OcrClass.WORD, bbox=_box(word.box), text=word.text, confidence=word.confidence)
        for word in words_of(line)
    ]
    angle = _angle(line)
    element = OcrElement(OcrClass.LINE, bbox=_box(line.box), children=words)
    if abs(angle) > _STEEPEST_BASELINE:
        element.textangle = angle
    elif line.polygon is not None:
        element.baseline = _baseline(line)
    return element


def _angle(line: Line) -> float:
    """The direction of the line's letters in degrees, counter-clockwise from the right."""
    if line.polygon is None:
        return 0.0
    (x0, y0), (x1, y1) = line.polygon[:2]
    return math.degrees(math.atan2(y0 - y1, x1 - x0))


def _baseline(line: Line) -> Baseline:
    """The slope as in hOCR, and the height at the left of the box, from the box's bottom down."""
    assert line.polygon is not None
    (left_x, left_top), (right_x, right_top) = line.polygon[:2]
    bottom = line.polygon[3][1]
    slope = (right_top - left_top) / (right_x - left_x)
    baseline = bottom - _BELOW_BASELINE * (bottom - left_top)
    return Baseline(slope, baseline - line.box.y1)


def _box(box: Box) -> BoundingBox:
    return BoundingBox(max(box.x0, 0.0), max(box.y0, 0.0), max(box.x1, 0.0), max(box.y1, 0.0))
