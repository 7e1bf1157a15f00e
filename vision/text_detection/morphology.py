"""Text lines by morphology: for even, light pages with dark, level text, at a tenth of the cost.

Ink is what is darker than its surroundings; rules are taken out, letters run together along their
lines, and what stays together too high is parted between its rows. The idea is run-length
smoothing (Wong, Casey and Wahl, "Document analysis system", IBM J. Res. Dev. 26(6), 1982).
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from vision.core.arrays import Grey, Image
from vision.core.document import Box, ModelUse
from vision.core.geometry import corners
from vision.core.stages import FoundLine, FoundLines, Letters
from vision.engines.resources import Resources
from vision.imaging.connected_components import find_letters, full_rows, label, mask_of
from vision.text_detection.single_line import only_line

# All in heights of the page's commonest letters. Measured: docs/research/profiles.md.
_ACROSS = 1.8  # gaps bridged along a line: between words, not between columns
_DOWN = 0.22  # bridges between lines that are broken again
_RULE = 4.0  # longer strokes are rules, not letters
_SIDE = 2.2  # strokes as long as this between two rules are the sides of a box
_CROSSING = 0.3  # thickness of rules through which a letter's strokes are followed
_SPECK = 0.3
_LOWEST, _NARROWEST = 0.45, 0.3
_ONE_LINE = 1.75  # higher pieces may be several lines
_HIGHEST = 8.0  # no title is larger
_ABOVE, _BESIDE = 0.2, 0.15  # room around the ink

_SMOOTHED_OVER = 0.15  # the profile of a piece's rows


class ClassicalLineFinder:
    """LineFinder without a model; keeps no state."""

    name = "classical"

    def find(
        self,
        image: Image,
        languages: Sequence[str],  # noqa: ARG002 - it sees ink, not letters
        letters: Letters | None = None,
    ) -> FoundLines:
        """Level lines; their confidence is always 1."""
        lines, _ = find_lines(letters or find_letters(image))
        return FoundLines(tuple(lines), self.name)

    def models(self) -> tuple[ModelUse, ...]:
        """None takes part."""
        return ()


def open_finder(resources: Resources) -> ClassicalLineFinder:  # noqa: ARG001 - it needs none
    """The registry's entry."""
    return ClassicalLineFinder()


def find_lines(text: Letters) -> tuple[list[FoundLine], float]:
    """Level lines, and how crowded they are: the share of ink that had to be parted by rows.

    In pixels of the image that `text` was measured on, before it was shrunk.
    """
    if not len(text.boxes):
        return [], 0.0
    if (line := only_line(text)) is not None:
        return [line], 0.0
    letter = float(np.median(text.boxes[:, 3]))
    mask = _letters_mask(text, letter)
    height, width = (side / text.factor for side in text.grey.shape)
    lines: list[FoundLine] = []
    ink = crowded = 0
    for x, y, w, h in _pieces(mask, letter):
        piece = mask[y : y + h, x : x + w]
        amount = cv2.countNonZero(piece)
        ink += amount
        crowded += amount if h > _ONE_LINE * letter else 0
        for x0, y0, x1, y1 in _lines_of_piece(piece, letter):
            box = Box(*(at / text.factor for at in (x + x0, y + y0, x + x1, y + y1)))
            lines.append(FoundLine(corners(_grown(box, letter / text.factor, (width, height)))))
    return lines, crowded / max(ink, 1)


def _letters_mask(text: Letters, letter: float) -> Grey:
    """Ink without specks and rules."""
    longer = text.pieces[:, 2:].max(axis=1)
    plain = mask_of(text.labels, longer >= _SPECK * letter)
    # Only large pieces can hold rules, and most pages have few: elsewhere there is no search.
    large = text.pieces[longer >= _RULE * letter]
    if len(large):
        (x0, y0), (x1, y1) = large[:, :2].min(axis=0), (large[:, :2] + large[:, 2:]).max(axis=0)
        plain[y0:y1, x0:x1] = _without_rules(plain[y0:y1, x0:x1], letter)
    return plain


def _without_rules(mask: Grey, letter: float) -> Grey:
    """Long straight strokes removed, but for the pixels where letters cross them."""
    across = _opened(mask, (1, round(_RULE * letter)))
    down = _opened(mask, (round(_RULE * letter), 1)) | _sides(mask, across, letter)
    letters = mask & ~(across | down)
    reach = max(3, round(_CROSSING * letter) | 1)
    crossing = _closed(letters, (reach, 1)) & across | _closed(letters, (1, reach)) & down
    return np.asarray(letters | crossing, np.uint8)


def _sides(mask: Grey, across: Grey, letter: float) -> Grey:
    """Upright strokes that begin and end at rules: the sides of boxes around entries of forms."""
    labels, strokes = label(_opened(mask, (round(_SIDE * letter) | 1, 1)))
    both = [
        bool(across[y, x : x + w].any() and across[y + h - 1, x : x + w].any())
        for x, y, w, h in strokes.tolist()
    ]
    return mask_of(labels, np.array(both, np.bool_))


def _pieces(mask: Grey, letter: float) -> Iterator[tuple[int, int, int, int]]:
    """Boxes (x, y, width, height) of ink run together along lines."""
    joined = _closed(mask, (1, round(_ACROSS * letter)))
    joined = _opened(joined, (max(1, round(_DOWN * letter)), 1))
    for x, y, w, h in label(joined)[1].tolist():
        if h >= _LOWEST * letter and w >= _NARROWEST * letter:
            yield x, y, w, h


def _lines_of_piece(ink: Grey, letter: float) -> list[tuple[int, int, int, int]]:
    """Boxes (x0, y0, x1, y1) of the lines of one piece, in its own pixels."""
    height, width = ink.shape
    if height <= _ONE_LINE * letter:
        return [(0, 0, width, height)]
    lines = []
    for top, bottom in _rows(ink, letter):
        columns = np.flatnonzero(ink[top:bottom].any(axis=0))
        if len(columns) and _LOWEST * letter <= bottom - top <= _HIGHEST * letter:
            lines.append((int(columns[0]), top, int(columns[-1]) + 1, bottom))
    return lines


def _rows(ink: Grey, letter: float) -> list[tuple[int, int]]:
    """Where rows of letters begin and end, by how much ink each row of pixels has."""
    return full_rows(ink.sum(axis=1, dtype=np.float64), _SMOOTHED_OVER * letter)


def _grown(box: Box, letter: float, size: tuple[float, float]) -> Box:
    down, aside = _ABOVE * letter, _BESIDE * letter
    return Box(
        max(box.x0 - aside, 0.0),
        max(box.y0 - down, 0.0),
        min(box.x1 + aside, size[0]),
        min(box.y1 + down, size[1]),
    )


def _opened(mask: Grey, size: tuple[int, int]) -> Grey:
    """What `size` fits into; beyond the edges there is no ink."""
    kernel, edge = np.ones(size, np.uint8), cv2.BORDER_CONSTANT
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel, borderType=edge, borderValue=0)
    return np.asarray(opened, np.uint8)


def _closed(mask: Grey, size: tuple[int, int]) -> Grey:
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones(size, np.uint8))
    return np.asarray(closed, np.uint8)
