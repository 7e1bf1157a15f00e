"""Results of a rectified page in the frame of the photograph that it was cut from."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from vision.core.arrays import Image
from vision.core.document import Barcode, Block, Box, Line, Page, Word
from vision.core.geometry import bounding_box, corners, invert, rotation_affine
from vision.core.projective import homography_of, project_box, project_points
from vision.core.stages import Photograph
from vision.preprocessing.rectify import Rectified

# Degrees of slope up to which an upright box describes a line, as of lines that were cut level.
_LEVEL = 0.5

_Place = Callable[[Box], Box]


def turned_photograph(photograph: Image, rectified: Rectified, rotation: int) -> Photograph:
    """The photograph turned clockwise by `rotation` degrees, as its rectified page was."""
    turns = rotation // 90
    height, width = photograph.shape[:2]
    page_height, page_width = rectified.pixels.shape[:2]
    back = homography_of(invert(rotation_affine(page_width, page_height, turns)))
    forth = homography_of(rotation_affine(width, height, turns))
    upright = np.ascontiguousarray(np.rot90(photograph, -turns))
    return Photograph(upright, forth @ rectified.to_photograph @ back)


def in_photograph(page: Page, photograph: Photograph | None) -> Page:
    """The page with all coordinates in pixels of the photograph; unchanged where there is none.

    Barcodes are read in the photograph itself, and left as they are. Boxes become the upright boxes
    around what they held; lines that are not level there get polygons.
    """
    if photograph is None:
        return page
    height, width = photograph.upright.shape[:2]

    def placed(box: Box) -> Box:
        return project_box(photograph.to_photograph, box)

    return replace(
        page,
        width=width,
        height=height,
        regions=tuple(replace(each, box=placed(each.box)) for each in page.regions),
        blocks=tuple(_block(each, photograph) for each in page.blocks),
        tables=tuple(
            replace(
                table,
                box=placed(table.box),
                cells=tuple(replace(cell, box=placed(cell.box)) for cell in table.cells),
            )
            for table in page.tables
        ),
        doubtful=tuple(replace(each, box=placed(each.box)) for each in page.doubtful),
    )


def codes_on_page(codes: Sequence[Barcode], photograph: Photograph | None) -> list[Barcode]:
    """Codes that were read in a photograph, with their boxes in pixels of its rectified page."""
    if photograph is None:
        return list(codes)
    to_page = np.linalg.inv(photograph.to_photograph).astype(np.float64, copy=False)
    return [replace(code, box=project_box(to_page, code.box)) for code in codes]


def _block(block: Block, photograph: Photograph) -> Block:
    return replace(block, lines=tuple(_line(line, photograph) for line in block.lines))


def _line(line: Line, photograph: Photograph) -> Line:
    polygon = project_points(photograph.to_photograph, line.polygon or corners(line.box))
    (x0, y0), (x1, y1) = polygon[:2]
    slope = np.degrees(np.arctan2(y1 - y0, x1 - x0))
    level = line.polygon is None and abs(slope) <= _LEVEL
    return replace(
        line,
        box=bounding_box(polygon),
        polygon=None if level else polygon,
        words=tuple(_word(word, photograph) for word in line.words),
    )


def _word(word: Word, photograph: Photograph) -> Word:
    def placed(box: Box) -> Box:
        return project_box(photograph.to_photograph, box)

    characters = tuple(replace(each, box=placed(each.box)) for each in word.characters)
    return replace(word, box=placed(word.box), characters=characters)
