"""Orientation of a page by its text: which way lines run, and which way up their letters are.

Lines run along the axis in which a letter's nearest neighbour lies, as in O'Gorman's docstrum (IEEE
PAMI 15(11), 1993). Which end is up is judged by a small classifier on some lines, each shown both
ways round, so that its bias towards one answer cancels out.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes, Grey
from vision.core.document import ModelUse
from vision.core.stages import Letters
from vision.engines.onnx_session import Session
from vision.imaging.connected_components import label
from vision.preprocessing.orientation_rule import LineEvidence

_MOST_LETTERS = 2000
# Letters whose neighbours are searched: few where their share is clearly not a half (on 66 pages of
# receipts, forms and books it was .75 or more, with an error of .15 at most), else many.
_FEW_LETTERS, _CLEAR_SHARE = 30, 0.2
_MANY_LETTERS = 100  # their share is right within 5%
FEWEST_LETTERS = 20
_MOST_LINES = 12
_BETWEEN_WORDS, _WITHIN_WORDS = 1.8, 0.6  # gaps to bridge, in letter heights
_SQUEEZED = 4  # columns merged into one while letters are joined to lines
MORE_THAN_A_LINE = 120  # letters
_FEWEST_LINES = 3  # single lines were turned wrongly one time in ten

# The classifier's input: 48 x 192 pixels, RGB from -1 to 1; its outputs are the probabilities
# of "0 degrees" and "180 degrees". Lines are shown up to this many times their height.
_CROP_HEIGHT, _CROP_WIDTH = 48, 192
_LONGEST_ASPECT = 8
_LEAST_PROBABILITY = 1e-3


class LineClassifier:
    """Judges a page by its letters' neighbours and a classifier of upside-down lines.

    `session` runs PP-OCR's line classifier (`ch_ppocr_mobile_v2.0_cls`).
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def use(self) -> ModelUse:
        """The classifier, with its proven provider."""
        return self._session.use

    def evidence(self, text: Letters) -> LineEvidence | None:
        """What the text shows of the page's orientation; None where there is too little text.

        With too few lines for the classifier, `upside_down` is None.
        """
        grey, letters = text.grey, text.boxes
        if len(letters) < FEWEST_LETTERS:
            return None
        across = share_across(letters)
        if across < 0.5:
            grey, letters = _turned(grey, letters)
        crops = line_crops(grey, letters)
        return LineEvidence(
            across, self._upside_down(crops) if len(crops) >= _FEWEST_LINES else None
        )

    def _upside_down(self, crops: Sequence[Grey]) -> float:
        """Probability that the lines are upside down: the mean of their log odds."""
        shown = [*crops, *(np.ascontiguousarray(crop[::-1, ::-1]) for crop in crops)]
        batch = np.stack([_classifier_input(crop) for crop in shown])
        (raw,) = self._session.run({self._session.inputs[0].name: batch})
        odds = np.log(np.clip(raw, _LEAST_PROBABILITY, 1.0))
        evidence = odds[:, 1] - odds[:, 0]
        score = np.mean(evidence[: len(crops)] - evidence[len(crops) :]) / 2
        return float(1 / (1 + np.exp(-score)))


