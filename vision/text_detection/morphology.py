"""Text lines by morphology: for even, light pages with dark, level text, at a tenth of the cost.

Ink is what is darker than its surroundings; rules are taken out, letters run together along their
lines, and what stays together too high is parted between its rows. The idea is run-length
smoothing (Wong, Casey and Wahl, "Document analysis system", IBM J. Res. Dev. 26(6), 1982).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from vision.core.arrays import Boxes, Grey, Image
from vision.core.document import Box, ModelUse
from vision.core.geometry import corners
from vision.core.stages import FoundLine, FoundLines, Letters
from vision.engines.resources import Resources
from vision.imaging.connected_components import boxes_of, find_letters, full_rows, ink_of_rows
from vision.imaging.opening import closed, opened
from vision.imaging.order import median
from vision.text_detection.line_extent import Extents, whole_pieces
from vision.text_detection.line_limit import bounded, warnings_of
from vision.text_detection.rules import ink_without_rules, pieces_beside_rules
from vision.text_detection.single_line import only_line
from vision.text_detection.small_print import small_lines
from vision.text_detection.stacked_letters import part_stacked
from vision.text_detection.tilted_lines import count_tilted
from vision.text_detection.touching_rows import part_touching

# All in heights of the page's commonest letters. Measured: docs/research/profiles.md.
_ACROSS = 1.8  # gaps bridged along a line: between words, not between columns
# In pitches of letters where these are as wide as in typewriting: one blank, not two.
_ACROSS_PITCH, _WIDE = 1.7, (1.2, 1.5)
_WITHIN_WORD = 0.8  # gaps between letters of a word
_DOWN = 0.22  # bridges between lines that are broken again
_SPECK = 0.3
_LOWEST = 0.45  # of a row of letters
_LEAST_CORE = 0.3  # of what is left of a line without its thin strokes
_ONE_LINE = 1.75  # higher pieces may be several lines
_HIGHEST = 8.0  # no title is larger
# Of the room above and below lines what PP-OCR reads better without (docs/research/profiles.md).
_SPARE = 0.15

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
        return find_lines(letters or find_letters(image)).found()

    def models(self) -> tuple[ModelUse, ...]:
        """None takes part."""
        return ()


def open_finder(resources: Resources) -> ClassicalLineFinder:  # noqa: ARG001 - it needs none
    """The registry's entry."""
    return ClassicalLineFinder()


@dataclass(frozen=True, slots=True)
class PageLines:
    """What the finder made of a page, and how much it is to be trusted.

    `crowded` is the share of ink that had to be split by rows, `dust` the number of pieces of dust
    that would stand beside a line's end by chance, `left_out` the number of lines taken for noise,
    `tilted` that of lines whose letters climb or fall.
    """

    lines: list[FoundLine]
    crowded: float = 0.0
    dust: float = 0.0
    left_out: int = 0
    tilted: int = 0

    def found(self) -> FoundLines:
        """The lines as a finder returns them, with a warning of those left out."""
        warnings = warnings_of(self.left_out, self.left_out + len(self.lines))
        return FoundLines(tuple(self.lines), ClassicalLineFinder.name, warnings=warnings)


def find_lines(text: Letters) -> PageLines:
    """Level lines and lines that run up the page.

    In pixels of the image that `text` was measured on, before it was shrunk.
    """
    if not len(text.boxes):
        return PageLines([])
    if (line := only_line(text)) is not None:
        return PageLines([line])
    letter = median(text.boxes[:, 3])
    plain = ink_without_rules(text, letter, _SPECK * letter)
    word_gap = _word_gap(text.boxes, letter)
    cores, crowded = _cores(plain.mask, letter, word_gap)
    cores, left_out = bounded(cores, letter)
    if not len(cores):
        return PageLines([], crowded, left_out=left_out)
    pieces = text.pieces
    if plain.searched:
        pieces = _with_specks(pieces_beside_rules(text, plain, letter), text, letter)
    lines, dust = whole_pieces(cores, pieces, letter, word_gap, text.grey.shape)
    level, rising = part_stacked(lines, cores, pieces, letter)
    small, height = small_lines(text, lines, letter, _cores)
    found = [*_level(level, letter, text.factor), *_level(small, height, text.factor)]
    found += [_rising(Box(*line)) for line in (rising / text.factor).tolist()]
    return PageLines(found, crowded, dust, left_out, count_tilted(level, text.pieces, letter))


