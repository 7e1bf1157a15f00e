"""Coloured ink over dark print, such as stamps: parted, so that each can be read."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey, Image
from vision.imaging.connected_components import label
from vision.imaging.grey import grey_of

# Of 255: ink is coloured where its channels differ by this, and dark where all are below the other.
# Print is grey or nearly black, also under translucent ink: dark parts of a colour are that ink.
_SATURATED, _DARK = 60, 110
_LOOKED_AT = 8  # every eighth pixel of every eighth row tells whether a page has such ink
_LEAST_SHARE, _MOST_SHARE = 5e-4, 0.05  # of these pixels; more is a picture or coloured paper
_ENOUGH = 1200  # pixels of the longer side on which pieces are joined and counted
# Pieces of dark print that coloured ink touches: a pen's note beside print touches few.
_FEWEST_TOUCHED = 4
# Fringes of colour beside letters are as often reddish as bluish, one beside the other.
_BESIDE, _MIXED = 9, 0.6
_TOUCHING, _TOGETHER = 5, 31  # pixels: ink touches print; letters of a stamp belong together
_THICKEST = 17  # pixels of a stroke; what is thicker is a filled shape
_PALE = 174  # grey value: a marker's ink, against which print stands out, is paler than a stamp's
_MARKED = 0.5  # share of a filled shape's pixels that are coloured: the rest is print in it
_PAPER_PERCENTILE = 90
# Of the brightness of coloured ink: the darkest of it, which lies over print, and what share of the
# common brightness is still ink alone.
_UNDER_PERCENTILE, _ALONE = 2, 0.9
# Print so dark that it is not seen as ink crosses the strokes of translucent ink: .03 of it where
# two lines of print are stamped, .003 at most at the edges of opaque ink.
_THROUGH = 0.01


class Overprint(NamedTuple):
    """A page parted in two RGB images of its size: the print, and the ink that lies over it.

    `hidden` is 1 where the ink lets no print show through; None for translucent ink.
    """

    print: Image
    ink: Image
    hidden: Grey | None = None


def part_overprint(image: Image) -> Overprint | None:
    """The RGB page parted from coloured ink that crosses dark print; None where there is none.

    Where such ink lies over print, print stays in the first image. Coloured print alone, and
    handwriting beside print, are not parted.
    """
    if not _has_coloured_ink(image):
        return None
    step = -(-max(image.shape[:2]) // _ENOUGH)
    small = np.ascontiguousarray(image[::step, ::step])
    coloured = _coloured(small)
    marker = coloured & np.asarray(grey_of(small) > _PALE, np.uint8)
    over = None if _are_fringes(coloured, small) else _crossing(coloured, marker, _dark(small))
    if over is None:
        return None
    grown = over.repeat(step, axis=0).repeat(step, axis=1)[: image.shape[0], : image.shape[1]]
    return _parted(image, grown & _coloured(image))


def _parted(image: Image, over: Grey) -> Overprint:
    """Print under translucent ink is darker than the ink alone, and is stretched to full contrast.

    `over` is 1 at pixels of the ink.
    """
    paper = np.percentile(image[::_LOOKED_AT, ::_LOOKED_AT], _PAPER_PERCENTILE, axis=(0, 1))
    place = over.astype(bool)
    brightness = _brightest(image)
    colour = np.median(image[place], axis=0)
    alone, under = float(colour.max()), float(np.percentile(brightness[place], _UNDER_PERCENTILE))
    opaque = alone - under < _SATURATED / 2
    if opaque:
        under = 0.0  # nothing shows through it
    share = np.clip((brightness.astype(np.float32) - under) / (_ALONE * alone - under), 0, 1)
    ink = np.full_like(image, 255)
    ink[:] = paper
    ink[place] = colour
    # The edges of ink are paler than it is.
    edges = cv2.dilate(over, np.ones((3, 3), np.uint8)).astype(bool) & (brightness >= _DARK)
    without = image.copy()
    without[edges] = (share[edges, None] * paper).astype(np.uint8)
    hides = opaque and _dark_within(over, image) < _THROUGH
    return Overprint(without, ink, over if hides else None)


def _dark_within(over: Grey, image: Image) -> float:
    """How much dark print crosses strokes of ink, as a share of the ink."""
    strokes = cv2.morphologyEx(over, cv2.MORPH_CLOSE, np.ones((_TOUCHING, _TOUCHING), np.uint8))
    crossing = np.asarray(strokes, np.uint8) & ~over & _dark(image)
    return float(crossing.sum() / max(over.sum(), 1))


def _has_coloured_ink(image: Image) -> bool:
    sample = np.ascontiguousarray(image[::_LOOKED_AT, ::_LOOKED_AT])
    return _LEAST_SHARE <= float(_coloured(sample).mean()) <= _MOST_SHARE


def _are_fringes(coloured: Grey, image: Image) -> bool:
    """Whether all colour is at the edges of letters, as on screens: red left, blue right."""
    red, _, blue = cv2.split(image)
    redder = np.asarray(coloured & np.asarray(red > blue, np.uint8), np.uint8)
    sides = redder, np.asarray(coloured & ~redder, np.uint8)
    near = np.ones((_BESIDE, _BESIDE), np.uint8)
    return all(
        cv2.countNonZero(one & np.asarray(cv2.dilate(other, near)))
        > _MIXED * cv2.countNonZero(coloured) / 2
        for one, other in (sides, sides[::-1])
    )


def _coloured(image: Image) -> Grey:
    return np.asarray((_saturation(image) >= _SATURATED) & (_brightest(image) >= _DARK), np.uint8)


def _dark(image: Image) -> Grey:
    brightest = _brightest(image)
    black = (_saturation(image) < _SATURATED / 2) | (brightest < _DARK / 2)
    return np.asarray((brightest < _DARK) & black, np.uint8)


def _saturation(image: Image) -> Grey:
    red, green, blue = cv2.split(image)
    darkest = cv2.min(cv2.min(red, green), blue)
    return np.asarray(cv2.subtract(_brightest(image), darkest), np.uint8)


def _brightest(image: Image) -> Grey:
    red, green, blue = cv2.split(image)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


def _filled(coloured: Grey, dark: Grey, side: int) -> NDArray[np.bool_]:
    """Where a shape is filled: solid colour at least `side` thick, though print may part it."""
    block = (side, side)
    solid = cv2.erode(coloured | dark, np.ones(block, np.uint8)) > 0
    return np.asarray(solid & (cv2.blur(coloured * np.uint8(255), block) > _MARKED * 255), np.bool_)


def _crossing(coloured: Grey, marker: Grey, dark: Grey) -> Grey | None:
    """1 in the groups of coloured ink that touch several pieces of dark print; None for none.

    `marker` is the ink that is as pale as a marker's.
    """
    near = np.asarray(cv2.dilate(coloured, np.ones((_TOUCHING, _TOUCHING), np.uint8)), np.uint8)
    if not (near & dark).any():
        return None
    group = cv2.dilate(coloured, np.ones((_TOGETHER, _TOGETHER), np.uint8))
    pieces, boxes = label(np.asarray(group, np.uint8))
    letters, _ = label(dark)
    both = (near > 0) & (letters > 0)
    pairs = np.unique(np.stack([pieces[both], letters[both]], axis=1), axis=0)
    touched = np.bincount(pairs[:, 0], minlength=len(boxes) + 1)
    crossing = touched >= _FEWEST_TOUCHED
    crossing[0] = False
    crossing[pieces[_filled(coloured, dark, _THICKEST)]] = False
    crossing[pieces[_filled(marker, dark, _THICKEST // 2)]] = False
    return crossing[pieces].astype(np.uint8) if crossing.any() else None