def share_across(letters: Boxes) -> float:
    """Share of letters whose nearest neighbour is beside them rather than above or below."""
    boxes = letters.astype(np.float32)
    if len(boxes) > _MOST_LETTERS:
        boxes = boxes[np.linspace(0, len(boxes) - 1, _MOST_LETTERS).astype(int)]
    few = _share_across(boxes[:: -(-len(boxes) // _FEW_LETTERS)], boxes)
    if abs(few - 0.5) >= _CLEAR_SHARE:
        return few
    return _share_across(boxes[:: -(-len(boxes) // _MANY_LETTERS)], boxes)


def _share_across(asked: NDArray[np.float32], boxes: NDArray[np.float32]) -> float:
    gap_x, gap_y = _gaps_to_nearest(asked, boxes)
    size = float(np.median(boxes[:, 2:].max(axis=1)))
    near = np.hypot(np.maximum(gap_x, 0), np.maximum(gap_y, 0)) < 1.5 * size
    beside = (near & (gap_x >= 0) & (gap_y < -0.1 * size)).sum()
    stacked = (near & (gap_y >= 0) & (gap_x < -0.1 * size)).sum()
    return float(beside / (beside + stacked)) if beside + stacked else 0.5


def _gaps_to_nearest(
    asked: NDArray[np.float32], boxes: NDArray[np.float32]
) -> tuple[NDArray[np.float32], ...]:
    """Gaps across and down between each box of `asked` and its nearest; negative in overlaps."""
    starts, ends = asked[:, None, :2], asked[:, None, :2] + asked[:, None, 2:]
    low, high = boxes[None, :, :2], boxes[None, :, :2] + boxes[None, :, 2:]
    gaps = np.maximum(starts - high, low - ends)
    apart = np.maximum(gaps, 0)
    distance = np.einsum("ijk,ijk->ij", apart, apart)
    distance[(gaps < 0).all(axis=2)] = np.inf  # itself, and pieces inside each other
    nearest = gaps[np.arange(len(asked)), distance.argmin(axis=1)]
    return nearest[:, 0], nearest[:, 1]


def line_crops(grey: Grey, letters: Boxes) -> list[Grey]:
    """The widest pieces of lines, cut with a little room around them.

    Letters are joined across the gaps between words, or only within words where tilt makes whole
    lines run into each other.
    """
    height = int(np.median(letters[:, 3]))
    mask = np.zeros((grey.shape[0], -(-grey.shape[1] // _SQUEEZED)), np.uint8)
    for x, y, w, h in letters.tolist():
        first = x // _SQUEEZED
        mask[y : y + h, first : max(first + 1, (x + w) // _SQUEEZED)] = 1
    pieces = _joined(mask, height, _BETWEEN_WORDS)
    if len(pieces) < _FEWEST_LINES and len(letters) >= MORE_THAN_A_LINE:
        pieces = _joined(mask, height, _WITHIN_WORDS)
    widest = pieces[np.argsort(-pieces[:, 2], kind="stable")][:_MOST_LINES]
    room = height // 5 + 1
    return [
        grey[max(0, y - room) : y + h + room, max(0, x - room) : x + w + room]
        for x, y, w, h in widest
    ]


def _joined(mask: Grey, height: int, gap: float) -> Boxes:
    """Boxes of letters closer than `gap` heights, as far as they are shaped like lines.

    `mask` is squeezed, the boxes are not.
    """
    bridge = np.ones((1, round(gap * height / _SQUEEZED) | 1), np.uint8)
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, bridge)
    pieces = label(np.asarray(joined, np.uint8))[1] * (_SQUEEZED, 1, _SQUEEZED, 1)
    tall, wide = pieces[:, 3], pieces[:, 2]
    return pieces[(tall >= 0.7 * height) & (tall <= 2.2 * height) & (wide >= 3 * height)]


def _classifier_input(crop: Grey) -> NDArray[np.float32]:
    height = crop.shape[0]
    crop = crop[:, : height * _LONGEST_ASPECT]
    width = min(_CROP_WIDTH, -(-_CROP_HEIGHT * crop.shape[1] // height))
    canvas = np.zeros((3, _CROP_HEIGHT, _CROP_WIDTH), np.float32)
    canvas[:, :, :width] = cv2.resize(crop, (width, _CROP_HEIGHT)).astype(np.float32) / 127.5 - 1
    return canvas


def _turned(grey: Grey, letters: Boxes) -> tuple[Grey, Boxes]:
    """Page and boxes rotated clockwise by a quarter turn."""
    x, y, w, h = letters.T
    boxes = np.stack([grey.shape[0] - y - h, x, h, w], axis=1)
    return np.asarray(cv2.rotate(grey, cv2.ROTATE_90_CLOCKWISE), np.uint8), boxes
