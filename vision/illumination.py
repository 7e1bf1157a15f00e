"""Shadows and uneven light on paper: how strong they are where text stands, and taking them out."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.letters import Boxes, Grey, grey_of, shrunk
from vision.stages import Image

_FEWEST_LETTERS = 30

# The ground is looked for on a thumbnail of this longest side, as the lightest value within a
# window wider than letters and narrower than most shadows.
_THUMBNAIL = 160
_WINDOW = 13

# Where the ground is darker than this it is no paper; lifting it would only raise noise.
_DARKEST_PAPER = 40


def measure_unevenness(grey: Grey, letters: Boxes) -> float:
    """How much darker the ground is at the darkest text than at the lightest: 0 even, 1 black.

    Only ground that carries letters counts, so dark pictures and borders do not. 0 where there
    is too little text.
    """
    if len(letters) < _FEWEST_LETTERS:
        return 0.0
    ground, factor = ground_of(grey)
    x, y, w, h = letters.T
    rows = np.minimum(((y + h / 2) * factor).astype(int), ground.shape[0] - 1)
    columns = np.minimum(((x + w / 2) * factor).astype(int), ground.shape[1] - 1)
    dark, light = np.percentile(ground[rows, columns], [5, 95])
    return float(1 - dark / max(light, 1.0))


def even_out(image: Image) -> Image:
    """The page divided by its own ground, which becomes as light everywhere as where it is best."""
    ground, _ = ground_of(grey_of(image))
    paper = np.maximum(ground.astype(np.float32), _DARKEST_PAPER)
    gain = np.maximum(np.percentile(paper, 95) / paper, 1.0)
    size = (image.shape[1], image.shape[0])
    full: NDArray[np.float32] = np.asarray(cv2.resize(gain, size), np.float32)
    evened = np.empty_like(image)
    for channel in range(3):
        lifted = cv2.multiply(image[:, :, channel], full, dtype=cv2.CV_8U)
        evened[:, :, channel] = lifted
    return evened


def ground_of(grey: Grey) -> tuple[Grey, float]:
    """The paper without its ink, as a thumbnail, and the thumbnail's scale."""
    small, factor = shrunk(grey, _THUMBNAIL)
    lightest = cv2.dilate(small, np.ones((_WINDOW, _WINDOW), np.uint8))
    typical = cv2.medianBlur(lightest, _WINDOW)
    smooth = cv2.GaussianBlur(typical, (0, 0), _WINDOW / 2)
    return np.asarray(smooth, np.uint8), factor
