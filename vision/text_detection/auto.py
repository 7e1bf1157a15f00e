"""Chooses a line finder for each page: the cheap one where the page allows it, or the robust."""

from collections.abc import Sequence

from vision.core.arrays import Grey, Image
from vision.core.document import ModelUse
from vision.core.protocols import LineFinder
from vision.core.stages import FoundLines, Letters
from vision.engines.resources import Resources
from vision.imaging.connected_components import find_letters
from vision.imaging.order import percentile_of_levels
from vision.imaging.specks import share_of_specks
from vision.text_detection.huge_print import has_huge_print
from vision.text_detection.morphology import find_lines
from vision.text_detection.small_print import has_tiny_words
from vision.text_detection.split_letters import has_split_letters

# Ground darker than this share of the paper is a photograph, a shadow or a coloured field. It
# covers at most 0.16 of scanned receipts, forms and books, and 0.44 or more of street scenes.
_DARK = 0.75
_MOST_DARK = 0.2
_PAPER_PERCENTILE = 95
# Of lines of print that break or bleed, the letters' height is judged wrongly, and most of the ink
# seems to be in pieces too high for a line: 0.84 or more of it in old newspapers, where the
# classical finder misses a third of the words, 0.45 at the median page of forms.
_MOST_CROWDED = 0.7
# Where dust touches many ends of lines, lines begin and end with it. Of 10 receipts with 0.25 to
# 0.35 the learned finder reads 4 better and 6 worse (word F1 -.006 in the mean) at twice the cost.
_MOST_DUST = 0.4
# Share of ink in specks: sensor noise, salt and screens have 0.21 and more, of 40 receipts and
# forms one has 0.31 (word F1 .89 by the learned finder, .82 by the classical), the next 0.13.
_MOST_SPECKS = 0.18


class AutoLineFinder:
    """LineFinder that judges background and specks, then what the classical finder made of it."""

    name = "auto"

    def __init__(self, robust: LineFinder) -> None:
        self._robust = robust

    def find(
        self, image: Image, languages: Sequence[str], letters: Letters | None = None
    ) -> FoundLines:
        """Lines by the finder that suits the page, and that finder's name."""
        letters = letters or find_letters(image)
        dark = share_of_dark_ground(letters.ground)
        if dark <= _MOST_DARK and share_of_specks(letters) <= _MOST_SPECKS:
            page = find_lines(letters)
            trusted = page.crowded <= _MOST_CROWDED and page.dust <= _MOST_DUST
            trusted = trusted and not (page.left_out or page.tilted)
            if trusted and not _needs_robust(letters):
                return page.found()
        return self._robust.find(image, languages, letters)

    def models(self) -> tuple[ModelUse, ...]:
        """What may take part: the robust finder's models."""
        return self._robust.models()


def _needs_robust(text: Letters) -> bool:
    """Whether there is print that the classical finder takes for pictures, specks or two lines."""
    return has_huge_print(text) or has_tiny_words(text) or has_split_letters(text)


def open_finder(resources: Resources) -> AutoLineFinder:
    """The registry's entry. EngineFailure where the learned finder cannot be opened."""
    return AutoLineFinder(resources.line_finder("learned"))


def share_of_dark_ground(ground: Grey) -> float:
    """How much of the ground is no light paper: 0 to 1."""
    paper = percentile_of_levels(ground, _PAPER_PERCENTILE)
    return float((ground < _DARK * paper).mean())
