"""What can happen to a page: some twenty disturbances at three strengths, deterministic."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.robustness import disturb_light, disturb_print, disturb_shape
from benchmarks.robustness.canvas import Pixels
from benchmarks.robustness.halves import Half, half_of, seed_of

STRENGTHS = (1, 2, 3)
MIDDLE = 2
_NARROW = 700  # pixels; only receipts are printed on long strips
_MOST_PIXELS = 40_000_000  # of an enlarged page

Disturb = Callable[[Pixels, np.random.Generator, int], Pixels]


def _plain(page: Pixels, _: np.random.Generator, __: int) -> Pixels:
    return page


DISTURBANCES: dict[str, Disturb] = {
    "none": _plain,
    "quarter-turn": disturb_shape.quarter_turns,
    "tilt": disturb_shape.tilt,
    "perspective": disturb_shape.perspective,
    "wave": disturb_shape.wave,
    "tiny": disturb_shape.tiny,
    "huge": disturb_shape.huge,
    "long-strip": disturb_shape.long_strip,
    "black-border": disturb_shape.black_borders,
    "shadow": disturb_light.shadow,
    "blur": disturb_light.blur,
    "shaken": disturb_light.shaken,
    "jpeg": disturb_light.jpeg,
    "noise": disturb_light.noise,
    "low-contrast": disturb_light.low_contrast,
    "coloured-paper": disturb_light.coloured_paper,
    "dark-screen": disturb_light.dark_screen,
    "bleed-through": disturb_light.bleed_through,
    "reversed-block": disturb_light.reversed_blocks,
    "salt": disturb_print.salt,
    "fax": disturb_print.fax,
    "dot-matrix": disturb_print.dot_matrix,
    "halftone": disturb_print.halftone,
    "pen-strokes": disturb_print.pen_strokes,
    "stamps": disturb_print.stamps,
    "ruled-paper": disturb_print.ruled_paper,
}


@dataclass(frozen=True, slots=True)
class Disturbed:
    """A page [h, w, 3] uint8 RGB as it is given to the programs, and what stands on it.

    `dpi` is set where the file states a resolution that differs by axis; `bitonal` where it is
    stored with one bit a pixel.
    """

    pixels: Pixels
    text: str
    dpi: tuple[int, int] | None = None
    bitonal: bool = False


def disturbance_half(name: str) -> Half:
    """Whether tuning may look at this disturbance."""
    return half_of(name)


def applies(name: str, strength: int, pixels: Pixels) -> bool:
    """Whether this disturbance of this strength makes sense for this page.

    An undisturbed page has one strength; long strips are for narrow pages, and no page is enlarged
    beyond 40 megapixels.
    """
    height, width = pixels.shape[:2]
    if name == "none":
        return strength == MIDDLE
    if name == "huge":
        return bool(height * width * (strength + 1) ** 2 <= _MOST_PIXELS)
    return name != "long-strip" or bool(width <= _NARROW)


def disturbed(page: str, pixels: Pixels, text: str, name: str, strength: int) -> Disturbed:
    """The page of this name disturbed; equal arguments give equal pixels in every process."""
    random = np.random.default_rng(seed_of(page, name, strength))
    result = DISTURBANCES[name](pixels, random, strength)
    if name == "long-strip":
        text = "\n".join([text] * disturb_shape.copies(pixels, strength))
    dpi = (204, 196 if strength == 1 else 98) if name == "fax" else None
    return Disturbed(result, text, dpi, bitonal=name in ("fax", "salt"))
