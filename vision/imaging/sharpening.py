"""Sharpens blurred pages by an unsharp mask: photographs out of focus, shaken or soft scans."""

from dataclasses import replace
from statistics import median

import cv2
import numpy as np

from vision.core.document import Preparation
from vision.core.stages import Letters, PreparedPage
from vision.imaging.connected_components import find_letters

_SAMPLED, _FEWEST = 150, 20  # letters whose edges are measured
_GLANCED, _CLEARLY_SHARP = 25, 0.5  # so few show that a page is far from blurred
_LEAST_CONTRAST = 40  # grey values
# An edge blurred by a Gaussian is at most 0.4 / sigma of its contrast steep (its density's peak).
_PEAK = 0.4
# The steepest edge of a letter, in contrasts a pixel, and sigma in heights of letters. Of 73
# receipts and forms none has less than .37, and those under .5 have .052 at most; drawn pages that
# were blurred by 1.4 pixels have .30 to .36 and .057 or more.
_STEEPEST, _LEAST_BLUR = 0.36, 0.055
# Word F1 of 14 pages blurred by 1.4 / 2 pixels in `fast`: .901 / .770 as they are, .920 / .852 with
# this mask where they are not enlarged; in `balanced` .945 / .842 become .953 / .874.
_AMOUNT, _WIDTH = 3.0, 1.1


def sharpened(page: PreparedPage) -> PreparedPage:
    """The page with `working` sharpened where the edges of its letters are blurred.

    Its letters are always measured in the page that is returned.
    """
    text = page.text or find_letters(page.working)
    sigma = blur_of(text)
    if sigma is None:
        return replace(page, text=text)
    smooth = cv2.GaussianBlur(page.working, (0, 0), _WIDTH * sigma / text.factor)
    sharp = cv2.addWeighted(page.working, 1 + _AMOUNT, smooth, -_AMOUNT, 0)
    working = np.asarray(sharp, np.uint8)
    report = Preparation("sharpen", round(sigma / text.factor, 2), "pixels of blur", applied=True)
    return replace(
        page,
        working=working,
        text=find_letters(working),
        preparation=(*page.preparation, report),
    )


def blur_of(text: Letters) -> float | None:
    """The blur of a page's letters as the sigma of a Gaussian, in pixels of the measured image.

    None for pages that are not blurred, or have too little text.
    """
    if len(text.boxes) < _FEWEST:
        return None
    if _steepness(text, _GLANCED) > _CLEARLY_SHARP:
        return None
    if (steepest := _steepness(text, _SAMPLED)) > _STEEPEST:
        return None
    sigma = _PEAK / max(steepest, 0.01)
    return sigma if sigma >= _LEAST_BLUR * float(np.median(text.boxes[:, 3])) else None


def _steepness(text: Letters, sampled: int) -> float:
    """The median of the steepest edges of so many letters, in contrasts a pixel; 1 for none."""
    steep = []
    for x, y, w, h in text.boxes[:: -(-len(text.boxes) // sampled)].tolist():
        window = text.grey[max(y - 3, 0) : y + h + 3, max(x - 3, 0) : x + w + 3]
        darkest, lightest, _, _ = cv2.minMaxLoc(window)
        contrast = lightest - darkest
        if contrast >= _LEAST_CONTRAST:
            steps = cv2.absdiff(window[:, 1:], window[:, :-1])
            steep.append(cv2.minMaxLoc(steps)[1] / contrast)
    return median(steep) if steep else 1.0
