"""Text lines by Tesseract's layout analysis."""

from collections.abc import Sequence

from vision.core.arrays import Image
from vision.core.document import Box, ModelUse, Polygon
from vision.core.geometry import corners
from vision.core.stages import FoundLine, FoundLines, Letters
from vision.engines.resources import Resources
from vision.engines.tesseract_library import Fragment, Tesseract

# Layout boxes touch their letters; recognition wants room for ascenders that no word happened to
# have. Shares of the box's height. Word F1 on receipts / forms (every fourth page), above and
# below: .1 .713/.830, .15 .732/.831, .2 .736/.835, .25 .758/.828; beside, .3 costs .015/.002.
# Boxes from baselines and the row's ascenders, as Tesseract itself builds them, give .736/.668:
# small print gets too much room.
_ACROSS, _ALONG = 0.25, 0.2


class TesseractLineFinder:
    """LineFinder over Tesseract's layout analysis; safe from many threads."""

    name = "tesseract"

    def __init__(self, engines: Tesseract) -> None:
        self._engines = engines

    def find(
        self,
        image: Image,
        languages: Sequence[str],  # noqa: ARG002 - layout looks at shapes, not letters
        letters: Letters | None = None,  # noqa: ARG002 - it measures its own way
    ) -> FoundLines:
        """Runs of words of text blocks; confidence is always 1."""
        lines = tuple(FoundLine(_quad(fragment)) for fragment in self._engines.layout(image))
        return FoundLines(lines, self.name)

    def models(self) -> tuple[ModelUse, ...]:
        """None: layout analysis is code, not a model."""
        return ()


def open_finder(resources: Resources) -> TesseractLineFinder:
    """The registry's entry; only Tesseract's library offers layout, not its program."""
    return TesseractLineFinder(Tesseract(resources.tessdata))


def _quad(fragment: Fragment) -> Polygon:
    box, level = fragment.box, fragment.quarter_turns % 2 == 0
    height = box.height if level else box.width
    across, along = _ACROSS * height, _ALONG * height
    x, y = (along, across) if level else (across, along)
    around = corners(Box(box.x0 - x, box.y0 - y, box.x1 + x, box.y1 + y))
    first = fragment.quarter_turns % 4
    return around[first:] + around[:first]
