"""Grey images from RGB images, in their own or a smaller size."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey, Image
from vision.core.stages import LineCrop

# Down to this factor linear interpolation still uses every pixel. Averaging areas, which is needed
# below it, takes eight times as long.
_LEAST_LINEAR = 0.5


def grey_of(image: Image) -> Grey:
    """Luma [H, W] of an RGB image [H, W, 3]."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)


def grey_of_line(crop: LineCrop) -> Grey:
    """Luma [H, W] of a line image, computed once."""
    if crop.measures.grey is None:
        crop.measures.grey = grey_of(crop.pixels)
    return crop.measures.grey


def quantiles(greys: Sequence[Grey], shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """Grey values under which these shares of the pixels of each image lie [images, shares].

    By counting: sorting takes many times as long.
    """
    counts = [cv2.calcHist([each], [0], None, [256], [0, 256]) for each in greys]
    below = np.concatenate(counts).reshape(len(greys), 1, 256).cumsum(axis=2)
    wanted = np.multiply.outer([each.size for each in greys], shares)
    return np.asarray((below < wanted[:, :, None]).sum(axis=2), np.int64)


def darker(grey: Grey, level: float) -> NDArray[np.bool_]:
    """`grey < level`, compared as bytes: NumPy would convert all of them to floats first."""
    return np.asarray(grey < math.ceil(level))


def lighter(grey: Grey, level: float) -> NDArray[np.bool_]:
    """`grey > level`, compared as bytes."""
    return np.asarray(grey > math.floor(level))


def shrunk(grey: Grey, longest: int) -> tuple[Grey, float]:
    """`grey` with its longer side at most `longest` pixels, and the factor that was applied."""
    factor = longest / max(grey.shape)
    if factor >= 1.0:
        return grey, 1.0
    size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
    how = cv2.INTER_LINEAR if factor >= _LEAST_LINEAR else cv2.INTER_AREA
    return np.asarray(cv2.resize(grey, size, interpolation=how), np.uint8), factor
