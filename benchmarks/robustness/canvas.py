"""A page on which text is drawn in any typeface, its words and boxes known exactly."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from benchmarks.robustness.fonts import Face
from benchmarks.robustness.halves import seed_of

Pixels = NDArray[np.uint8]
Box = tuple[float, float, float, float]
Colour = tuple[int, int, int]

BLACK: Colour = (0, 0, 0)
BOXES = {True: "\u2611", False: "\u2610"}  # how the truth writes check boxes, by whether ticked
WHITE: Colour = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text that was drawn in one go; the box holds its ink, in pixels of the page."""

    text: str
    box: Box


class Canvas:
    """A page [height, width] in RGB; `text` is what stands on it, in reading order."""

    def __init__(
        self, seed: str, size: tuple[int, int], face: Face, em: float, paper: Colour = WHITE
    ) -> None:
        self.random = random.Random(seed_of(seed))
        self.image = Image.new("RGB", size, paper)
        self.draw = ImageDraw.Draw(self.image)
        self.face, self.em = face, em
        self.pieces: list[Piece] = []
        self._lines: list[str] = []

    @property
    def text(self) -> str:
        """All lines, one below the other."""
        return "\n".join(self._lines)

    @property
    def pixels(self) -> Pixels:
        """The page [h, w, 3] uint8 RGB."""
        return np.asarray(self.image)

    def put(
        self, x: float, y: float, text: str, *, em: float | None = None, bold: bool = False,
        ink: Colour = BLACK, anchor: str = "ls",
    ) -> Box:  # fmt: skip
        """Draw text with its baseline at `y`; it joins no line. Pillow's anchors: `ls`, `rs`."""
        font = self.face.font(em or self.em, bold=bold)
        self.draw.text((x, y), text, ink, font, anchor=anchor)
        box = self.draw.textbbox((x, y), text, font, anchor=anchor)
        self.pieces.append(Piece(text, box))
        return box

    def add_line(self, text: str) -> None:
        """Add a line to the true text that was drawn piece by piece."""
        self._lines.append(text)

    def line(self, x: float, y: float, text: str, **how: object) -> Box:
        """Draw one line of the text with its baseline at `y`."""
        self.add_line(text)
        return self.put(x, y, text, **how)  # type: ignore[arg-type]

    def row(self, y: float, cells: Sequence[tuple[float, str, str]], **how: object) -> None:
        """Draw one line in pieces (x, text, `l` or `r` for the side that stands at x)."""
        self.add_line(" ".join(text for _, text, _ in cells if text))
        for x, text, side in cells:
            if text:
                self.put(x, y, text, anchor=f"{side}s", **how)  # type: ignore[arg-type]

    def width_of(self, text: str, em: float | None = None, *, bold: bool = False) -> float:
        """How wide the text is when drawn."""
        return self.draw.textlength(text, self.face.font(em or self.em, bold=bold))

    def paragraph(
        self, x: float, y: float, width: float, text: str, lead: float = 1.5, **how: object
    ) -> float:
        """Draw text broken into lines of this width; the next baseline comes back."""
        for line in self.broken(text, width):
            self.line(x, y, line, **how)
            y += self.em * lead
        return y

    def broken(self, text: str, width: float) -> Iterable[str]:
        """The text in lines that are not wider than `width`."""
        line = ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if line and self.width_of(longer) > width:
                yield line
                longer = word
            line = longer
        if line:
            yield line

    def spaced(self, x: float, y: float, text: str, gap: float, **how: object) -> None:
        """Draw a letter-spaced line: each letter by itself, `gap` pixels between them."""
        self.add_line(text)
        for letter in text:
            if letter.strip():
                self.put(x, y, letter, **how)  # type: ignore[arg-type]
            x += self.width_of(letter, bold=bool(how.get("bold"))) + gap

    def leader(self, left: float, right: float, y: float, text: str, number: str) -> None:
        """Draw an entry of a list of contents: text, a row of dots, a number at the right."""
        self.add_line(f"{text} {number}")
        self.put(left, y, text)
        self.put(right, y, number, anchor="rs")
        dot = self.random.choice((".", ". "))
        start = left + self.width_of(text + " ")
        room = right - self.width_of(" " + number) - start
        dots = dot * max(4, int(room / self.width_of(dot)))
        self.draw.text((start, y), dots, BLACK, self.face.font(self.em), anchor="ls")

    def check_box(self, x: float, y: float, *, ticked: bool) -> None:
        """Draw a box as high as a capital, on the baseline; a cross or a tick says it is ticked."""
        side = self.em * 0.85
        self.draw.rectangle(
            (x, y - side, x + side, y), outline=BLACK, width=max(2, round(side / 14))
        )
        if not ticked:
            return
        inner = side * 0.2
        thick = max(2, round(side / 9))
        if self.random.random() < 0.5:
            for flip in (False, True):
                ends = (y - inner, y - side + inner) if flip else (y - side + inner, y - inner)
                self.draw.line((x + inner, ends[0], x + side - inner, ends[1]), BLACK, thick)
        else:
            corner = (x + side * 0.42, y - inner)
            self.draw.line((x + inner, y - side * 0.5, *corner), BLACK, thick)
            self.draw.line((*corner, x + side - inner, y - side + inner), BLACK, thick)
