"""The analysis `checkboxes`: check boxes and radio buttons with their state and label.

What is drawn is found in the picture; what the text has as a glyph (☐ ☑ ☒ ○ ◉, `[ ]`, `[x]`: read,
or stated by a PDF and its form fields) is taken from there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from vision.core.arrays import Image
from vision.core.document import Box, Page, Word, WordPlace
from vision.core.geometry import intersection, union
from vision.core.stages import Analysis
from vision.engines.resources import Resources
from vision.object_detection.checkboxes import FoundMark, Kind, State, find_marks

_GLYPHS: dict[str, tuple[Kind, State]] = {
    "☐": ("checkbox", "empty"), "□": ("checkbox", "empty"), "[]": ("checkbox", "empty"),
    "☑": ("checkbox", "ticked"), "☒": ("checkbox", "crossed"), "■": ("checkbox", "filled"),
    "[x]": ("checkbox", "crossed"), "[X]": ("checkbox", "crossed"), "✓": ("checkbox", "ticked"),
    "○": ("radio", "empty"), "◉": ("radio", "filled"), "◯": ("radio", "empty"),
}  # fmt: skip
_BULLETS = frozenset("■○◯✓")  # mean a box only beside glyphs that cannot be bullets

_SAME_PLACE = 0.4  # share of the smaller of two marks that they have in common
_PART_OF_WORD = 0.6  # a mark that is narrower than this share of a word is a letter of it
_SURE_LETTER = 0.8  # confidence of a lone letter that is no mark
_READ = 0.5  # confidence of words that marks do not lie in
_SAME_WIDTH = 0.15  # share of its width, by which marks of one form differ
_LIKE_MARKS = frozenset("OoXx0DQVv")

# In heights of the mark.
_REACH = 8.0  # from a mark to its label
_WORD_GAP = 2.5  # between the words of a label
_SAME_ROW = 0.5


class _Placed(NamedTuple):
    word: Word
    place: WordPlace


@dataclass(frozen=True, slots=True)
class _Label:
    words: tuple[_Placed, ...]


class CheckboxAnalysis:
    """PageAnalysis of check boxes and radio buttons."""

    name = "checkboxes"

    def analyse(self, page: Page, image: Image) -> Analysis:
        """Each mark from the top, with `kind`, `state`, `box`, `confidence` and `label`."""
        words = list(_words(page))
        glyphs = _glyphs(words)
        drawn = find_marks(image, [each.word.box for each in words if _is_text(each.word)])
        drawn = [each for each in drawn if not _is_letter(each, words)]
        marks = sorted(_merged(drawn, glyphs), key=lambda each: (each.box.y0, each.box.x0))
        free = [each for each in words if not _is_mark(each.word, marks)]
        boxes = [each.box for each in marks]
        labelled = [(each, _label(each.box, free, boxes)) for each in marks]
        return Analysis([_as_json(*each) for each in labelled if _belongs(*each, labelled)])


def open_analysis(resources: Resources) -> CheckboxAnalysis:  # noqa: ARG001 - it needs none
    """The registry's entry."""
    return CheckboxAnalysis()


def _words(page: Page) -> Iterator[_Placed]:
    for block in page.blocks:
        for at, line in enumerate(block.lines):
            for index, word in enumerate(line.words):
                yield _Placed(word, (block.id, at, index))


def _glyphs(words: Sequence[_Placed]) -> list[FoundMark]:
    """The marks that the text has as glyphs."""
    found: list[FoundMark] = []
    bullets: list[FoundMark] = []
    for (word, _), following in zip(words, [*words[1:], None], strict=True):
        text = word.text
        if text == "[" and following is not None and following.word.text == "]":
            text, box = "[]", union([word.box, following.word.box])
        else:
            box = word.box
        known = _GLYPHS.get(text)
        if known is not None:
            mark = FoundMark(*known, box, word.confidence)
            (bullets if text in _BULLETS else found).append(mark)
    return [*found, *bullets] if found else []


