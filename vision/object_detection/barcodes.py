"""Decode bar and QR codes wherever they stand on a page."""

import cv2
import zxingcpp

from vision.core.document import Barcode, Box
from vision.core.stages import Image


def read_barcodes(image: Image) -> tuple[Barcode, ...]:
    """All codes with text on an RGB image, top to bottom; boxes are pixels of that image."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    codes = [_barcode(found) for found in zxingcpp.read_barcodes(grey) if found.text]
    return tuple(sorted(codes, key=lambda code: (code.box.y0, code.box.x0)))


def _barcode(found: zxingcpp.Barcode) -> Barcode:
    position = found.position
    corners = (
        position.top_left,
        position.top_right,
        position.bottom_right,
        position.bottom_left,
    )
    xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
    box = Box(float(min(xs)), float(min(ys)), float(max(xs)), float(max(ys)))
    return Barcode(found.format.name, found.text, box)
