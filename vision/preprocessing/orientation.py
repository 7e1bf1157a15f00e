"""Finds the rotation by quarter turns that makes a page upright, by two witnesses.

A network that sees the whole page judges every page. Where it does not clearly find it upright, the
page's lines are judged too, and both together decide (`orientation_rule`).
"""

import cv2
import numpy as np

from vision.core.arrays import Grey, Image
from vision.core.document import ModelUse
from vision.core.stages import Letters, Orientation
from vision.engines.resources import Resources
from vision.imaging.connected_components import find_letters, label
from vision.imaging.screens import letters_without_screen
from vision.preprocessing.orientation_by_lines import (
    FEWEST_LETTERS,
    MORE_THAN_A_LINE,
    LineClassifier,
)
from vision.preprocessing.orientation_by_page import PageClassifier
from vision.preprocessing.orientation_rule import judge

LINE_MODEL = "pp-ocr-cls"
PAGE_MODEL = "pp-lcnet-doc-ori"

# Upright by the page alone at this probability: lines would change nothing but the time it takes.
_CLEARLY_UPRIGHT = 0.8

_LONGEST_PAGE = 6  # times its shorter side; receipts may be longer, but have many letters
# Of the brightness of the paper, and shares of the picture: a sheet on a desk.
_PAPER_PERCENTILE, _DESK = 95, 0.75
_LEAST_PAPER, _MOST_PAPER = 0.05, 0.8
_DARK = 128  # median grey of pages whose print is light
_SAMPLED = 8  # every so many pixels each way
_THUMBNAIL = (64, 64)  # averages the dots of screened paper, which is not dark


class PageOrienter:
    """vision.core.protocols.Orienter that asks the page first, then its lines."""

    def __init__(self, page: PageClassifier, lines: LineClassifier) -> None:
        self._page = page
        self._lines = lines

    @property
    def models(self) -> tuple[ModelUse, ...]:
        """Both models, with their proven providers."""
        return self._page.use, self._lines.use

    def turn_needed(self, text: Letters) -> Orientation:
        """The turn that is supported strongly, else 0 with a detail; confidence 0 without text."""
        if not len(text.boxes):
            return Orientation(0, 0.0)
        dark, as_came = _is_dark(text.grey), text
        if dark:
            text = _dark_on_light(text)
        alone = not dark and _page_like(text)
        found = self._judged(text, alone=alone)
        if not found.detail:
            return found
        # What hides letters is taken off only now, since the finest strokes are lost with it.
        for cleaned in (letters_without_screen, _letters_without_hairlines):
            clean = cleaned(text)
            again = clean and self._judged(clean, alone=alone)
            if again and not again.detail:
                return again
        sheet = _letters_on_paper(as_came)
        on_sheet = sheet and self._judged(sheet, alone=_page_like(sheet))
        return on_sheet if on_sheet and not on_sheet.detail else found

    def _judged(self, text: Letters, *, alone: bool) -> Orientation:
        """What both witnesses say, the lines only where the page is not clearly upright."""
        turns = self._page.turns(text.grey)
        if turns[0] >= _CLEARLY_UPRIGHT:
            return Orientation(0, float(turns[0]), (self._page.use,))
        lines = self._lines.evidence(text)
        ran = lines is not None and lines.upside_down is not None
        turn, confidence, detail = judge(turns, lines, alone=alone)
        return Orientation(turn, confidence, self.models if ran else self.models[:1], detail)


def _page_like(text: Letters) -> bool:
    """Whether this may be a page: the network, trained on pages, turned single lines of print."""
    aspect = max(text.grey.shape) / min(text.grey.shape)
    return aspect <= _LONGEST_PAGE or len(text.boxes) >= MORE_THAN_A_LINE


def _letters_without_hairlines(text: Letters) -> Letters | None:
    """The letters measured again where they are so few that rules of a pixel may join them.

    Handwriting on ruled paper is one piece of ink with its rules. A median of 3 x 3 pixels takes
    off what is one pixel thick.
    """
    if len(text.boxes) >= FEWEST_LETTERS:
        return None
    thick = cv2.medianBlur(text.grey, 3)
    return find_letters(np.asarray(cv2.cvtColor(thick, cv2.COLOR_GRAY2RGB), np.uint8))


def _letters_on_paper(text: Letters) -> Letters | None:
    """The letters of a sheet on a darker desk, whose grain has more pieces than the print."""
    paper = float(np.percentile(text.ground, _PAPER_PERCENTILE))
    bright = np.asarray(text.ground >= _DESK * paper, np.uint8)
    if bright.mean() > _MOST_PAPER:
        return None
    _, boxes = label(bright)
    x, y, width, height = max(boxes.tolist(), key=lambda box: box[2] * box[3])
    if width * height < _LEAST_PAPER * bright.size:
        return None
    down, across = (whole / part for whole, part in zip(text.grey.shape, bright.shape, strict=True))
    rows = slice(round(y * down), round((y + height) * down))
    sheet = text.grey[rows, round(x * across) : round((x + width) * across)]
    return find_letters(np.asarray(cv2.cvtColor(sheet, cv2.COLOR_GRAY2RGB), np.uint8))


def _is_dark(grey: Grey) -> bool:
    """Whether the paper is dark; a few pixels show that most pages are not."""
    if np.median(grey[::_SAMPLED, ::_SAMPLED]) >= _DARK:
        return False
    return bool(np.median(cv2.resize(grey, _THUMBNAIL, interpolation=cv2.INTER_AREA)) < _DARK)


def _dark_on_light(text: Letters) -> Letters:
    """The letters of the negative: both models know dark print, and letters are dark pieces."""
    negative: Image = np.asarray(cv2.cvtColor(255 - text.grey, cv2.COLOR_GRAY2RGB), np.uint8)
    return find_letters(negative)


def open_orienter(resources: Resources) -> PageOrienter:
    """The orienter with its two models. EngineFailure where one is missing or cannot run."""
    page, lines = resources.session(PAGE_MODEL), resources.session(LINE_MODEL)
    return PageOrienter(PageClassifier(page), LineClassifier(lines))
