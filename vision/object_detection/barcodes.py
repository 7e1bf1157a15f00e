"""Decodes bar and QR codes anywhere on a page.

The whole page is searched once. Places that look like codes and gave none are searched again,
larger, levelled and inverted: detected regions, and areas of bars, tilted or light on dark.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np
import zxingcpp

from vision.core.arrays import Affine, Grey, Image
from vision.core.document import Barcode, Box
from vision.core.geometry import bounding_box, corners, intersection, transform_points
from vision.imaging.connected_components import label
from vision.imaging.grey import grey_of, shrunk

LABELS = frozenset({"qr_code", "barcode", "bar_code", "qrcode"})  # of detectors

_MARGIN = 0.25  # of an area's longer side, around it: codes need a quiet zone
_SCALES = (2.0, 1.0)
_LARGEST = 2400  # pixels of an area's longer side once enlarged
_MOST_AREAS = 12
# Bars: areas [pixels of the shrunk page] whose gradients agree.
_LONGEST_SIDE = 800
_WINDOW = 15
_COHERENT, _STRONG = 0.85, 900.0
_LEAST_AREA, _LEAST_SIDE = 700, 16
# Degrees off the page's axes, and the mean grey level: other bars were read at once.
_TILTED, _DARK = 12.0, 160.0


def read_barcodes(image: Image, areas: Sequence[Box] = ()) -> tuple[Barcode, ...]:
    """All codes with content on an RGB image, top to bottom; boxes are pixels of that image.

    `areas` are where a detector found codes.
    """
    grey = grey_of(image)
    read = [_barcode(found) for found in _decoded(grey)]
    for area, tilt in [*((box, 0.0) for box in areas), *_striped(grey)][:_MOST_AREAS]:
        if not any(_meet(area, code.box) for code in read):
            read += [each for each in _again(grey, area, tilt) if not _is_known(each, read)]
    return tuple(sorted(read, key=lambda code: (code.box.y0, code.box.x0)))


def _decoded(grey: Grey) -> list[zxingcpp.Barcode]:
    return [found for found in zxingcpp.read_barcodes(grey) if found.bytes or found.text]


def _meet(one: Box, other: Box) -> bool:
    grown = Box(other.x0 - 1, other.y0 - 1, other.x1 + 1, other.y1 + 1)  # lines have no height
    return intersection(one, grown) > 0


def _is_known(code: Barcode, read: Sequence[Barcode]) -> bool:
    """Whether a code was read before: the surroundings of another area may hold it too."""
    return any(
        (code.format, code.data) == (other.format, other.data) and _meet(code.box, other.box)
        for other in read
    )


def _again(grey: Grey, area: Box, tilt: float) -> list[Barcode]:
    """The codes of an area that is enlarged, levelled by `tilt` degrees, and inverted."""
    for scale in _SCALES:
        picture, to_page = _cut(grey, area, tilt, scale)
        for seen in (picture, np.asarray(255 - picture, np.uint8)):
            found = _decoded(seen)
            if found:
                return [_on_page(_barcode(each), to_page) for each in found]
    return []


def _cut(grey: Grey, area: Box, tilt: float, scale: float) -> tuple[Grey, Affine]:
    """An area with its margin, levelled and enlarged, and the map of its pixels to the page."""
    side = max(area.width, area.height) * (1 + 2 * _MARGIN)
    scale = min(scale, _LARGEST / max(side, 1.0))
    middle = ((area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2)
    turn = cv2.getRotationMatrix2D(middle, tilt, scale)
    size = max(2, round(side * scale))
    turn = turn + np.array([[0.0, 0.0, size / 2 - middle[0]], [0.0, 0.0, size / 2 - middle[1]]])
    paper = float(np.percentile(grey[::8, ::8], 80))
    picture = cv2.warpAffine(grey, turn, (size, size), flags=cv2.INTER_CUBIC, borderValue=paper)
    return np.asarray(picture, np.uint8), np.asarray(cv2.invertAffineTransform(turn), np.float64)


def _on_page(code: Barcode, to_page: Affine) -> Barcode:
    return replace(code, box=bounding_box(transform_points(to_page, corners(code.box))))


def _striped(grey: Grey) -> Iterator[tuple[Box, float]]:
    """Areas whose edges all run one way, as bars do, and the tilt in degrees that levels them."""
    step = max(1, max(grey.shape) // (2 * _LONGEST_SIDE))  # every pixel would cost too much
    small, factor = shrunk(np.ascontiguousarray(grey[::step, ::step]), _LONGEST_SIDE)
    factor /= step
    across, down = (cv2.Sobel(small, cv2.CV_32F, dx, 1 - dx) for dx in (1, 0))
    window = (_WINDOW, _WINDOW)
    xx, yy, xy = (
        cv2.blur(a * b, window) for a, b in ((across, across), (down, down), (across, down))
    )
    energy = xx + yy
    # Squares: a root of each pixel would take longer than all the rest.
    agreed = np.square(xx - yy) + np.square(2 * xy) > np.square(_COHERENT * energy)
    mask = np.asarray(agreed & (energy > _STRONG), np.uint8)
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8)), np.uint8)
    labels, pieces = label(mask)
    for at, (x, y, w, h) in enumerate(pieces.tolist(), start=1):
        inside = labels[y : y + h, x : x + w] == at
        if min(w, h) >= _LEAST_SIDE and int(inside.sum()) >= _LEAST_AREA:
            tensor = (float(part[y : y + h, x : x + w][inside].sum()) for part in (xx, yy, xy))
            tilt = _tilt(*tensor)
            level = float(small[y : y + h, x : x + w].mean())
            off_axis = abs((tilt + 45) % 90 - 45)
            if off_axis >= _TILTED or level <= _DARK:
                yield Box(*(edge / factor for edge in (x, y, x + w, y + h))), tilt


def _tilt(xx: float, yy: float, xy: float) -> float:
    """The turn in degrees, counter-clockwise, after which the gradients run across."""
    return float(np.degrees(np.arctan2(2 * xy, xx - yy)) / 2)


def _barcode(found: zxingcpp.Barcode) -> Barcode:
    place = found.position
    outline = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    box = bounding_box([(float(corner.x), float(corner.y)) for corner in outline])
    content = found.content_type.name.lower()
    return Barcode(found.format.name, found.text, box, content, found.bytes.hex())
