"""Shadows and uneven light on paper: how strong they are where text stands, and taking them out."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.stages import Image, Letters
from vision.imaging.connected_components import grey_of, ground_of

_FEWEST_LETTERS = 30

# Where the ground is darker than this it is no paper; lifting it would only raise noise.
_DARKEST_PAPER = 40


def measure_unevenness(text: Letters) -> float:
    """How much darker the ground is at the darkest text than at the lightest: 0 even, 1 black.

    Only ground that carries letters counts, so dark pictures and borders do not. 0 where there
    is too little text.
    """
    if len(text.boxes) < _FEWEST_LETTERS:
        return 0.0
    factor = max(text.ground.shape) / max(text.grey.shape)
    x, y, w, h = text.boxes.T
    rows = np.minimum(((y + h / 2) * factor).astype(int), text.ground.shape[0] - 1)
    columns = np.minimum(((x + w / 2) * factor).astype(int), text.ground.shape[1] - 1)
    dark, light = np.percentile(text.ground[rows, columns], [5, 95])
    return float(1 - dark / max(light, 1.0))


def even_out(image: Image) -> Image:
    """The page divided by its own ground, which becomes as light everywhere as where it is best."""
    paper = np.maximum(ground_of(grey_of(image)).astype(np.float32), _DARKEST_PAPER)
    gain = np.maximum(np.percentile(paper, 95) / paper, 1.0)
    size = (image.shape[1], image.shape[0])
    full: NDArray[np.float32] = np.asarray(cv2.resize(gain, size), np.float32)
    evened = np.empty_like(image)
    for channel in range(3):
        lifted = cv2.multiply(image[:, :, channel], full, dtype=cv2.CV_8U)
        evened[:, :, channel] = lifted
    return evened
