"""Decodes bar and QR codes anywhere on a page."""

import zxingcpp

from vision.core.arrays import Image
from vision.core.document import Barcode
from vision.core.geometry import bounding_box
from vision.imaging.grey import grey_of


def read_barcodes(image: Image) -> tuple[Barcode, ...]:
    """All codes with content on an RGB image, top to bottom; boxes are pixels of that image."""
    codes = zxingcpp.read_barcodes(grey_of(image))
    read = [_barcode(found) for found in codes if found.bytes or found.text]
    return tuple(sorted(read, key=lambda code: (code.box.y0, code.box.x0)))


def _barcode(found: zxingcpp.Barcode) -> Barcode:
    place = found.position
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    box = bounding_box([(float(corner.x), float(corner.y)) for corner in corners])
    content = found.content_type.name.lower()
    return Barcode(found.format.name, found.text, box, content, found.bytes.hex())
