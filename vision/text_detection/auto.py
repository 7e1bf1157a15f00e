"""Chooses a line finder for each page: the cheap one where the page allows it, or the robust."""

from collections.abc import Sequence

import numpy as np

from vision.core.arrays import Grey, Image
from vision.core.document import ModelUse
from vision.core.stages import FoundLines, Letters, LineFinder
from vision.engines.resources import Resources
from vision.imaging.connected_components import find_letters
from vision.text_detection.morphology import ClassicalLineFinder, find_lines

# Ground darker than this share of the paper is a photograph, a shadow or a coloured field. It
# covers at most 0.16 of scanned receipts, forms and books, and 0.44 or more of street scenes.
_DARK = 0.75
_MOST_DARK = 0.2
_PAPER_PERCENTILE = 95
# Of lines of print that break or bleed, the letters' height is judged wrongly, and most of the ink
# seems to be in pieces too high for a line: 0.84 or more of it in old newspapers, where the
# classical finder misses a third of the words, 0.45 at the median page of forms.
_MOST_CROWDED = 0.7
# Where dust touches one end of a line in four, lines begin and end with it.
_MOST_DUST = 0.25


class AutoLineFinder:
    """LineFinder that judges the background first, then what the classical finder made of it."""

    name = "auto"

    def __init__(self, robust: LineFinder) -> None:
        self._robust = robust

    def find(
        self, image: Image, languages: Sequence[str], letters: Letters | None = None
    ) -> FoundLines:
        """Lines by the finder that suits the page, and that finder's name."""
        letters = letters or find_letters(image)
        if share_of_dark_ground(letters.ground) <= _MOST_DARK:
            page = find_lines(letters)
            if page.crowded <= _MOST_CROWDED and page.dust <= _MOST_DUST:
                return FoundLines(tuple(page.lines), ClassicalLineFinder.name)
        return self._robust.find(image, languages, letters)

    def models(self) -> tuple[ModelUse, ...]:
        """What may take part: the robust finder's models."""
        return self._robust.models()


def open_finder(resources: Resources) -> AutoLineFinder:
    """The registry's entry. EngineFailure where the learned finder cannot be opened."""
    return AutoLineFinder(resources.line_finder("learned"))


def share_of_dark_ground(ground: Grey) -> float:
    """How much of the ground is no light paper: 0 to 1."""
    paper = float(np.percentile(ground, _PAPER_PERCENTILE))
    return float((ground < _DARK * paper).mean())
