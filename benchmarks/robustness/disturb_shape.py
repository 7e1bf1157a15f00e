"""Disturbances of a page's shape: turned, tilted, bent, seen at an angle, too small, too large.

Every function takes the page [h, w, 3] uint8 RGB, a seeded generator and a strength of 1 to 3, and
returns the disturbed page.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Random = np.random.Generator

_PAPER = (255, 255, 255)
_DESK = (96, 84, 72)


def quarter_turns(page: Pixels, _: Random, strength: int) -> Pixels:
    """90, 180, 270 degrees clockwise."""
    return np.ascontiguousarray(np.rot90(page, -strength))


def tilt(page: Pixels, random: Random, strength: int) -> Pixels:
    """By 2, 5 or 12 degrees either way, on a sheet large enough for the corners."""
    degrees = (2.0, 5.0, 12.0)[strength - 1] * random.choice((-1, 1))
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    wide, high = int(width * cos + height * sin), int(width * sin + height * cos)
    turn[:, 2] += ((wide - width) / 2, (high - height) / 2)
    return _uint8(
        cv2.warpAffine(page, turn, (wide, high), flags=cv2.INTER_CUBIC, borderValue=_PAPER)
    )


def perspective(page: Pixels, random: Random, strength: int) -> Pixels:
    """Photographed on a desk, its corners 3, 6 or 10% of the page away from a rectangle."""
    height, width = page.shape[:2]
    reach = (0.03, 0.06, 0.10)[strength - 1]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    inward = random.uniform(0.3, 1.0, (4, 2)) * reach * (width, height)
    margin = 0.02 * np.array((width, height))
    towards = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])
    target = (corners + towards * (inward + margin)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    scaled = np.diag((1.2, 1.2, 1.0)) @ matrix
    size = (int(width * 1.2), int(height * 1.2))
    return _uint8(cv2.warpPerspective(page, scaled, size, flags=cv2.INTER_AREA, borderValue=_DESK))


def wave(page: Pixels, random: Random, strength: int) -> Pixels:
    """Lines bent up and down by 4, 9 or 16 pixels, as by the spine of a book."""
    height, width = page.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    phase = random.uniform(0, 2 * np.pi)
    bent = y + (4, 9, 16)[strength - 1] * np.sin(x / width * np.pi * 1.5 + phase)
    return _uint8(cv2.remap(page, x, bent.astype(np.float32), cv2.INTER_CUBIC, borderValue=_PAPER))


def tiny(page: Pixels, _: Random, strength: int) -> Pixels:
    """60, 48 or 38% of the resolution."""
    scale = (0.6, 0.48, 0.38)[strength - 1]
    return _uint8(cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def huge(page: Pixels, _: Random, strength: int) -> Pixels:
    """Two, three or four times as large."""
    return _uint8(
        cv2.resize(page, None, fx=strength + 1, fy=strength + 1, interpolation=cv2.INTER_CUBIC)
    )


def long_strip(page: Pixels, _: Random, strength: int) -> Pixels:
    """The page printed again and again on a strip about 5, 10 or 20 times as long as wide."""
    return np.tile(page, (copies(page, strength), 1, 1))


def copies(page: Pixels, strength: int) -> int:
    """How many times the page stands on a long strip."""
    height, width = page.shape[:2]
    return max(1, round((5, 10, 20)[strength - 1] * float(width / height)))


def black_borders(page: Pixels, random: Random, strength: int) -> Pixels:
    """Black edges, as a scanner with its lid open leaves: 2, 5 or 9% of the page, not straight."""
    height, width = page.shape[:2]
    reach = (0.02, 0.05, 0.09)[strength - 1] * min(height, width)
    edges = (random.uniform(0.3, 1.0, (4, 2)) * reach).astype(int)
    most = int(edges.max()) + 2
    framed = cv2.copyMakeBorder(page, most, most, most, most, cv2.BORDER_CONSTANT, value=_PAPER)
    high, wide = framed.shape[:2]
    ends = ((0, 0, 0, high), (wide, 0, wide, high), (0, 0, wide, 0), (0, high, wide, high))
    for (x0, y0, x1, y1), (one, other) in zip(ends, edges, strict=True):
        upright = x0 == x1
        inward = (1 if x0 == 0 else -1) if upright else (1 if y0 == 0 else -1)
        inner = (
            [(x1 + inward * other, y1), (x0 + inward * one, y0)]
            if upright
            else [(x1, y1 + inward * other), (x0, y0 + inward * one)]
        )
        corners = np.array([(x0, y0), (x1, y1), *inner], np.int32)
        cv2.fillPoly(framed, [corners], (12, 12, 12))
    return _uint8(framed)


def _uint8(page: NDArray[np.generic]) -> Pixels:
    return np.asarray(page, np.uint8)
