"""Opens and closes masks with blocks of pixels: mathematical morphology.

OpenCV's time grows with the length of the block. Long thin blocks are therefore tried on eight
pixels at a time, as the bits of bytes, and in steps that double their length: a page takes a
quarter of the time.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Grey

# Below these OpenCV is as fast.
_LONG, _MANY_PIXELS = 8, 40_000

_Both = Callable[[NDArray[np.uint8], NDArray[np.uint8]], Any]


def opened(mask: Grey, size: tuple[int, int]) -> Grey:
    """What a block of `size` (rows, columns) fits into; beyond the edges there is no ink.

    `mask` is 1 or 0. Blocks of an even length move the ink by one pixel, as OpenCV's do.
    """
    if _is_small(mask, size):
        kernel, edge = np.ones(size, np.uint8), cv2.BORDER_CONSTANT
        kept = cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel, borderType=edge, borderValue=0)
        return np.asarray(kept, np.uint8)
    return _along(mask, size, _opened)


def closed(mask: Grey, size: tuple[int, int]) -> Grey:
    """The ink with gaps that no block of `size` (rows, columns) fits into filled.

    `mask` is 1 or 0. Blocks of an even length move the ink by one pixel, as OpenCV's do.
    """
    if _is_small(mask, size):
        filled = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones(size, np.uint8))
        return np.asarray(filled, np.uint8)
    return _along(mask, size, _closed)


def _is_small(mask: Grey, size: tuple[int, int]) -> bool:
    return min(size) > 1 or max(size) < _LONG or mask.size < _MANY_PIXELS


def _along(
    mask: Grey,
    size: tuple[int, int],
    filtered: Callable[[NDArray[np.uint8], int], NDArray[np.uint8] | None],
) -> Grey:
    """The mask with its packed rows filtered; turned where the block runs across."""
    across, length = size[0] == 1, max(size)
    upright = np.asarray(cv2.transpose(mask), np.uint8) if across else mask
    packed = filtered(np.packbits(upright, axis=1), length)
    if packed is None:
        return np.zeros_like(mask)
    found = np.unpackbits(packed, axis=1, count=upright.shape[1])
    return np.asarray(cv2.transpose(found) if across else found, np.uint8)


def _opened(packed: NDArray[np.uint8], length: int) -> NDArray[np.uint8] | None:
    """Packed rows in which the block fits; None where it fits nowhere."""
    if len(packed) < length:
        return None
    fits = _spanned(packed, length, np.bitwise_and)
    if not fits.any():
        return None
    first = length - length % 2
    return _spanned(_padded(fits, first, len(packed) + length - 1, 0), length, np.bitwise_or)


def _closed(packed: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    first, rows = length // 2, len(packed) + length - 1
    wider = _spanned(_padded(packed, first, rows, 0), length, np.bitwise_or)
    return _spanned(_padded(wider, first, rows, 255), length, np.bitwise_and)


def _padded(packed: NDArray[np.uint8], first: int, rows: int, value: int) -> NDArray[np.uint8]:
    """So many rows of `value`, with the packed ones from row `first` on."""
    whole = np.full((rows, packed.shape[1]), value, np.uint8)
    whole[first : first + len(packed)] = packed[: rows - first]
    return whole


def _spanned(packed: NDArray[np.uint8], length: int, both: _Both) -> NDArray[np.uint8]:
    """Each row together with the `length` - 1 rows after it; the last of these begin no span."""
    span = 1
    while span < length:
        step = min(span, length - span)
        packed = both(packed[:-step], packed[step:])
        span += step
    return packed
