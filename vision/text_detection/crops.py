"""Upright images of text lines, cut out of the working image."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Affine, Image
from vision.core.document import Polygon
from vision.core.geometry import compose, translation
from vision.core.stages import FoundLine, LineCrop, PreparedPage
from vision.text_detection.bent_lines import straightened
from vision.text_detection.combs import comb_crop, find_combs, outside_combs
from vision.text_detection.enclosed_characters import uncovered
from vision.text_detection.trimmed_rows import trimmed_rows

_MIN_SIDE = 3.0  # working pixels; less holds no letter
# Rise of a line over its whole length, as a share of its height, up to which it is sliced out
# as it is: resampling blurs more than so little tilt costs.
_MAX_RISE = 0.5
_MAX_TILT = 0.14  # rise over length: short lines of a network are high, and may tilt by as much
# Lines share a row where they share this of the lower one's height. Pages of more lines than so
# many are too dense for lists, and comparing all would take too long.
_SHARED_ROW = 0.3
_MOST_COMPARED = 1500
# How far before a line its bullet or box may stand, in heights of the line.
REACH = 2.6
_BELOW = 0.3  # of a line's height: the rows below it in which an underscore may be

_Place = tuple[int, int, int, int]  # x0, y0, x1, y1 in whole pixels


def cut_lines(
    page: PreparedPage, lines: Sequence[FoundLine], languages: Sequence[str]
) -> list[LineCrop]:
    """Crops of the lines, in their order; lines under 3 pixels or off the image are left out.

    `lines` are in the frame of `page.working`, whose pixels are cut: nothing is binarised. Lines
    in the combs of forms are left out too; the text of each comb follows as one crop.
    """
    found = find_combs(page.text) if page.text and lines else []
    lines, combs = outside_combs(lines, found)
    quads = np.array([line.quad for line in lines], np.float64).reshape(-1, 4, 2)
    free = _free_before(quads)
    crops = (
        _cut(page, line, quad, tuple(languages), before)
        for line, quad, before in zip(lines, quads, free, strict=True)
    )
    of_combs = [comb_crop(page, comb, tuple(languages)) for comb in combs]
    return [crop for crop in crops if crop is not None] + of_combs


def _free_before(quads: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many pixels before each line no other line has, at most REACH heights of it."""
    if not 0 < len(quads) <= _MOST_COMPARED:
        return np.zeros(len(quads))
    (x0, y0), (x1, y1) = quads.min(axis=1).T, quads.max(axis=1).T
    height = y1 - y0
    down = np.minimum(y1[:, None], y1) - np.maximum(y0[:, None], y0)
    beside = (down > _SHARED_ROW * np.minimum(height[:, None], height)) & (x0 < x0[:, None])
    nearest = np.where(beside, np.minimum(x1, x0[:, None]), 0.0).max(axis=1)
    return np.asarray(np.minimum(x0 - nearest, REACH * height).clip(0), np.float64)


def _cut(
    page: PreparedPage,
    line: FoundLine,
    quad: NDArray[np.float64],
    languages: tuple[str, ...],
    free: float,
) -> LineCrop | None:
    if line.middle:
        return _straight(page, line, quad, languages)
    if _is_plain(line.quad, page.working.shape):
        return _sliced(page, line, languages, line.quad, free)
    bounded = _within_image(page.working, quad)
    if bounded is None:
        return None
    quad = bounded
    along, down = quad[1] - quad[0], quad[3] - quad[0]
    length, height = float(np.linalg.norm(along)), float(np.linalg.norm(down))
    if min(length, height) < _MIN_SIDE:
        return None
    if along[0] > 0 and abs(along[1]) <= min(_MAX_RISE * height, _MAX_TILT * length):
        return _sliced(page, line, languages, quad.tolist(), free)
    pixels, to_working = _warp(
        page.working, quad[0], along / length, down / height, (length, height)
    )
    below = _below(page.working, _whole_pixels(quad.tolist()), pixels)
    if (rows := _rows_to_read(line, pixels)) != slice(0, len(pixels)):
        to_working, below = compose(to_working, translation(0.0, float(rows.start))), None
        pixels = pixels[rows]
    return _crop(page, line, languages, (pixels, to_working), None, below)


def _straight(
    page: PreparedPage, line: FoundLine, quad: NDArray[np.float64], languages: tuple[str, ...]
) -> LineCrop | None:
    """The crop of a line that bends, cut along its middle."""
    left, right = max(float(quad[:, 0].min()), 0.0), float(quad[:, 0].max())
    size = (min(right, page.working.shape[1]) - left, line.height)
    if min(size) < _MIN_SIDE:
        return None
    pixels, top = straightened(page.working, np.array(line.middle), left, size)
    rows = _rows_to_read(line, pixels)
    place = float(np.median(top))
    to_page = compose(page.to_page, translation(float(round(left)), place + rows.start))
    return LineCrop(pixels[rows], to_page, languages, shifts=top - np.float32(place))


