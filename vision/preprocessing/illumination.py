"""Shadows and uneven light on paper: measured where there is text, and removed."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Image
from vision.core.stages import Letters
from vision.imaging.connected_components import background_of
from vision.imaging.grey import grey_of
from vision.imaging.order import percentile

_FEWEST_LETTERS = 30

# A background darker than this is not paper; brightening it would only amplify noise.
_DARKEST_PAPER = 40


def measure_unevenness(text: Letters) -> float:
    """How much darker the background is at the darkest text than at the lightest: 0 to 1 (black).

    Only background behind letters counts, so dark pictures and borders do not. 0 where there is
    too little text.
    """
    if len(text.boxes) < _FEWEST_LETTERS:
        return 0.0
    factor = max(text.ground.shape) / max(text.grey.shape)
    x, y, w, h = text.boxes.T
    rows = np.minimum(((y + h / 2) * factor).astype(int), text.ground.shape[0] - 1)
    columns = np.minimum(((x + w / 2) * factor).astype(int), text.ground.shape[1] - 1)
    behind = text.ground[rows, columns]
    return 1 - percentile(behind, 5) / max(percentile(behind, 95), 1.0)


def even_out(image: Image) -> Image:
    """The page divided by its background, which becomes as light everywhere as at its lightest."""
    paper = np.maximum(background_of(grey_of(image)).astype(np.float32), _DARKEST_PAPER)
    gain = np.maximum(np.percentile(paper, 95) / paper, 1.0)
    size = (image.shape[1], image.shape[0])
    full: NDArray[np.float32] = np.asarray(cv2.resize(gain, size), np.float32)
    evened = np.empty_like(image)
    for channel in range(3):
        lifted = cv2.multiply(image[:, :, channel], full, dtype=cv2.CV_8U)
        evened[:, :, channel] = lifted
    return evened
