"""Draws characters on lines of text: the marks that recognisers lack, and what looks like them.

A sample is the window that the service cuts around a character of a line, and the mark it shows;
most samples show none of them.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from models.training.marks.fonts import Face
from models.training.synthetic.pseudo_text import Writer
from vision.core.document import Box
from vision.recognition.marks.window import Window, glyph_window

NONE = ""
FRACTIONS = "½¼¾⅓⅔⅛"
RAISED, LOWERED = "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉"
BULLETS = "•●▪■◦○"
BOXES = "☐☑☒"
MARKS = (NONE, *FRACTIONS, *RAISED, *LOWERED, "°", *BULLETS, *BOXES)

# How often a sample is drawn of each kind; the rest shows no mark.
_SHARES = (("fraction", 0.12), ("raised", 0.13), ("lowered", 0.13), ("bullet", 0.12), ("box", 0.1))
_HARD = "%%&*?'\"\u2019\u2018,,..;:-\u2013+=°$#§©®@^~()[]{}|/\\!<>«»"
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_ALONE = "eoOm0aCDxXQUi1lI-\u2013\u2014*+>§©®@·~"  # what stands where bullets stand


@dataclass(frozen=True)
class _Target:
    """The character to draw: by a font's glyph, or by `strokes` of its own."""

    mark: str
    text: str
    scale: float = 1.0  # of the line's font
    rise: float = 0.0  # in parts of the line's font size, upwards
    strokes: bool = False
    before: str = ""
    after: str = ""
    gap: float = 0.0  # in parts of the font size, behind it


