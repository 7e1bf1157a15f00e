"""Grey images from RGB images, in their own or a smaller size."""

import cv2
import numpy as np

from vision.core.arrays import Grey, Image

# Down to this factor linear interpolation still uses every pixel. Averaging areas, which is needed
# below it, takes eight times as long.
_LEAST_LINEAR = 0.5


def grey_of(image: Image) -> Grey:
    """Luma [H, W] of an RGB image [H, W, 3]."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)


def shrunk(grey: Grey, longest: int) -> tuple[Grey, float]:
    """`grey` with its longer side at most `longest` pixels, and the factor that was applied."""
    factor = longest / max(grey.shape)
    if factor >= 1.0:
        return grey, 1.0
    size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
    how = cv2.INTER_LINEAR if factor >= _LEAST_LINEAR else cv2.INTER_AREA
    return np.asarray(cv2.resize(grey, size, interpolation=how), np.uint8), factor
