"""Pictures of doubtful words, one file each, for whoever checks them."""

from pathlib import Path

import numpy as np
from PIL import Image

from cli.read.local_reader import LocalReader, Pending
from vision.core.document import Document, Page

_MARGIN = 0.3  # of the word's height, so that neighbours help to read it


def write_crops(
    document: Document, reader: LocalReader, pending: Pending, stem: str, folder: Path
) -> None:
    """Write `STEM-pPAGE-NUMBER.png` for each doubtful word, counted in the result's own order."""
    for page in document.pages:
        if not page.doubtful:
            continue
        pixels = reader.decode(pending, page.number).pixels
        upright = Image.fromarray(np.rot90(pixels, -page.rotation // 90))  # rot90 turns left
        for number, area in enumerate(_areas(page), start=1):
            upright.crop(area).save(folder / f"{stem}-p{page.number}-{number:03}.png")


def _areas(page: Page) -> list[tuple[int, int, int, int]]:
    """Left, upper, right, lower of each doubtful word in whole pixels, with a margin."""
    areas = []
    for word in page.doubtful:
        margin = _MARGIN * word.box.height
        left, upper = max(0, int(word.box.x0 - margin)), max(0, int(word.box.y0 - margin))
        right, lower = int(word.box.x1 + margin) + 1, int(word.box.y1 + margin) + 1
        areas.append((left, upper, min(right, page.width), min(lower, page.height)))
    return areas