class Artist:
    """Draws samples from one seed."""

    def __init__(self, seed: int, fonts: Sequence[Face], symbols: Sequence[Face]) -> None:
        self._rng = Random(seed)
        self._noise = np.random.default_rng(seed)
        self._writer = Writer(self._rng)
        self._fonts = fonts
        self._symbols = symbols

    def sample(self) -> tuple[Window, int]:
        """A window and the place of its mark in MARKS."""
        face = self._rng.choice(self._fonts)
        target = self._target(face)
        line, box = self._line(face, target)
        return glyph_window(line, box), MARKS.index(target.mark)

    def _target(self, face: Face) -> _Target:
        chance = self._rng.random()
        for kind, share in _SHARES:
            chance -= share
            if chance < 0:
                return getattr(self, f"_{kind}")(face)
        return self._rng.choice((self._letter, self._letter, self._alone, self._per_cent))(face)

    def _fraction(self, face: Face) -> _Target:
        mark = self._rng.choice(FRACTIONS)
        before = self._rng.choice(("", "", "1", "2", "12", self._writer.word() + " "))
        after = self._rng.choice(("", " ", " ")) + self._writer.words(2)
        return _Target(mark, mark if face.has(mark) else "", before=before, after=after)

    def _raised(self, face: Face) -> _Target:
        place = self._rng.randrange(10)
        before = self._rng.choice(("10", "m", "cm", "km", "x", ")", self._writer.word(), "r"))
        return self._index(face, RAISED[place], str(place), before, self._rng.uniform(0.22, 0.42))

    def _lowered(self, face: Face) -> _Target:
        place = self._rng.randrange(10)
        before = self._rng.choice(("H", "CO", "SO", "C", "x", "N", "Fe", ")", "a", "v"))
        return self._index(face, LOWERED[place], str(place), before, -self._rng.uniform(0.08, 0.22))

    def _index(self, face: Face, mark: str, digit: str, before: str, rise: float) -> _Target:
        after = self._rng.choice(("", " ", " ", ".", ",", "O", "+", ")")) + self._writer.words(1)
        if face.has(mark) and self._rng.random() < 0.4:
            return _Target(mark, mark, before=before, after=after)
        scale = self._rng.uniform(0.52, 0.72)
        return _Target(mark, digit, scale, rise, before=before, after=after)

    def _bullet(self, face: Face) -> _Target:
        mark = self._rng.choice(BULLETS)
        own = face.has(mark) and self._rng.random() < 0.5
        gap = self._rng.uniform(0.25, 1.3)
        return _Target(mark, mark if own else "", strokes=not own, after=self._words(), gap=gap)

    def _box(self, _face: Face) -> _Target:
        gap = self._rng.uniform(0.15, 1.0)
        return _Target(self._rng.choice(BOXES), "", strokes=True, after=self._words(), gap=gap)

    def _letter(self, _face: Face) -> _Target:
        """Any character amid its like: also digits behind letters, and marks behind words."""
        kind = self._rng.random()
        if kind < 0.35:
            before = self._rng.choice(("A", "B", "H", "CO", "m", "10", self._writer.word(), ""))
            text = self._rng.choice(_DIGITS)
        elif kind < 0.7:
            before = self._rng.choice((self._writer.word(), "CO", "H", "10", "m", "4"))
            text = self._rng.choice(_HARD)
        else:
            before, text = self._writer.word()[:3], self._rng.choice(_LETTERS)
        after = self._rng.choice(("", " ", "0", "s")) + self._writer.words(1)
        mark = "°" if text == "°" else NONE
        return _Target(mark, text, before=before, after=after)

    def _alone(self, _face: Face) -> _Target:
        text = self._rng.choice(_ALONE)
        gap = self._rng.uniform(0.2, 1.2)
        return _Target(NONE, text, after=self._words(), gap=gap)

    def _per_cent(self, _face: Face) -> _Target:
        before = self._rng.choice(("5", "12.5", "100", "8 ", ""))
        return _Target(
            NONE,
            self._rng.choice("%%&4¥½")[0].replace("½", "%"),
            before=before,
            after=" " + self._writer.words(2),
        )

    def _words(self) -> str:
        words = self._writer.words(3)
        return words.capitalize() if self._rng.random() < 0.6 else words

    def _line(self, face: Face, target: _Target) -> tuple[np.ndarray, Box]:
        """The line as the finders cut it, and the box of the target's ink."""
        size = self._rng.randint(26, 64)
        font = ImageFont.truetype(face.path, size)
        before, after = font.getlength(target.before), font.getlength(target.after)
        canvas = Image.new("L", (int(before + after + 6 * size), 3 * size), 255)
        draw = ImageDraw.Draw(canvas)
        base = 2 * size
        draw.text((size, base), target.before, 0, font, anchor="ls")
        alone = Image.new("L", canvas.size, 255)
        advance = self._ink(ImageDraw.Draw(alone), face, target, size + before, base, size)
        x = size + before + advance + target.gap * size
        draw.text((x, base), target.after, 0, font, anchor="ls")
        ink = np.argwhere(np.asarray(alone) < 128)
        if not len(ink):
            return self._line(face, self._letter(face))  # a glyph without ink
        (y0, x0), (y1, x1) = ink.min(axis=0), ink.max(axis=0) + 1
        both = np.minimum(np.asarray(canvas), np.asarray(alone))
        return self._cut(both, (x0, y0, x1, y1), base, size)

    def _ink(
        self, draw: ImageDraw.ImageDraw, face: Face, target: _Target, x: float, base: int, size: int
    ) -> float:
        """Draw the target at x on the base line; return how far it reaches."""
        if target.strokes:
            return self._strokes(draw, target.mark, x, base, size)
        if not target.text:
            return self._composed(draw, face, target.mark, x, base, size)
        font = ImageFont.truetype(face.path, max(round(size * target.scale), 6))
        draw.text((x, base - target.rise * size), target.text, 0, font, anchor="ls")
        return font.getlength(target.text)

    def _composed(
        self, draw: ImageDraw.ImageDraw, face: Face, mark: str, x: float, base: int, size: int
    ) -> float:
        """A fraction of small digits and a stroke, as programs set it."""
        upper, lower = {"½": "12", "¼": "14", "¾": "34", "⅓": "13", "⅔": "23", "⅛": "18"}[mark]
        font = ImageFont.truetype(face.path, round(size * self._rng.uniform(0.5, 0.62)))
        draw.text((x, base - 0.3 * size), upper, 0, font, anchor="ls")
        width = font.getlength(upper)
        slope = self._rng.uniform(0.15, 0.35) * size
        stroke = max(1, round(size * self._rng.uniform(0.04, 0.08)))
        draw.line((x + width - 0.05 * size, base, x + width + slope, base - 0.7 * size), 0, stroke)
        draw.text((x + width + 0.6 * slope, base), lower, 0, font, anchor="ls")
        return 2 * width + 0.6 * slope

    def _strokes(
        self, draw: ImageDraw.ImageDraw, mark: str, x: float, base: int, size: int
    ) -> float:
        """A bullet or box of strokes; also by the symbols of a font."""
        symbol = self._rng.choice(self._symbols)
        if symbol.has(mark) and self._rng.random() < 0.3:
            font = ImageFont.truetype(symbol.path, round(size * self._rng.uniform(0.7, 1.1)))
            draw.text((x, base), mark, 0, font, anchor="ls")
            return font.getlength(mark)
        if mark in BOXES:
            return self._check_box(draw, mark, x, base, size)
        large = mark in "●■○"
        side = size * (self._rng.uniform(0.48, 0.75) if large else self._rng.uniform(0.17, 0.4))
        middle = base - size * self._rng.uniform(0.25, 0.4)
        edges = (x, middle - side / 2, x + side, middle + side / 2)
        stroke = max(1, round(side * self._rng.uniform(0.08, 0.2)))
        if mark in "▪■":
            draw.rectangle(edges, 0)
        elif mark in "◦○":
            draw.ellipse(edges, None, 0, stroke)
        else:
            draw.ellipse(edges, 0)
        return side

    def _check_box(
        self, draw: ImageDraw.ImageDraw, mark: str, x: float, base: int, size: int
    ) -> float:
        side = size * self._rng.uniform(0.55, 1.0)
        top = base - side + size * self._rng.uniform(-0.1, 0.15)
        stroke = max(1, round(size * self._rng.uniform(0.03, 0.08)))
        draw.rectangle((x, top, x + side, top + side), None, 0, stroke)
        wide = self._rng.uniform(-0.05, 0.25) * side  # from the sides; beyond them where negative
        pen = max(1, round(size * self._rng.uniform(0.04, 0.11)))
        left, right, upper, lower = x + wide, x + side - wide, top + wide, top + side - wide

        def near(px: float, py: float) -> tuple[float, float]:
            return px + self._rng.gauss(0, 0.05) * side, py + self._rng.gauss(0, 0.05) * side

        if mark == "☒":
            if self._rng.random() < 0.15:
                draw.rectangle((left, upper, right, lower), 0)
            else:
                draw.line((near(left, upper), near(right, lower)), 0, pen)
                draw.line((near(left, lower), near(right, upper)), 0, pen)
        elif mark == "☑":
            foot = near(x + self._rng.uniform(0.3, 0.5) * side, lower)
            draw.line((near(left, top + 0.55 * side), foot, near(right, upper)), 0, pen)
        return side

    def _cut(
        self, page: np.ndarray, box: tuple[int, int, int, int], base: int, size: int
    ) -> tuple[np.ndarray, Box]:
        """The rows of a line with the room that finders leave, worn as print and scans are."""
        rng = self._rng
        top = round(base - size * rng.uniform(0.72, 1.15))
        bottom = round(base + size * rng.uniform(0.02, 0.4))
        top, bottom = min(top, box[1] + 1), max(bottom, box[3] - 1)
        line = page[top:bottom]
        height = rng.choice((10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 48)) * rng.uniform(0.9, 1.1)
        scale = height / (bottom - top)
        line = self._worn(line, scale)
        jitter = [rng.uniform(-0.03, 0.03) * height for _ in range(4)]
        edges = (box[0], box[1] - top, box[2], box[3] - top)
        return line, Box(*(edge * scale + off for edge, off in zip(edges, jitter, strict=True)))

    def _worn(self, line: np.ndarray, scale: float) -> np.ndarray:
        rng = self._rng
        kind = rng.random()
        if kind < 0.15:
            line = cv2.erode(line, np.ones((2, 2), np.uint8))
        elif kind < 0.3:
            line = cv2.dilate(line, np.ones((2, 2), np.uint8))
        size = (max(round(line.shape[1] * scale), 8), max(round(line.shape[0] * scale), 6))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = cv2.resize(line, size, interpolation=how)
        if rng.random() < 0.4:
            small = cv2.GaussianBlur(small, (0, 0), rng.uniform(0.3, 0.9))
        dark, light = rng.uniform(0, 110), rng.uniform(190, 255)
        grey = dark + small.astype(np.float32) * (light - dark) / 255
        if rng.random() < 0.6:
            grey += self._noise.normal(0, rng.uniform(1, 14), grey.shape)
        grey = grey.clip(0, 255).astype(np.uint8)
        if rng.random() < 0.2:
            grey = np.where(grey > (dark + light) / 2, np.uint8(255), np.uint8(0))
        if rng.random() < 0.3:
            packed = io.BytesIO()
            Image.fromarray(grey).save(packed, "JPEG", quality=rng.randint(35, 90))
            grey = np.asarray(Image.open(packed))
        return grey