def _is_plain(quad: Polygon, shape: tuple[int, ...]) -> bool:
    """Whether a line is an upright box within the image, as most are: it needs no bounds."""
    (x0, y0), (right, top), (x1, y1), (left, foot) = quad
    upright = top == y0 and right == x1 and foot == y1 and left == x0
    within = x0 >= 0 and y0 >= 0 and x1 <= shape[1] and y1 <= shape[0]
    return upright and within and x1 - x0 >= _MIN_SIDE and y1 - y0 >= _MIN_SIDE


def _sliced(
    page: PreparedPage,
    line: FoundLine,
    languages: tuple[str, ...],
    quad: Sequence[Sequence[float]],
    free: float,
) -> LineCrop | None:
    """The crop of a level line as it is, `free` pixels before it having no other line."""
    x0, y0, x1, y1 = _whole_pixels(quad)
    pixels = page.working[y0:y1, x0:x1]
    if min(pixels.shape[:2]) < _MIN_SIDE:
        return None
    if line.enclosed:
        return _freed(page, pixels, (x0, y0), languages)
    rows = _rows_to_read(line, pixels)
    pixels, y0, y1 = pixels[rows], y0 + rows.start, y0 + rows.stop
    first = max(x0 - int(free), 0)
    before = page.working[y0:y1, first:x0] if x0 > first else None
    below = _below(page.working, (x0, y0, x1, y1), pixels)
    cut = pixels, translation(float(x0), float(y0))
    return _crop(page, line, languages, cut, before, below)


def _rows_to_read(line: FoundLine, pixels: Image) -> slice:
    """All rows of a line image, or those of its letters where the line is loose."""
    return trimmed_rows(pixels) if line.loose else slice(0, len(pixels))


def _freed(
    page: PreparedPage, pixels: Image, place: tuple[int, int], languages: tuple[str, ...]
) -> LineCrop | None:
    """The crop of a character without the disc or ring around it, whose first pixel is `place`."""
    found = uncovered(pixels)
    if found is None:
        return None
    freed, (left, top) = found
    to_working = translation(float(place[0] + left), float(place[1] + top))
    return LineCrop(freed, compose(page.to_page, to_working), languages)


def _crop(
    page: PreparedPage,
    line: FoundLine,
    languages: tuple[str, ...],
    cut: tuple[Image, Affine],
    before: Image | None,
    below: Image | None,
) -> LineCrop:
    pixels, to_working = cut
    return LineCrop(
        pixels,
        compose(page.to_page, to_working),
        languages,
        before=before,
        below=below,
        room=round(line.room),
        text=line.text,
    )


def _below(image: Image, place: _Place, pixels: Image) -> Image | None:
    """The rows below a line whose `pixels` were sliced out; None for others, and at the end."""
    x0, y0, x1, y1 = place
    if pixels.shape[:2] != (y1 - y0, x1 - x0):
        return None
    rows = image[y1 : y1 + round(_BELOW * (y1 - y0)), x0:x1]
    return rows if rows.size else None


def _within_image(image: Image, quad: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The quad itself on the image or near it; else its part there, or None where there is none.

    A crop never has more pixels than the image, wherever a file says that its text stands.
    """
    height, width = image.shape[:2]
    edges = np.array([quad[1] - quad[0], quad[3] - quad[0]])
    sides = np.linalg.norm(edges, axis=1)
    if not np.isfinite(quad).all() or sides.min() < _MIN_SIDE:
        return None
    beside = sides.min()
    near = (quad >= -beside).all() and (quad <= (width + beside, height + beside)).all()
    if near and sides.prod() <= width * height:
        return quad
    axes = edges / sides[:, None]
    page = np.array([[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]])
    seen = (page - quad[0]) @ axes.T
    low, high = np.maximum(seen.min(axis=0), 0.0), np.minimum(seen.max(axis=0), sides)
    if (high - low).min() < _MIN_SIDE:
        return None
    length, depth = high - low
    excess = depth - (width * height / (length + 0.5) - 0.5)  # sides are rounded later
    if excess > 0:
        low[1], high[1] = low[1] + excess / 2, high[1] - excess / 2
    corners = np.array([[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]])
    return np.asarray(quad[0] + corners @ axes, np.float64)


def _whole_pixels(quad: Sequence[Sequence[float]]) -> _Place:
    """The pixels around a quad, none before the image's first."""
    xs, ys = zip(*quad, strict=True)
    low, high = (math.floor(min(xs)), math.floor(min(ys))), (math.ceil(max(xs)), math.ceil(max(ys)))
    return max(low[0], 0), max(low[1], 0), max(high[0], 0), max(high[1], 0)


def _warp(
    image: Image,
    origin: NDArray[np.float64],
    right: NDArray[np.float64],
    down: NDArray[np.float64],
    size: tuple[float, float],
) -> tuple[Image, Affine]:
    """Turn a tilted line upright; what lies outside the image repeats its edge."""
    to_image = np.column_stack([right, down, origin])
    # OpenCV counts pixel centres from 0, our frames count pixel edges.
    centres = to_image.copy()
    centres[:, 2] += (right + down - 1) / 2
    pixels = cv2.warpAffine(
        image,
        centres,
        (round(size[0]), round(size[1])),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(pixels, np.uint8), to_image
