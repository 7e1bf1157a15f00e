"""Lines with bullets and numbers as items of Markdown lists, nested as they are indented."""

import re
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from vision.core.document import Block, Line

_BULLET = re.compile(r"^[•◦▪▫●○■□‣\u2013—·*-]\s+")
# Marks of items that are nothing else; a dash may be a minus sign, a box an answer.
_PLAIN_BULLET = re.compile(r"^[•◦▪▫●‣]\s*(?=\S)")
_DASH_BULLET = re.compile(r"^[\u2013—*-]\s+(?=[^\W\d_])")
_FEWEST_DASHES = 2  # in one block
_NUMBER = re.compile(r"^(\d{1,9}[.)])\s+")
_MIN_PROSE_LINE = 8.0  # in line heights: about 20 letters
_INDENT = 1.0  # by which an item of an inner list begins further right, in line heights

_Escape = Callable[[str], str]


class _Nesting:
    """The lists that are open: where the items of each begin, and how wide its marker is."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._step = _INDENT * median(line.box.height for line in lines)
        self._open: list[tuple[float, int]] = []

    def item(self, line: Line, marker: str, text: str) -> str:
        """An item with its marker, in the list that begins where it begins."""
        x = line.box.x0
        while len(self._open) > 1 and x < self._open[-1][0] - self._step:
            self._open.pop()
        if not self._open or x > self._open[-1][0] + self._step:
            self._open.append((x, len(marker) + 1))
        return f"{self._before}{marker} {text}"

    def more(self, text: str) -> str:
        """A line that goes on with the item above; as it is where there is none."""
        return f"{self._before}  {text}" if self._open else text

    @property
    def _before(self) -> str:
        return " " * sum(width for _, width in self._open[:-1])


def render_paragraph(block: Block, escape: _Escape) -> str:
    """The lines of a paragraph; those with bullets are items, and lines below one continue it."""
    bullet = _bullet_of(block.lines)
    nesting = _Nesting(block.lines) if bullet else None
    if bullet is None or nesting is None:
        return "\n".join(escape(line.text) for line in block.lines)
    rendered: list[str] = []
    for line in block.lines:
        mark = bullet.match(line.text)
        if mark:
            rendered.append(nesting.item(line, "-", escape(line.text[mark.end() :])))
        else:
            rendered.append(nesting.more(escape(line.text)))
    return "\n".join(rendered)


def _bullet_of(lines: Sequence[Line]) -> re.Pattern[str] | None:
    """What marks the items among a paragraph's lines; None where there are none."""
    if any(_PLAIN_BULLET.match(line.text) for line in lines):
        return _PLAIN_BULLET
    dashes = sum(_DASH_BULLET.match(line.text) is not None for line in lines)
    return _DASH_BULLET if dashes >= _FEWEST_DASHES else None


def render_list(block: Block, escape: _Escape) -> str:
    """The items of a list, by their marks or, where none was read, by their lines."""
    if not any(_marker(line) for line in block.lines):
        return "\n".join(_unmarked_items(block.lines, escape))
    nesting = _Nesting(block.lines)
    rendered: list[str] = []
    for line in block.lines:
        marker = _marker(line)
        text = escape(_NUMBER.sub("", _BULLET.sub("", line.text)) if marker else line.text)
        rendered.append(nesting.item(line, marker, text) if marker else nesting.more(text))
    return "\n".join(rendered)


def _marker(line: Line) -> str | None:
    if _BULLET.match(line.text):
        return "-"
    number = _NUMBER.match(line.text)
    return number[1] if number else None


def _unmarked_items(lines: Sequence[Line], escape: _Escape) -> Iterator[str]:
    """Items whose bullets were not read: one begins wherever its first word was not forced down.

    Lines too short for prose never wrapped.
    """
    width = max(line.box.width for line in lines)
    short = width < _MIN_PROSE_LINE * median(line.box.height for line in lines)
    for above, line in zip((None, *lines), lines, strict=False):
        begins = above is None or short or _fits(above, line, width) or _ended(above, line)
        yield f"{'- ' if begins else '  '}{escape(line.text)}"


def _fits(above: Line, line: Line, width: float) -> bool:
    """Whether the first word of a line had room at the end of the line above."""
    first = line.box.width * (len(line.text.split()[0]) + 1) / max(len(line.text), 1)
    return above.box.width + first <= width


def _ended(above: Line, line: Line) -> bool:
    return above.text.endswith((".", ";", "!", "?")) and not line.text[0].islower()
