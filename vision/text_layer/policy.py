"""What becomes of a page's text layer: used, completed by recognition, or left aside."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vision.core.document import ModelUse, PageWarning, Preparation
from vision.core.geometry import compose, invert, rotation_affine, transform_points
from vision.core.options import OcrMode
from vision.core.stages import (
    Affine,
    FoundLine,
    Letters,
    LineCrop,
    LineReading,
    Orientation,
    Orienter,
    PageImage,
    PreparedPage,
    Recogniser,
)
from vision.core.text_layer import TextLayer
from vision.text_layer.lines import LayerLine, layer_lines, line_quad, not_covered, read_lines
from vision.text_layer.verification import judge

# Text may stand in pictures, in form fields, or drawn as shapes; and a few words may not be all.
_MANY_PICTURES = 0.2
_FEW_WORDS = 20

_NO_LAYER = PageWarning("no_text_layer", "the page states no text, and recognition was off")


@dataclass(frozen=True, slots=True)
class LayerUse:
    """The lines that are believed, in pixels as drawn; whether to look for more; the report."""

    lines: tuple[LayerLine, ...] = ()
    search: bool = True
    preparation: tuple[Preparation, ...] = ()
    warnings: tuple[PageWarning, ...] = ()
    models: tuple[ModelUse, ...] = ()

    def noted(self, page: PreparedPage) -> PreparedPage:
        """The page with what is to be said of its layer."""
        return replace(
            page,
            preparation=(*self.preparation, *page.preparation),
            warnings=(*page.warnings, *self.warnings),
        )

    def orienter(self, usual: Orienter | None) -> Orienter | None:
        """Believed lines say which way is up; where there are none, the usual orienter does."""
        return LayerOrienter(self.lines) if usual is not None and self.lines else usual

    def missing(self, found: Sequence[FoundLine], page: PreparedPage) -> list[FoundLine]:
        """The found lines, in the working frame, that the layer does not hold."""
        if not self.lines:
            return list(found)
        to_working = compose(invert(page.to_page), _to_page(page))
        quads = [transform_points(to_working, line_quad(line)) for line in self.lines]
        return not_covered(found, quads)

    def readings(
        self, page: PreparedPage, languages: Sequence[str]
    ) -> tuple[list[LineCrop], list[LineReading]]:
        """The believed lines as if they had been cut and recognised."""
        return read_lines(self.lines, _to_page(page), tuple(languages))


class LayerOrienter:
    """Tells which way up a page is from the direction of most of its stated letters."""

    def __init__(self, lines: Sequence[LayerLine]) -> None:
        self._lines = lines

    def turn_needed(self, text: Letters) -> Orientation:  # noqa: ARG002 - it knows already
        """Clockwise turn in degrees, and the share of letters that ask for it."""
        votes: Counter[int] = Counter()
        for line in self._lines:
            quad = np.array(line_quad(line))
            dx, dy = quad[1] - quad[0]
            votes[round(-np.degrees(np.arctan2(dy, dx)) / 90) % 4] += sum(len(w.text) for w in line)
        ((turns, letters),) = votes.most_common(1)
        return Orientation(turns * 90, letters / votes.total())


def use_layer(
    page: PageImage, ocr: OcrMode, languages: Sequence[str], recogniser: Recogniser
) -> LayerUse:
    """How this page's layer takes part, as `ocr` says and a check finds.

    `recogniser` reads a few lines as a witness; errors are its own.
    """
    layer = page.text_layer
    if ocr == "off":
        return _as_it_is(layer)
    if layer is None or ocr == "force":
        return LayerUse()
    words = [word for word in layer.words if not word.hidden]
    verdict = judge(page, layer.words, recogniser, languages)
    if verdict.fault or not words:
        return LayerUse(preparation=(_report(verdict.agreement, verdict.fault, applied=False),))
    search = layer.more or layer.pictures > _MANY_PICTURES or len(words) < _FEW_WORDS
    said = "completed by recognition where it has no text" if search else "used"
    report = _report(verdict.agreement, said, applied=True)
    return LayerUse(tuple(layer_lines(words)), search, (report,))


def _as_it_is(layer: TextLayer | None) -> LayerUse:
    if layer is None:
        return LayerUse(search=False, warnings=(_NO_LAYER,))
    report = _report(None, "recognition was off: used without a check", applied=True)
    return LayerUse(tuple(layer_lines(layer.words)), search=False, preparation=(report,))


def _report(agreement: float | None, detail: str, *, applied: bool) -> Preparation:
    return Preparation("text_layer", agreement, "agreement with lines read", applied, detail)


def _to_page(page: PreparedPage) -> Affine:
    """From the drawing to the page, which may have been turned upright since."""
    height, width = page.upright.shape[:2]
    sideways = page.rotation % 180 == 90
    drawn = (height, width) if sideways else (width, height)
    return rotation_affine(*drawn, page.rotation // 90)
