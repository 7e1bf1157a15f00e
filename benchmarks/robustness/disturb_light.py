"""Disturbances of light, colour and camera.

Every function takes the page [h, w, 3] uint8 RGB, a seeded generator and a strength of 1 to 3, and
returns the disturbed page.
"""

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Random = np.random.Generator
Colour = tuple[int, int, int]

# Pairs of paper and ink, in RGB.
_PAPERS: tuple[tuple[Colour, Colour], ...] = (
    ((252, 238, 190), (30, 40, 110)),
    ((244, 178, 190), (110, 30, 120)),
    ((238, 190, 70), (150, 40, 30)),
)
_SCREENS: tuple[tuple[Colour, Colour], ...] = (
    ((18, 18, 18), (230, 230, 230)),
    ((30, 34, 60), (170, 190, 220)),
    ((0, 43, 54), (120, 140, 90)),
)


def shadow(page: Pixels, random: Random, strength: int) -> Pixels:
    """A soft-edged shadow over about half of the page that takes 40, 60 or 75% of the light."""
    height, width = page.shape[:2]
    angle = random.uniform(0, 2 * np.pi)
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    away = x * np.cos(angle) + y * np.sin(angle) + random.uniform(-0.2, 0.2)
    dark = (0.4, 0.6, 0.75)[strength - 1] / (1 + np.exp(-away * 9))
    return _clipped(page * (1 - dark[..., None]))


def blur(page: Pixels, _: Random, strength: int) -> Pixels:
    """Out of focus: Gaussian of 0.9, 1.4 or 2 pixels."""
    return _clipped(cv2.GaussianBlur(page, (0, 0), (0.9, 1.4, 2.0)[strength - 1]))


def shaken(page: Pixels, random: Random, strength: int) -> Pixels:
    """Moved while it was photographed, by 4, 6 or 9 pixels along a straight line."""
    length = (4, 6, 9)[strength - 1]
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1
    turn = cv2.getRotationMatrix2D(
        ((length - 1) / 2, (length - 1) / 2), float(random.uniform(0, 180)), 1.0
    )
    kernel = np.asarray(cv2.warpAffine(kernel, turn, (length, length)), np.float32)
    return _clipped(cv2.filter2D(page, -1, kernel / kernel.sum()))


def jpeg(page: Pixels, _: Random, strength: int) -> Pixels:
    """Compressed at quality 25, 12 or 6."""
    quality = (25, 12, 6)[strength - 1]
    stored = io.BytesIO()
    Image.fromarray(page).save(stored, "JPEG", quality=quality)
    return np.array(Image.open(stored).convert("RGB"), np.uint8)


def noise(page: Pixels, random: Random, strength: int) -> Pixels:
    """A sensor in the dark: Gaussian noise of 15, 30 or 50 grey levels, in each channel."""
    return _clipped(page + random.normal(0, (15, 30, 50)[strength - 1], page.shape))


def low_contrast(page: Pixels, _: Random, strength: int) -> Pixels:
    """Ink only 90, 50 or 28 grey levels darker than the paper."""
    return _clipped(210 - (255 - page.astype(float)) / 255 * (90, 50, 28)[strength - 1])


def coloured_paper(page: Pixels, _: Random, strength: int) -> Pixels:
    """Coloured print on coloured paper, less and less contrast between them."""
    return _between(page, *_PAPERS[strength - 1])


def dark_screen(page: Pixels, _: Random, strength: int) -> Pixels:
    """Light letters on a dark screen."""
    return _between(page, *_SCREENS[strength - 1])


def bleed_through(page: Pixels, _: Random, strength: int) -> Pixels:
    """The other side of the sheet shows through: the page mirrored, 15 to 45% as dark."""
    other = np.roll(page[:, ::-1], (17, 31), axis=(0, 1)).astype(float)
    soft = cv2.GaussianBlur(other, (0, 0), 1.2)
    return _clipped(page - (255 - soft) * (0.15, 0.3, 0.45)[strength - 1])


def reversed_blocks(page: Pixels, random: Random, strength: int) -> Pixels:
    """One, two or three bands of the page printed light on dark; no band cuts a line of print."""
    height, width = page.shape[:2]
    blank = np.flatnonzero(page[:, width // 50 : -width // 50].min(axis=(1, 2)) > 128)
    turned = page.copy()
    for band in range(strength):
        part = height // strength
        y0 = band * part + int(random.integers(0, max(1, part // 2)))
        first, last = (_nearest(blank, y) for y in (y0, y0 + part // 3))
        block = turned[first:last, width // 50 : -width // 50]
        block[:] = 255 - block
    return turned


def _nearest(rows: NDArray[np.int64], y: int) -> int:
    """The blank row nearest to `y`; `y` itself where the page has none."""
    return int(rows[np.abs(rows - y).argmin()]) if rows.size else y


def _between(page: Pixels, paper: Colour, ink: Colour) -> Pixels:
    """Black becomes the ink's colour and white the paper's."""
    share = page.astype(float).mean(axis=2, keepdims=True) / 255
    return _clipped(np.array(ink) + (np.array(paper) - np.array(ink)) * share)


def _clipped(page: NDArray[np.generic]) -> Pixels:
    return np.asarray(np.clip(np.asarray(page, float).round(), 0, 255), np.uint8)