def _is_letter(mark: FoundMark, words: Sequence[_Placed]) -> bool:
    """Whether what was found is a letter of a word that was read."""
    for word, _ in words:
        if intersection(mark.box, word.box) <= _SAME_PLACE * mark.box.area:
            continue
        letters = [each for each in word.text if each.isalnum()]
        if len(letters) > 1 and mark.box.width < _PART_OF_WORD * word.box.width:
            return True
        alone = len(letters) == 1 and letters[0] not in _LIKE_MARKS
        if alone and word.confidence >= _SURE_LETTER:
            return True
    return False


def _is_text(word: Word) -> bool:
    """Whether a word has letters enough to be no mark itself."""
    return sum(each.isalnum() for each in word.text) > 1 and word.confidence >= _READ


def _belongs(mark: FoundMark, label: _Label, others: Sequence[tuple[FoundMark, _Label]]) -> bool:
    """Whether a mark has a label, or is as large as one that has: else it is part of a drawing."""
    return bool(label.words) or any(
        each.words and abs(other.box.width - mark.box.width) <= _SAME_WIDTH * mark.box.width
        for other, each in others
    )


def _merged(drawn: Sequence[FoundMark], glyphs: Sequence[FoundMark]) -> list[FoundMark]:
    """Each mark once. A drawn one has the better box and state, a glyph confirms that it is one."""
    alone = [each for each in glyphs if not any(_same(each.box, other.box) for other in drawn)]
    return [*drawn, *alone]


def _same(one: Box, other: Box) -> bool:
    return intersection(one, other) > _SAME_PLACE * min(one.area, other.area)


def _is_mark(word: Word, marks: Sequence[FoundMark]) -> bool:
    return any(_same(word.box, mark.box) and word.box.width < 2 * mark.box.width for mark in marks)


def _label(mark: Box, words: Sequence[_Placed], marks: Sequence[Box]) -> _Label:
    """The words right of a mark up to the next mark or a wide gap; else those left of it."""
    row = [each for each in words if _in_row(each.word.box, mark)]
    others = [box for box in marks if box is not mark and _in_row(box, mark)]
    right = sorted((each for each in row if each.word.box.x0 >= mark.x1 - 0.2 * mark.width),
                   key=lambda each: each.word.box.x0)  # fmt: skip
    stop = min((box.x0 for box in others if box.x0 >= mark.x1), default=float("inf"))
    label = _run(mark.x1, [each for each in right if each.word.box.x0 < stop], mark.height)
    if label:
        return _Label(tuple(label))
    left = sorted((each for each in row if each.word.box.x1 <= mark.x0 + 0.2 * mark.width),
                  key=lambda each: -each.word.box.x1)  # fmt: skip
    stop = max((box.x1 for box in others if box.x1 <= mark.x0), default=float("-inf"))
    mirrored = [each for each in left if each.word.box.x1 > stop]
    return _Label(tuple(reversed(_run_left(mark.x0, mirrored, mark.height))))


def _run(start: float, words: Sequence[_Placed], height: float) -> list[_Placed]:
    taken: list[_Placed] = []
    at, reach = start, _REACH
    for each in words:
        if each.word.box.x0 - at > reach * height:
            break
        taken.append(each)
        at, reach = each.word.box.x1, _WORD_GAP
    return taken


def _run_left(start: float, words: Sequence[_Placed], height: float) -> list[_Placed]:
    taken: list[_Placed] = []
    at, reach = start, _REACH
    for each in words:
        if at - each.word.box.x1 > reach * height:
            break
        taken.append(each)
        at, reach = each.word.box.x0, _WORD_GAP
    return taken


def _in_row(box: Box, mark: Box) -> bool:
    shared = min(box.y1, mark.y1) - max(box.y0, mark.y0)
    return shared > _SAME_ROW * min(box.height, mark.height)


def _as_json(mark: FoundMark, label: _Label) -> dict[str, Any]:
    return {
        "kind": mark.kind,
        "state": mark.state,
        "box": [round(edge, 2) for edge in mark.box],
        "confidence": round(mark.confidence, 4),
        "label": " ".join(word.text for word, _ in label.words),
        "words": [list(place) for _, place in label.words],
    }
