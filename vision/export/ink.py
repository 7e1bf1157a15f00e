"""What the pictures of the pages say of the words: ink that no word covers, words without ink.

As JSON for the verification of another reader's text: lists of [page, x0, y0, x1, y1] in pixels.
"""

import json
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes, Grey, Image
from vision.core.document import Box, Document, Page
from vision.core.exports import Artefact, Source
from vision.core.stages import Letters
from vision.export.places import words_of
from vision.imaging.connected_components import areas_of, find_letters, ink_mask
from vision.imaging.grey import grey_of

_MARGIN = 0.35  # of a word's height: accents, descenders and boxes that are a little small
_COVERED = 0.3  # of a letter's box
_GAP = 1.0  # between letters of a word, in heights of a letter
_FEWEST_LETTERS = 3  # of a word; fewer are marks, dirt and ends of lines
_LIKE = (0.45, 2.2)  # heights of letters of one word, by their median
_MOSTLY = 0.7  # of the letters of a word are alike
_UNEVEN = 0.3  # by which letters may stand above or below each other, in heights
_HEIGHTS = (0.45, 2.5)  # of letters, by the commonest size on the page
_LONGEST = 10.0  # heights: more letters do not touch each other
_NARROW = 0.8  # of its height: the width of a letter of those that touch
_FILL = (0.12, 0.85)  # share of a letter's box that is ink; more is a block, less a line
_BLANK = 0.004  # share of a word's box with less ink than a point has
_PICTURES = frozenset({"figure", "picture", "signature", "handwriting", "logo", "stamp", "barcode"})


def export(document: Document, source: Source) -> Iterator[Artefact]:
    """The registry's entry: one file."""
    uncovered, blank = [], []
    for page in document.pages:
        image = source.page_image(page)
        uncovered += [_row(page, box) for box in uncovered_ink(image, page)]
        blank += [_row(page, box) for box in blank_words(image, page)]
    yield Artefact(json.dumps({"uncovered": uncovered, "blank": blank}).encode())


def _row(page: Page, box: Box) -> list[float]:
    return [page.number, *box]


def uncovered_ink(image: Image, page: Page) -> list[Box]:
    """Rows of letters that no word and no picture of the page covers, in pixels of the page."""
    letters = find_letters(image)
    boxes = _like_letters(letters)
    covered = _covered(page, letters.factor, letters.grey.shape)
    free = boxes[_shares(covered, boxes) < _COVERED]
    return [_scaled(row, 1 / letters.factor) for row in _rows(free, letters.grey.shape)]


def _like_letters(letters: Letters) -> Boxes:
    """Pieces as high as letters: a dash is lower, and letters that touch are one piece."""
    if not len(letters.boxes):
        return letters.boxes
    typical = float(np.median(letters.boxes[:, 2:].max(axis=1)))
    pieces = letters.pieces
    width, height = pieces[:, 2], pieces[:, 3]
    fill = areas_of(letters.labels, len(pieces)) / (width * height)
    high = (height >= _HEIGHTS[0] * typical) & (height <= _HEIGHTS[1] * typical)
    return pieces[high & (width <= _LONGEST * height) & (fill >= _FILL[0]) & (fill <= _FILL[1])]


def blank_words(image: Image, page: Page) -> list[Box]:
    """The boxes of words without ink inside: what only a text layer states."""
    mask = ink_mask(grey_of(image))
    words = (word for block in page.blocks for line in block.lines for word in words_of(line))
    return [word.box for word in words if word.box.area > 0 and _ink(mask, word.box) < _BLANK]


def _ink(mask: Grey, box: Box) -> float:
    inside = mask[_slice(box.y0, box.y1), _slice(box.x0, box.x1)]
    return float(inside.mean()) if inside.size else 1.0  # beyond the picture nothing is known


def _slice(start: float, end: float) -> slice:
    return slice(max(int(start), 0), max(int(np.ceil(end)), 0))


def _covered(page: Page, factor: float, shape: tuple[int, ...]) -> Grey:
    """1 where a word, a barcode or a picture of the page is."""
    mask = np.zeros(shape, np.uint8)
    words = (word for block in page.blocks for line in block.lines for word in words_of(line))
    doubtful = (word.box for word in page.doubtful)
    for box in (*(word.box for word in words), *doubtful):
        _fill(mask, box, _MARGIN * min(box.width, box.height), factor)
    regions = (each.box for each in page.regions if each.label.lower() in _PICTURES)
    for box in (*regions, *(code.box for code in page.barcodes)):
        _fill(mask, box, 0.0, factor)
    return mask


def _fill(mask: Grey, box: Box, margin: float, factor: float) -> None:
    rows = _slice((box.y0 - margin) * factor, (box.y1 + margin) * factor)
    columns = _slice((box.x0 - margin) * factor, (box.x1 + margin) * factor)
    mask[rows, columns] = 1


def _shares(mask: Grey, boxes: Boxes) -> NDArray[np.float64]:
    """The share of each box that is set."""
    sums = cv2.integral(mask)
    x, y, width, height = boxes.T
    inside = sums[y + height, x + width] - sums[y, x + width] - sums[y + height, x] + sums[y, x]
    return np.asarray(inside / np.maximum(width * height, 1), np.float64)


def _rows(boxes: Boxes, shape: tuple[int, ...]) -> Iterator[Box]:
    """Boxes around letters that stand side by side as the letters of words do."""
    if not len(boxes):
        return
    mask = np.zeros(shape, np.uint8)
    for x, y, width, height in boxes:
        reach = round(_GAP * height / 2)
        mask[y : y + height, max(x - reach, 0) : x + width + reach] = 1
    _, labels = cv2.connectedComponents(mask, connectivity=4)
    row_of = labels[boxes[:, 1] + boxes[:, 3] // 2, boxes[:, 0] + boxes[:, 2] // 2]
    for row in np.unique(row_of):
        inside = boxes[row_of == row]
        if row and _are_letters(inside):
            (x0, y0), (x1, y1) = inside[:, :2].min(0), (inside[:, :2] + inside[:, 2:]).max(0)
            yield Box(float(x0), float(y0), float(x1), float(y1))


def _are_letters(boxes: Boxes) -> bool:
    """Whether pieces are alike in size and stand on a line, as letters do."""
    heights = boxes[:, 3].astype(np.float64)
    typical = float(np.median(heights))
    like = (heights >= _LIKE[0] * typical) & (heights <= _LIKE[1] * typical)
    letters = np.maximum(np.round(boxes[:, 2] / (_NARROW * heights)), 1)
    if letters.sum() < _FEWEST_LETTERS or letters[like].sum() < _MOSTLY * letters.sum():
        return False
    if np.count_nonzero(like) < _FEWEST_LETTERS:
        return bool(letters[like].sum() >= _FEWEST_LETTERS)
    middles = boxes[like, 1] + boxes[like, 3] / 2
    across = boxes[like, 0] + boxes[like, 2] / 2
    slope, start = np.polyfit(across, middles, 1)
    apart = np.abs(middles - slope * across - start)
    return bool(np.median(apart) <= _UNEVEN * typical and np.ptp(across) >= typical)


def _scaled(box: Box, factor: float) -> Box:
    return Box(*(round(side * factor, 1) for side in box))
