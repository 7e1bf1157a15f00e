"""What was found, drawn on the page: for people to check a reading at a glance."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

import cv2
import numpy as np
from PIL import Image as PillowImage

from vision.core.arrays import Image
from vision.core.document import Block, Box, Document, Line, Page, Point
from vision.core.exports import Artefact, Source
from vision.layout.regions import kind_of

Colour = tuple[int, int, int]

# Tableau's ten, which stay apart for most colour-blind readers, by label.
_COLOURS: dict[str, Colour] = {
    "text": (78, 121, 167),
    "title": (225, 87, 89),
    "list": (118, 183, 178),
    "table": (89, 161, 79),
    "figure": (242, 142, 43),
    "caption": (237, 201, 72),
    "formula": (176, 122, 161),
    "header": (186, 176, 172),
    "footer": (186, 176, 172),
    "page_number": (186, 176, 172),
    "footnote": (156, 117, 95),
    "signature": (255, 119, 137),
}
_PALETTE = tuple(dict.fromkeys(_COLOURS.values()))
_ORDER: Colour = (44, 62, 80)
_WHITE: Colour = (255, 255, 255)

_REGION_FILL = 0.13
_WORD_FILL = 0.10
_SHORT_SIDE_PER_POINT = 85  # letters of tags on a page 1,700 pixels wide are of 20 pixels


@dataclass(frozen=True, slots=True)
class _Brush:
    """Sizes that suit the page, in pixels."""

    text: int
    line: int


def export(document: Document, source: Source) -> Iterator[Artefact]:
    """The registry's entry: a PNG for each page."""
    for page in document.pages:
        png = BytesIO()
        drawn = render_overlay(source.page_image(page), page)
        PillowImage.fromarray(drawn).save(png, "PNG")
        yield Artefact(png.getvalue(), page.number)


def render_overlay(upright: Image, page: Page, *, regions_only: bool = False) -> Image:
    """A copy of the RGB page with regions, words, lines and the number of each block in order.

    `upright` is the page frame that the coordinates of `page` are in; its size must be the page's,
    else ValueError. `regions_only` leaves text out.
    """
    if upright.shape != (page.height, page.width, 3):
        raise ValueError(f"expected a page of {page.width} x {page.height}, got {upright.shape}")
    text = max(9, round(min(page.width, page.height) / _SHORT_SIDE_PER_POINT))
    brush = _Brush(text, max(1, round(text / 9)))
    canvas = _fill_regions(upright, page)
    if not regions_only:
        canvas = _fill_words(canvas, page)
        for block in page.blocks:
            _draw_lines(canvas, block, colour_of(block.kind), brush)
    for region in page.regions:
        _outline(canvas, region.box, colour_of(region.label), brush)
    for region in page.regions:
        label = f"{region.label.replace('_', ' ')} {region.confidence:.2f}"
        _tag(canvas, label, (region.box.x1, region.box.y0), colour_of(region.label), brush)
    if not regions_only:
        _draw_order(canvas, page.blocks, brush)
    return canvas


def colour_of(label: str) -> Colour:
    """The RGB colour of a label, the same on every page and for every word for the same thing."""
    name = kind_of(label) or label
    if name in _COLOURS:
        return _COLOURS[name]
    return _PALETTE[sha256(label.encode()).digest()[0] % len(_PALETTE)]


def _fill_regions(image: Image, page: Page) -> Image:
    boxes = ((region.box, colour_of(region.label)) for region in page.regions)
    return _tint(image, boxes, _REGION_FILL)


def _fill_words(image: Image, page: Page) -> Image:
    boxes = (
        (word.box, colour_of(block.kind))
        for block in page.blocks
        for line in block.lines
        for word in line.words
    )
    return _tint(image, boxes, _WORD_FILL)


def _tint(image: Image, boxes: Iterable[tuple[Box, Colour]], strength: float) -> Image:
    tinted = image.copy()
    for box, colour in boxes:
        cv2.rectangle(tinted, *_ends(box), colour, cv2.FILLED)
    return np.asarray(cv2.addWeighted(tinted, strength, image, 1 - strength, 0), np.uint8)


def _draw_lines(canvas: Image, block: Block, colour: Colour, brush: _Brush) -> None:
    for line in block.lines:
        cv2.polylines(canvas, [_corners(line)], True, colour, max(1, brush.line // 2), cv2.LINE_AA)


def _corners(line: Line) -> np.ndarray:
    x0, y0, x1, y1 = line.box
    points = line.polygon or ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return np.rint(points).astype(np.int32)


def _outline(canvas: Image, box: Box, colour: Colour, brush: _Brush) -> None:
    cv2.rectangle(canvas, *_ends(box), colour, brush.line)


def _ends(box: Box) -> tuple[tuple[int, int], tuple[int, int]]:
    """The first and last pixel covered."""
    return (round(box.x0), round(box.y0)), (round(box.x1) - 1, round(box.y1) - 1)


def _tag(canvas: Image, text: str, at: Point, colour: Colour, brush: _Brush) -> None:
    """A label on the upper edge, its right end at `at`, kept on the page: lines end early there."""
    font = cv2.FontFace("sans")
    x0, y0, width, height = cv2.getTextSize((0, 0), text, (0, 0), font, brush.text, 500)
    pad = brush.text // 3
    left = max(round(at[0]) - width - 2 * pad, 0)
    top = max(round(at[1]) - height - 2 * pad, 0)
    right, bottom = left + width + 2 * pad, top + height + 2 * pad
    cv2.rectangle(canvas, (left, top), (right, bottom), colour, cv2.FILLED)
    origin = (left + pad - x0, top + pad - y0)
    cv2.putText(canvas, text, origin, _ink_on(colour), font, brush.text, 500)


def _ink_on(colour: Colour) -> Colour:
    """White or dark, whichever stands out; the weights are those of Rec. 601 luma."""
    luma = float(np.dot(colour, (0.299, 0.587, 0.114)))
    return _ORDER if luma > 160 else _WHITE


def _draw_order(canvas: Image, blocks: Iterable[Block], brush: _Brush) -> None:
    """A numbered disc at the start of each block."""
    font = cv2.FontFace("sans")
    for number, block in enumerate(blocks, start=1):
        first = block.lines[0].box
        radius = round(brush.text * 0.9)
        x = max(round(first.x0) - radius - brush.line, radius)
        y = round((first.y0 + first.y1) / 2)
        cv2.circle(canvas, (x, y), radius, _ORDER, cv2.FILLED, cv2.LINE_AA)
        size = round(brush.text * 0.9)
        x0, y0, width, height = cv2.getTextSize((0, 0), str(number), (0, 0), font, size, 700)
        origin = (x - width // 2 - x0, y - height // 2 - y0)
        cv2.putText(canvas, str(number), origin, _WHITE, font, size, 700)
