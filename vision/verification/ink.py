"""What the picture of a page says of its words, for the verification of another reader's text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vision.core.document import Box

_LINES_BELOW = 2.5  # in heights of a word: where the next line begins


@dataclass(frozen=True, slots=True)
class Place:
    """A box on a page, in pixels of the page."""

    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Ink:
    """Ink like letters that no word covers, and words of the result without ink in their boxes."""

    uncovered: tuple[Place, ...] = ()
    blank: frozenset[Place] = frozenset()


def ink_of(value: object) -> Ink:
    """From the JSON of the export `ink`."""
    assert isinstance(value, dict)
    return Ink(tuple(_places(value["uncovered"])), frozenset(_places(value["blank"])))


def _places(rows: Sequence[Sequence[float]]) -> Iterator[Place]:
    return (Place(int(page), Box(*box)) for page, *box in rows)


def beside(after: Place, uncovered: Sequence[Place]) -> Place | None:
    """The ink where the words after a place would be: next in its line, else in the line below."""
    same = [each for each in uncovered if each.page == after.page]
    box = after.box
    line = [each for each in same if _overlap(each.box, box) and each.box.x0 >= box.x0]
    below = [
        each
        for each in same
        if box.y1 - box.height / 4 < each.box.y0 < box.y1 + _LINES_BELOW * box.height
    ]
    if line:
        return min(line, key=lambda each: each.box.x0)
    return min(below, key=lambda each: (each.box.y0, each.box.x0), default=None)


def _overlap(one: Box, other: Box) -> bool:
    shared = min(one.y1, other.y1) - max(one.y0, other.y0)
    return 2 * shared >= min(one.height, other.height)
