"""Text at an angle on a level page, as in stamps: to a finder of level lines, one high line."""

from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes
from vision.text_detection.line_extent import Extents

# Judged by the steps from each letter to the next. On a level line they go up and down by turns,
# as small letters follow capitals; two lines taken for one have level steps as well.
_FEWEST: Final = 4  # steps; of fewer their direction is chance
_SLOPE: Final = 0.07  # 4 degrees: a page is level to within 1 after deskewing
_STEEPEST: Final = 0.7  # a step that goes further up or down leads to another line
_AGREE: Final = 0.85  # share of steps in one direction
_REACH: Final = 2.0  # to the next letter, in letter heights
_RISE: Final = 0.8  # from the first letter to the last, in letter heights
# ... so their middles spread by as much; those of three quarters of all lines do not by so much.
_LEAST_SPREAD: Final = 0.5
_MOST: Final = 300  # letters in one line
_LOWEST: Final = 0.5  # of a letter, in heights of the page's commonest
_SIZES: Final = (0.6, 1.7)  # of letters, in their median height


def count_tilted(lines: Extents, pieces: Boxes, letter: float) -> int:
    """How many of the lines found as level ones hold letters that climb or fall.

    `lines` are x0, y0, x1, y1, `pieces` of ink x, y, width, height, `letter` the height of the
    page's commonest letters, all in pixels of one image.
    """
    high = lines[lines[:, 3] - lines[:, 1] > (1.0 + _RISE) * letter]
    boxes = pieces[pieces[:, 3] > _LOWEST * letter].astype(np.float64)
    boxes = boxes[np.argsort(boxes[:, 1] + boxes[:, 3] / 2, kind="stable")]
    x, y = (boxes[:, :2] + boxes[:, 2:] / 2).T
    first = np.searchsorted(y, high[:, 1], "right").tolist()
    last = np.searchsorted(y, high[:, 3], "left").tolist()
    rows = ((boxes[a:b], x[a:b]) for a, b in zip(first, last, strict=True))
    return sum(
        _is_tilted(row[(across > x0) & (across < x1)])
        for (row, across), (x0, x1) in zip(rows, high[:, ::2].tolist(), strict=True)
    )


def _is_tilted(letters: NDArray[np.float64]) -> bool:
    if len(letters) <= _FEWEST:
        return False
    height = median(letters[:, 3].tolist())
    sizes = letters[:, 3] / max(height, 1.0)
    letters = letters[(sizes > _SIZES[0]) & (sizes < _SIZES[1])]
    if not _FEWEST < len(letters) <= _MOST or _spread(letters) < _LEAST_SPREAD * height:
        return False
    across, down = _steps(letters, height)
    slopes = down / across
    if len(slopes) < _FEWEST:
        return False
    slope = median(slopes.tolist())
    agree = float((slopes * np.sign(slope) > _SLOPE / 2).mean())
    rise = abs(slope) * float(np.ptp(letters[:, 0]))
    return abs(slope) > _SLOPE and agree >= _AGREE and rise > _RISE * height


def _spread(letters: NDArray[np.float64]) -> float:
    """From the middle of the highest letter to that of the lowest."""
    return float(np.ptp(letters[:, 1] + letters[:, 3] / 2))


def _steps(
    letters: NDArray[np.float64], height: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """From the middle of each letter to the nearest on its right: pixels across and down."""
    x, y = letters[:, 0] + letters[:, 2] / 2, letters[:, 1] + letters[:, 3] / 2
    across, down = x - x[:, None], y - y[:, None]
    beside = (across > 0) & (across < _REACH * height) & (np.abs(down) < _STEEPEST * across)
    far = np.where(beside, np.hypot(across, down), np.inf)
    nearest = far.argmin(axis=1)
    rows = np.flatnonzero(np.isfinite(far.min(axis=1)))
    return across[rows, nearest[rows]], down[rows, nearest[rows]]
