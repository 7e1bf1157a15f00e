"""Light print on an even, dark background, as dark windows on screens have: read in reverse.

Line finders and recognisers know dark print on light paper best.
"""

import cv2
import numpy as np

from vision.core.arrays import Grey, Image

_STEP = 4  # every so many pixels are judged
_DARKEST_PAPER = 110  # grey value; a background that is lighter is paper
_EVEN, _NEAR = 0.7, 16  # share of the pixels that are so near to the median: no photograph
_LEAST_CONTRAST = 60  # grey values between the background and the lightest print
_PRINT, _SHADE = 0.995, 0.005  # quantiles: the lightest print, and the darkest of the background


def has_dark_background(grey: Grey) -> bool:
    """Whether a page [H, W] shows light print on an even, dark background."""
    sample = np.ascontiguousarray(grey[::_STEP, ::_STEP])
    counts = cv2.calcHist([sample], [0], None, [256], [0, 256]).ravel().astype(np.int64)
    below = np.cumsum(counts) / counts.sum()
    shade, paper, print_ = (int(np.searchsorted(below, share)) for share in (_SHADE, 0.5, _PRINT))
    even = counts[max(paper - _NEAR, 0) : paper + _NEAR + 1].sum() / counts.sum()
    light = print_ - paper
    return bool(
        paper <= _DARKEST_PAPER
        and even >= _EVEN
        and light >= _LEAST_CONTRAST
        and light > 2 * (paper - shade)
    )


def reverse(image: Image) -> Image:
    """The negative."""
    return np.asarray(255 - image, np.uint8)
