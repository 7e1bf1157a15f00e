"""Drawn pictures on which a detector is tried before it is added to the catalogue."""

import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw

from vision.canary import draw_canary
from vision.core.arrays import Image

_SIDE = 480


def trial_pictures() -> list[Image]:
    """A page with two lines of text, a scene of plain shapes, and a tall picture of soft noise."""
    return [draw_canary(), _scene(), _noise()]


def _scene() -> Image:
    """Sky, grass, a house, a sun: flat colours with edges, as in photographs."""
    picture = Picture.new("RGB", (_SIDE, _SIDE), (150, 190, 235))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 300, _SIDE, _SIDE), fill=(70, 120, 60))
    pen.rectangle((120, 200, 300, 380), fill=(180, 90, 70), outline="black", width=4)
    pen.polygon([(100, 200), (210, 110), (320, 200)], fill=(90, 50, 40))
    pen.ellipse((360, 40, 440, 120), fill=(250, 220, 80))
    return np.asarray(picture, np.uint8)


def _noise() -> Image:
    """Seeded noise of several grain sizes; deterministic, so that figures can be compared."""
    random = np.random.default_rng(11)
    height, width = 720, 400
    canvas = np.zeros((height, width, 3), np.float32)
    for grain in (4, 16, 80):
        cells = random.random((height // grain, width // grain, 3), dtype=np.float32)
        canvas += cells.repeat(grain, axis=0).repeat(grain, axis=1)
    return np.asarray(canvas * (255 / 3), np.uint8)
