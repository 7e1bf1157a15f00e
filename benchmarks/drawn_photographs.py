"""Photographs of pages, drawn: a page on a desk, seen at an angle, with the page's own shadow."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Points = NDArray[np.float64]

DESKS = ("dark", "grey", "light", "wood")
_FLAT = {"dark": (48, 40, 36), "grey": (128, 130, 132), "light": (205, 200, 190)}
_WOODS = ((150, 105, 65), (95, 60, 35), (190, 150, 105))
_DISTANCE = 1.4  # of the camera, in longer sides of the page
_ROOM = 1.3  # the photograph's sides, in those of the page
_FILLED = 0.9  # of them that the page may take


class DrawnPhotograph(NamedTuple):
    """An RGB photograph, and where the page's corners are in it, clockwise from its top left."""

    pixels: Pixels
    corners: Points


def photograph(page: Pixels, seed: int, degrees: float, desk: str) -> DrawnPhotograph:
    """The page [h, w, 3] on a desk, tipped by about `degrees` about both axes, evenly lit or not.

    `desk` is one of DESKS; the same seed gives the same photograph.
    """
    random = np.random.default_rng(seed)
    height, width = page.shape[:2]
    size = (round(width * _ROOM), round(height * _ROOM))
    corners = _seen(page.shape[1], page.shape[0], size, random, degrees)
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    cover = cv2.warpPerspective(np.ones((height, width), np.float32), matrix, size)[..., None]
    paper = cv2.warpPerspective(page.astype(np.float32) * 0.95, matrix, size, flags=cv2.INTER_AREA)
    below = cv2.GaussianBlur(np.roll(cover, (6, 8), (0, 1)), (0, 0), 8)[..., None]
    image = _desk(desk, size, random) * (1 - 0.35 * below) * (1 - cover) + paper * cover
    if random.random() < 0.5:
        image *= _uneven_light(size, random)
    image = cv2.GaussianBlur(image, (0, 0), 0.6) + random.normal(0, 3, image.shape)
    return DrawnPhotograph(np.clip(image, 0, 255).astype(np.uint8), corners)


def _seen(
    width: int, height: int, size: tuple[int, int], random: np.random.Generator, degrees: float
) -> Points:
    """The page's corners as a pinhole camera above its middle sees them, centred in `size`."""
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)]) - (width / 2, height / 2)
    across, down = np.radians(random.uniform(0.6, 1.4, 2) * degrees * random.choice((-1, 1), 2))
    depth = flat[:, 0] * np.sin(across) + flat[:, 1] * np.sin(down)
    distance = _DISTANCE * max(width, height)
    points = flat * (np.cos(across), np.cos(down)) * (distance / (distance + depth))[:, None]
    turn = np.radians(random.uniform(-6, 6))
    cos, sin = np.cos(turn), np.sin(turn)
    points = points @ np.array([(cos, sin), (-sin, cos)])
    low, high = points.min(axis=0), points.max(axis=0)
    scale = min(_FILLED * np.array(size) / (high - low))
    return np.asarray((points - (low + high) / 2) * scale + np.array(size) / 2)


def _desk(desk: str, size: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
    width, height = size
    noise = random.normal(0, 4, (height, width, 1))
    if desk != "wood":
        return np.asarray(np.array(_FLAT[desk], np.float64) + noise)
    x, y = np.arange(width), np.arange(height)[:, None]
    grain = np.sin((x * 0.02 + 6 * np.sin(y * 0.004 + random.uniform(0, 6))) * random.uniform(1, 2))
    colour = np.array(_WOODS[random.integers(len(_WOODS))], np.float64)
    return np.asarray(colour * (1 + 0.18 * grain[..., None]) + noise)


def _uneven_light(size: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
    """A soft shadow over about half of the photograph."""
    angle = random.uniform(0, 2 * np.pi)
    x, y = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1]))
    away = x * np.cos(angle) + y * np.sin(angle) + random.uniform(-0.3, 0.3)
    return np.asarray(1 - random.uniform(0.2, 0.5) / (1 + np.exp(-9 * away))[..., None])
