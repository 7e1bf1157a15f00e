"""Words of a text layer that stand in one place: copies of each other, or contradictions.

Programs write a word twice, a little apart, to make it bold or give it a shadow. Two different
words in one place are a layer that is switched off, or white text below black: the file does not
tell which of them is drawn.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vision.core.geometry import bounding_box
from vision.core.text_layer import LayerWord

_CELLS_IN_HEIGHT = 4  # of the median word
_MOST_CELLS = 2_000  # each way
_INSET = 0.2  # of a word's height: lines set solid overlap by their ascenders
_MOST_SHARED = 0.5  # of a word's cells that another may have
_SIMILAR = 2.0  # heights differ by less than this; large letters behind others are a watermark
_LEVEL = 1.2  # area of the box around a word, relative to its own: more for tilted words


class Overlaps(NamedTuple):
    """Words without copies, in their order; `disputed` ones share a place with other words."""

    kept: tuple[LayerWord, ...]
    disputed: frozenset[LayerWord]

    @property
    def clear(self) -> list[LayerWord]:
        """The words that are alone in their place."""
        return [word for word in self.kept if word not in self.disputed]


def find_overlaps(words: Sequence[LayerWord]) -> Overlaps:
    """Which of the words stand in one place. Tilted words and marks are clear wherever they are."""
    kept, disputed = dict(enumerate(words)), set[int]()
    boxes = np.array([bounding_box(word.quad) for word in words]).reshape(-1, 4)
    heights = boxes[:, 3] - boxes[:, 1]
    grid = _Grid(boxes, heights)
    for at, word in enumerate(words):
        if not _is_level(word, boxes[at]) or not any(map(str.isalnum, word.text)):
            continue
        others = [
            other
            for other in grid.owners(at)
            if max(heights[other], heights[at]) < _SIMILAR * min(heights[other], heights[at])
        ]
        if any(words[other].text == word.text for other in others):
            del kept[at]
        elif others:
            disputed.update((at, *others))
        else:
            grid.own(at)
    return Overlaps(tuple(kept.values()), frozenset(words[at] for at in disputed if at in kept))


def _is_level(word: LayerWord, box: NDArray[np.float64]) -> bool:
    quad = np.array(word.quad)
    sides = np.hypot(*(quad[1] - quad[0])) * np.hypot(*(quad[3] - quad[0]))
    return bool((box[2] - box[0]) * (box[3] - box[1]) <= _LEVEL * max(sides, 1e-9))


class _Grid:
    """Which word owns each cell of the page."""

    def __init__(self, boxes: NDArray[np.float64], heights: NDArray[np.float64]) -> None:
        inset = (heights * _INSET)[:, None] * (0, 1, 0, -1)
        far = float(boxes.max(initial=1.0))
        middle = float(np.median(heights)) if len(heights) else 1.0
        side = max(middle / _CELLS_IN_HEIGHT, far / _MOST_CELLS)
        cells = np.floor(np.maximum(boxes + inset, 0) / side).astype(np.int64)
        cells[:, 2:] = np.maximum(cells[:, 2:], cells[:, :2] + 1)
        self._cells = cells.tolist()
        size = cells.max(axis=0, initial=0)
        self._owner = np.full((size[3] + 1, size[2] + 1), -1, np.int32)

    def owners(self, at: int) -> list[int]:
        """The words that own most of the cells of word `at`, if others do."""
        x0, y0, x1, y1 = self._cells[at]
        owner = self._owner[y0:y1, x0:x1]
        owned = owner[owner >= 0]
        return np.unique(owned).tolist() if owned.size > _MOST_SHARED * owner.size else []

    def own(self, at: int) -> None:
        """Word `at` owns its cells from now on."""
        x0, y0, x1, y1 = self._cells[at]
        self._owner[y0:y1, x0:x1] = at
