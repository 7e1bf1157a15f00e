"""What becomes of a page's text layer: used, completed by recognition, or ignored."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vision.core.arrays import Affine
from vision.core.document import ModelUse, PageWarning, Polygon, Preparation
from vision.core.geometry import bounding_box, compose, invert, rotation_affine, transform_points
from vision.core.options import OcrMode
from vision.core.protocols import Orienter, Recogniser, Rectifier
from vision.core.stages import (
    FoundLine,
    Letters,
    LineCrop,
    LineReading,
    Orientation,
    PageImage,
    PreparedPage,
)
from vision.core.text_layer import TextLayer
from vision.text_layer.lines import LayerLine, layer_lines, line_quad, not_covered, read_lines
from vision.text_layer.overlaps import find_overlaps
from vision.text_layer.verification import Verdict, judge

# Text may stand in pictures, in form fields, or drawn as shapes; and a few words may not be all.
_MANY_PICTURES = 0.2
_FEW_WORDS = 20
# Quads of a layer end where the letters do; recognisers need a little paper beside them. Of the
# line's height.
_BESIDE = 0.15

_NO_LAYER = PageWarning("no_text_layer", "the page states no text, and recognition was off")


@dataclass(frozen=True, slots=True)
class LayerUse:
    """The lines that are believed, and those that are refused, in pixels as drawn.

    `search` is whether to look for further lines. Refused lines are where the layer states, but
    have another text: they are recognised without a search. `controls` are the states of check
    boxes and radio buttons, which are data and need no proof.
    """

    lines: tuple[LayerLine, ...] = ()
    search: bool = True
    preparation: tuple[Preparation, ...] = ()
    warnings: tuple[PageWarning, ...] = ()
    models: tuple[ModelUse, ...] = ()
    refused: tuple[LayerLine, ...] = ()
    controls: tuple[LayerLine, ...] = ()

    def noted(self, page: PreparedPage) -> PreparedPage:
        """The page with the reports and warnings about its layer."""
        return replace(
            page,
            preparation=(*self.preparation, *page.preparation),
            warnings=(*page.warnings, *self.warnings),
        )

    def orienter(self, usual: Orienter | None) -> Orienter | None:
        """Believed lines show which way is up; without any, the usual orienter judges."""
        return LayerOrienter(self.lines) if usual is not None and self.lines else usual

    def rectifier(self, usual: Rectifier | None) -> Rectifier | None:
        """None where the file states text, which was drawn and not photographed."""
        return None if self.lines or self.controls else usual

    def missing(self, found: Sequence[FoundLine], page: PreparedPage) -> list[FoundLine]:
        """The lines to recognise, in the working frame: refused ones, and found ones not stated."""
        if not self.lines and not self.controls:
            return list(found)
        to_working = compose(invert(page.to_page), _to_page(page))
        known, refused = (
            [transform_points(to_working, line_quad(line)) for line in lines]
            for lines in ((*self.lines, *self.controls), self.refused)
        )
        unread = _apart([FoundLine(_wider(quad)) for quad in refused])
        return [*unread, *not_covered(found, [*known, *refused])]

    def readings(
        self, page: PreparedPage, languages: Sequence[str]
    ) -> tuple[list[LineCrop], list[LineReading]]:
        """The believed lines as if they had been cut and recognised."""
        lines = (*self.lines, *self.controls)
        return read_lines(lines, _to_page(page), tuple(languages))


class LayerOrienter:
    """Judges which way up a page is by the direction of most of its stated letters."""

    def __init__(self, lines: Sequence[LayerLine]) -> None:
        self._lines = lines

    def turn_needed(self, text: Letters) -> Orientation:  # noqa: ARG002 - the layer suffices
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
    controls = tuple(layer_lines([word for word in layer.words if word.control]))
    stated = [word for word in layer.words if not word.control]
    if not stated:
        return LayerUse(controls=controls)
    verdict = judge(page, stated, recogniser, languages)
    if not verdict.believed:
        report = _report(verdict.agreement, verdict.fault, applied=False)
        return LayerUse(preparation=(report,), models=verdict.models, controls=controls)
    few = len(verdict.believed) < _FEW_WORDS
    search = layer.more or verdict.unseen or layer.pictures > _MANY_PICTURES or few
    report = _report(verdict.agreement, _used(verdict, search=search), applied=True)
    lines, refused = (tuple(layer_lines(each)) for each in (verdict.believed, verdict.refused))
    return LayerUse(
        lines, search, (report,), models=verdict.models, refused=refused, controls=controls
    )


def _used(verdict: Verdict, *, search: bool) -> str:
    used = "completed by recognition where it has no text" if search else "used"
    if not verdict.refused:
        return used
    return f"{used}; {len(verdict.refused)} words with false codes or in one place were recognised"


def _as_it_is(layer: TextLayer | None) -> LayerUse:
    if layer is None:
        return LayerUse(search=False, warnings=(_NO_LAYER,))
    report = _report(None, "recognition was off: used without a check", applied=True)
    words = find_overlaps(layer.words).kept
    return LayerUse(tuple(layer_lines(words)), search=False, preparation=(report,))


def _report(agreement: float | None, detail: str, *, applied: bool) -> Preparation:
    return Preparation("text_layer", agreement, "agreement with lines read", applied, detail)


def _to_page(page: PreparedPage) -> Affine:
    """From the drawing to the page, which may have been turned upright since."""
    height, width = page.upright.shape[:2]
    sideways = page.rotation % 180 == 90
    drawn = (height, width) if sideways else (width, height)
    return rotation_affine(*drawn, page.rotation // 90)


def _apart(lines: Sequence[FoundLine]) -> list[FoundLine]:
    """The lines without those that longer ones hold."""
    kept: list[FoundLine] = []
    for line in sorted(lines, key=lambda each: -bounding_box(each.quad).width):
        kept += not_covered([line], [each.quad for each in kept])
    return kept


def _wider(quad: Polygon) -> Polygon:
    corners = np.array(quad)
    right, down = corners[1] - corners[0], corners[3] - corners[0]
    length = max(float(np.hypot(*right)), 1e-9)
    room = right / length * (_BESIDE * float(np.hypot(*down)))
    wider = corners + np.array([-room, room, room, -room])
    return tuple((float(x), float(y)) for x, y in wider)
