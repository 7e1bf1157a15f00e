"""Rules of forms and tables, taken out of the ink where no letter crosses them."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.core.arrays import Boxes, Grey
from vision.core.document import Box
from vision.core.geometry import joined
from vision.core.stages import Letters
from vision.imaging.connected_components import Labels, boxes_of, label, mask_of
from vision.imaging.opening import closed, opened

# In heights of the page's commonest letters.
RULE = 4.0  # longer strokes are rules, not letters
_SIDE = 2.2  # strokes as long as this between two rules are the sides of a box
_BAND, _CLOSED = 0.7, 0.75  # of a frame: within its edges, and the share of each that has ink
_REST = 0.45  # lower pieces beside a rule are what is left of it
_MOST_AREAS = 200  # of large pieces that are looked at apart; more are a picture
_CROSSING = 0.3  # thickness of rules through which a letter's strokes are followed


_Area = tuple[int, int, int, int]  # x0, y0, x1, y1 in whole pixels


class PlainInk(NamedTuple):
    """A mask of ink without specks and rules.

    `whole` tells which pieces are no specks. `searched` are the areas in which rules were looked
    for, none of which overlap.
    """

    mask: Grey
    whole: NDArray[np.bool_]
    searched: list[_Area]


def ink_without_rules(text: Letters, letter: float, speck: float) -> PlainInk:
    """The ink of pieces at least `speck` pixels long, without rules."""
    longer = text.pieces[:, 2:].max(axis=1)
    whole = longer >= speck
    plain = mask_of(text.labels, whole)
    # Only large pieces can hold rules, and most pages have few: elsewhere there is no search.
    places = np.flatnonzero(longer >= RULE * letter)
    if not len(places):
        return PlainInk(plain, whole, searched=[])
    for at in places.tolist():
        x, y, w, h = text.pieces[at].tolist()
        ink = text.labels[y : y + h, x : x + w] == at + 1
        if _is_frame(ink, letter):
            plain[y : y + h, x : x + w][ink] = 0
    searched = _areas(text.pieces[places], letter)
    for x0, y0, x1, y1 in searched:
        plain[y0:y1, x0:x1] = _without_rules(plain[y0:y1, x0:x1], letter)
    return PlainInk(plain, whole, searched=searched)


def _areas(large: Boxes, letter: float) -> list[_Area]:
    """Where large pieces of ink are, with as much around each as letters that cross it may need."""
    ends = np.hstack([large[:, :2], large[:, :2] + large[:, 2:]])
    x0, y0 = (int(edge) for edge in ends[:, :2].min(axis=0))
    x1, y1 = (int(edge) for edge in ends[:, 2:].max(axis=0))
    framed = int((large[:, 2] * large[:, 3]).max()) > (x1 - x0) * (y1 - y0) / 2
    if framed or len(large) > _MOST_AREAS:
        return [(x0, y0, x1, y1)]
    room = _reach(letter) + 1
    wider = np.clip(ends + np.array([-room, -room, room, room]), (x0, y0) * 2, (x1, y1) * 2)
    boxes = joined([Box(*each) for each in wider.tolist()])
    return [(int(box.x0), int(box.y0), int(box.x1), int(box.y1)) for box in boxes]


def _reach(letter: float) -> int:
    """Pixels across a rule in which a letter's strokes are followed."""
    return max(3, round(_CROSSING * letter) | 1)


def _is_frame(ink: NDArray[np.bool_], letter: float) -> bool:
    """Whether a piece is an outline with straight sides and no ink within: an entry field.

    Its corners may be round, so that its sides end at no rule.
    """
    band = max(round(_BAND * letter), 2)
    if min(ink.shape) < 3 * band or ink[band:-band, band:-band].any():
        return False
    across = (ink[:band].any(axis=0), ink[-band:].any(axis=0))
    down = (ink[:, :band].any(axis=1), ink[:, -band:].any(axis=1))
    return all(float(side.mean()) >= _CLOSED for side in (*across, *down))


def pieces_beside_rules(text: Letters, plain: PlainInk, letter: float) -> Boxes:
    """The pieces of ink from which rules were taken, without the rests of those rules."""
    gone = np.asarray(cv2.subtract(text.ink, plain.mask), np.uint8)
    pieces = _pieces_left(text, plain, gone)
    sums = cv2.integral(gone)
    rows, columns = gone.shape
    x, y, w, h = pieces.T
    x0, y0 = np.maximum(x - 1, 0), np.maximum(y - 1, 0)
    x1, y1 = np.minimum(x + w + 1, columns), np.minimum(y + h + 1, rows)
    beside = sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0] > 0
    thin = (h < _REST * letter) | (w < _CROSSING * letter)
    kept: Boxes = pieces[~(beside & thin)]
    return kept


def _pieces_left(text: Letters, plain: PlainInk, gone: Grey) -> Boxes:
    """The pieces of the mask: those that lost no pixel are known, the rests of others are few."""
    changed = np.zeros(len(text.pieces) + 1, np.bool_)
    changed[1:] = ~plain.whole
    rests = [_rests(text.labels, plain.mask, gone, area, changed) for area in plain.searched]
    broken = np.concatenate([np.zeros((0, 4), np.int32), *rests])
    from_the_top = broken[np.lexsort((broken[:, 0], broken[:, 1]))]
    return np.concatenate([text.pieces[~changed[1:]], from_the_top])


def _rests(
    labels: Labels, mask: Grey, gone: Grey, area: _Area, changed: NDArray[np.bool_]
) -> Boxes:
    """What is left in an area of pieces that lost pixels, which `changed` has from now on."""
    x0, y0, x1, y1 = area
    inside = (slice(y0, y1), slice(x0, x1))
    lost = np.zeros(len(changed), np.bool_)
    lost[labels[inside][gone[inside].view(np.bool_)]] = True
    lost &= ~changed
    changed |= lost
    if not lost.any():
        return np.zeros((0, 4), np.int32)
    rests = boxes_of(mask[inside] & mask_of(labels[inside], lost[1:]))
    return rests + np.array([x0, y0, 0, 0], np.int32)


def _without_rules(mask: Grey, letter: float) -> Grey:
    """Long straight strokes removed, but for the pixels where letters cross them."""
    across = opened(mask, (1, round(RULE * letter)))
    down = opened(mask, (round(RULE * letter), 1))
    if across.any():
        down |= _sides(mask, across, letter)
    elif not down.any():
        return mask  # as on most receipts
    letters = mask & ~(across | down)
    reach = _reach(letter)
    kept = letters
    for rules, size in ((across, (reach, 1)), (down, (1, reach))):
        if rules.any():
            kept = kept | closed(letters, size) & rules
    return np.asarray(kept, np.uint8)


def _sides(mask: Grey, across: Grey, letter: float) -> Grey:
    """Upright strokes that begin and end at rules: the sides of boxes around entries of forms."""
    upright = opened(mask, (round(_SIDE * letter) | 1, 1))

    def ends_at_rules(box: Sequence[int]) -> bool:
        x, y, w, h = box
        return bool(across[y, x : x + w].any() and across[y + h - 1, x : x + w].any())

    if not any(ends_at_rules(box) for box in boxes_of(upright).tolist()):
        return np.zeros_like(mask)  # as in most pages; their pieces need not be told apart
    labels, strokes = label(upright)
    return mask_of(labels, np.array([ends_at_rules(box) for box in strokes.tolist()], np.bool_))
