"""Takes salt off a page: isolated specks everywhere, as worn copies and bad bitonal scans have it.

Left where they are, specks within a line are read as points, quotes and colons.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey, Image
from vision.core.document import Preparation
from vision.core.stages import Letters, PreparedPage
from vision.imaging.connected_components import find_letters, mask_of
from vision.imaging.order import median
from vision.imaging.screens import without_screen

Chosen = NDArray[np.bool_]  # by place among the pieces

# In heights of the page's commonest letters; a full stop has 0.2.
_LARGEST = 0.14
_AT_LEAST = 2  # pixels, however small the letters are
# The page is covered with salt where so many of its tiles hold a speck. Tiles are a few letters
# wide: on clean pages specks stand beside print alone. Of 110 receipts and forms none has 0.5.
_TILE = 4.0
_COVERED = 0.8
_DARK = 0.4  # of the way from the darkest ink to the paper
_FEWEST_TILES = 40


def without_noise(page: PreparedPage) -> PreparedPage:
    """The page without the dots of a printer's screen, or else without salt."""
    smoothed = without_screen(page)
    return without_salt(smoothed) if smoothed.working is page.working else smoothed


def without_salt(page: PreparedPage) -> PreparedPage:
    """The page with its specks painted like the paper around them, if it is covered with them.

    Its letters are always measured in the page that is returned.
    """
    text = page.text or find_letters(page.working)
    specks = _specks(text)
    covered = _covered(specks, text)
    if covered < _COVERED:
        return replace(page, text=text)
    working = _painted(page.working, mask_of(text.labels, specks), text)
    report = Preparation("despeckle", round(covered, 2), "share of the page", applied=True)
    return replace(
        page,
        working=working,
        text=find_letters(working),
        preparation=(*page.preparation, report),
    )


def _specks(text: Letters) -> Chosen:
    """Small pieces as dark as the letters: paper and compression have paler ones."""
    if not len(text.boxes):
        return np.zeros(len(text.pieces), np.bool_)
    letter = median(text.boxes[:, 3])
    small = text.pieces[:, 2:].max(axis=1) <= max(_LARGEST * letter, _AT_LEAST)
    if _covered(small, text) < _COVERED:
        return np.zeros(len(text.pieces), np.bool_)  # as on most pages
    ink = float(text.grey[text.ink > 0].min())
    x, y = (text.pieces[:, :2] + text.pieces[:, 2:] // 2).T
    dark = text.grey[y, x] <= ink + _DARK * (float(np.median(text.ground)) - ink)
    return np.asarray(small & dark, np.bool_)


def _covered(specks: Chosen, text: Letters) -> float:
    """The share of tiles of the page that hold a speck."""
    if not len(text.boxes) or not specks.any():
        return 0.0
    side = _TILE * median(text.boxes[:, 3])
    rows, columns = (max(int(length / side), 1) for length in text.grey.shape)
    if rows * columns < _FEWEST_TILES:
        return 0.0
    at = text.pieces[specks, :2] / side
    x, y = np.minimum(at.astype(int), [columns - 1, rows - 1]).T
    return len(np.unique(y * columns + x)) / (rows * columns)


def _painted(image: Image, specks: Grey, text: Letters) -> Image:
    """Specks and their soft edges in the colour of the paper beside them; no other ink changes."""
    ink = np.asarray(text.ink & (1 - specks), np.uint8)
    edges = np.asarray(cv2.dilate(specks, np.ones((3, 3), np.uint8)), np.uint8) & (1 - ink)
    size = (image.shape[1], image.shape[0])
    place = cv2.resize(edges, size, interpolation=cv2.INTER_NEAREST).astype(bool)
    reach = 2 * round(3 / text.factor) + 1
    paper = cv2.dilate(image, np.ones((reach, reach), np.uint8))
    painted = image.copy()
    painted[place] = paper[place]
    return painted