def _level(lines: Extents, letter: float, factor: float) -> list[FoundLine]:
    room = _SPARE * letter / factor
    return [FoundLine(corners(Box(*line)), room=room) for line in (lines / factor).tolist()]


def _rising(box: Box) -> FoundLine:
    """A line that starts at its box's lower left corner, as spines and labels at margins do."""
    first, second, third, last = corners(box)
    return FoundLine((last, first, second, third))


def _word_gap(letters: Boxes, letter: float) -> int:
    """Pixels that are bridged between the words of a line."""
    pitch = _pitch(letters, letter)
    wide = _WIDE[0] * letter <= pitch <= _WIDE[1] * letter
    return round(_ACROSS_PITCH * pitch if wide else _ACROSS * letter)


def _pitch(letters: Boxes, letter: float) -> float:
    """The median distance between the middles of letters that stand side by side in a word."""
    x, y, width, height = letters.astype(np.float64).T
    order = np.lexsort((x, np.round((y + height) / letter)))
    gaps = x[order][1:] - (x + width)[order][:-1]
    steps = np.diff((x + width / 2)[order])
    beside = (gaps > -letter) & (gaps < _WITHIN_WORD * letter) & (steps > 0)
    beside &= np.abs(np.diff((y + height)[order])) < letter / 2
    return median(steps[beside]) if beside.any() else 0.0


def _cores(mask: Grey, letter: float, word_gap: int) -> tuple[Extents, float]:
    """Lines without their thin and small parts, and the share of ink that had to be split."""
    cores: list[tuple[int, int, int, int]] = []
    ink = crowded = 0
    for x, y, w, h in _pieces(mask, letter, word_gap):
        piece = mask[y : y + h, x : x + w]
        amount = cv2.countNonZero(piece) if h >= _LOWEST * letter else 0
        ink += amount
        crowded += amount if h > _ONE_LINE * letter else 0
        found = _lines_of_piece(piece, letter)
        cores += [(x + x0, y + y0, x + x1, y + y1) for x0, y0, x1, y1 in found]
    return np.array(cores, np.int32).reshape(-1, 4), crowded / max(ink, 1)


def _with_specks(pieces: Boxes, text: Letters, letter: float) -> Boxes:
    longer = text.pieces[:, 2:].max(axis=1)
    return np.concatenate([pieces, text.pieces[longer < _SPECK * letter]])


def _pieces(mask: Grey, letter: float, word_gap: int) -> Iterator[tuple[int, int, int, int]]:
    """Boxes (x, y, width, height) of ink run together along lines."""
    joined = closed(mask, (1, word_gap))
    joined = opened(joined, (max(1, round(_DOWN * letter)), 1))
    boxes = boxes_of(joined)
    yield from boxes[boxes[:, 3] >= _LEAST_CORE * letter].tolist()


def _lines_of_piece(ink: Grey, letter: float) -> list[tuple[int, int, int, int]]:
    """Boxes (x0, y0, x1, y1) of the lines of one piece, in its own pixels."""
    height, width = ink.shape
    if height <= _ONE_LINE * letter:
        return [(0, 0, width, height)]
    lines = []
    rows = [
        each for row in _rows(ink, letter) for each in part_touching(ink, row, letter, _ONE_LINE)
    ]
    for top, bottom in rows:
        columns = np.flatnonzero(ink[top:bottom].any(axis=0))
        if len(columns) and _LOWEST * letter <= bottom - top <= _HIGHEST * letter:
            lines.append((int(columns[0]), top, int(columns[-1]) + 1, bottom))
    return lines


def _rows(ink: Grey, letter: float) -> list[tuple[int, int]]:
    """Where rows of letters begin and end, by how much ink each row of pixels has."""
    return full_rows(ink_of_rows(ink).astype(np.float64), _SMOOTHED_OVER * letter)
