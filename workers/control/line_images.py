"""Corrected lines as images with their text, in the layouts that trainers of recognisers take."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import cv2
import numpy as np

from vision.core.arrays import Image
from vision.core.document import Page, Polygon
from vision.export.corrected_lines import TrueLine

FORMS: Final = ("lines-tesseract", "lines-paddleocr")
_MARGIN = 0.15  # of the line's height, around it
_TILTED_PX = 2.0  # corners of one side that differ by more


class PageLines(NamedTuple):
    """A page, its picture (height x width x 3, RGB, in the frame of its coordinates), its lines."""

    page: Page
    image: Image
    lines: list[TrueLine]


def line_files(form: str, pages: Iterable[PageLines]) -> Iterator[tuple[str, bytes]]:
    """Files by name: PNG and `.gt.txt` for tesstrain, or `images/` and `rec_gt.txt` for PaddleOCR.

    Lines without text are left out.
    """
    listed: list[str] = []
    for name, image, text in _cut(pages):
        if form == FORMS[0]:
            yield f"{name}.png", image
            yield f"{name}.gt.txt", f"{text}\n".encode()
        else:
            yield f"images/{name}.png", image
            listed.append(f"images/{name}.png\t{text}\n")
    if form == FORMS[1]:
        yield "rec_gt.txt", "".join(listed).encode()


def _cut(pages: Iterable[PageLines]) -> Iterator[tuple[str, bytes, str]]:
    for page, image, lines in pages:
        for line in lines:
            text = " ".join(line.text.split())
            if text:
                name = f"page-{page.number:04d}-{line.block}-{line.at:03d}"
                yield name, _png(line_image(image, line)), text


def line_image(page: Image, line: TrueLine) -> Image:
    """A line cut from its page with a margin, made upright where it has a tilted polygon."""
    polygon = line.read.polygon if line.read else None
    if polygon is not None and len(polygon) == 4 and _is_tilted(polygon):
        return _straightened(page, polygon)
    height, width = page.shape[:2]
    margin = _MARGIN * line.box.height
    x0, y0 = max(0, int(line.box.x0 - margin)), max(0, int(line.box.y0 - margin))
    x1, y1 = min(width, int(line.box.x1 + margin) + 1), min(height, int(line.box.y1 + margin) + 1)
    return page[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]


def _is_tilted(polygon: Polygon) -> bool:
    return abs(polygon[0][1] - polygon[1][1]) > _TILTED_PX


def _straightened(page: Image, polygon: Polygon) -> Image:
    """The quadrilateral (clockwise from the text's own top left) as an upright rectangle."""
    corners = np.asarray(polygon, np.float32)
    width = max(1, round(float(np.linalg.norm(corners[1] - corners[0]))))
    height = max(1, round(float(np.linalg.norm(corners[3] - corners[0]))))
    margin = round(_MARGIN * height)
    flat = np.asarray([(0, 0), (width, 0), (width, height), (0, height)], np.float32) + margin
    turned = cv2.getPerspectiveTransform(corners, flat)
    size = (width + 2 * margin, height + 2 * margin)
    warped = cv2.warpPerspective(page, turned, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)


def _png(image: Image) -> bytes:
    written, encoded = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    if not written:
        raise ValueError(f"a line of {image.shape} cannot be written as PNG")
    return encoded.tobytes()
