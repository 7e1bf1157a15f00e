"""What resolution an image states, whether that can be true, and pixels made square by it."""

import math
from typing import Any, NamedTuple

from PIL import Image

from vision.core.document import PageWarning
from vision.core.limits import Limits

# Pixels per inch. Scanners and cameras write one or millions where they do not know.
_LOWEST, _HIGHEST = 50.0, 2400.0
# The longest side of A0 (ISO 216) is 46.8 inches. Cameras and many programs state 72 pixels per
# inch whatever they have: a page scanned at 300 would have 48.7.
_LONGEST_PAGE = 47.0
# Fax machines scan with half the resolution down the page. Nearly square pixels stay as they are,
# and of a larger ratio one of the two figures is wrong.
_NEARLY_SQUARE, _LARGEST_RATIO = 1.05, 2.5


class Resolution(NamedTuple):
    """Pixels per inch across and down as an image states them; None where one cannot be true."""

    across: float | None = None
    down: float | None = None
    warnings: tuple[PageWarning, ...] = ()

    @property
    def dpi(self) -> float | None:
        """The one figure for the page once its pixels are square; None where none is usable."""
        return max(self.across or 0.0, self.down or 0.0) or None

    @property
    def is_stretched(self) -> bool:
        """Whether pixels differ in width and height by a ratio that occurs."""
        if self.across is None or self.down is None:
            return False
        return _NEARLY_SQUARE < self._ratio() <= _LARGEST_RATIO

    def _ratio(self) -> float:
        assert self.across is not None
        assert self.down is not None
        return max(self.across, self.down) / min(self.across, self.down)


def resolution_of(image: Image.Image) -> Resolution:
    """What `image` states, checked; warnings report what cannot be true and what is used instead.

    Zero and what is no number count as not stated.
    """
    across, down = (_stated(image, axis) for axis in (0, 1))
    if across is None and down is None:
        return Resolution()
    usable = Resolution(_usable(across), _usable(down))
    dpi = usable.dpi
    if dpi is not None and max(image.size) > _LONGEST_PAGE * dpi:
        reason = f"would make a page {max(image.size) / dpi:.0f} inches long"
        return Resolution(warnings=(_ignored(across, down, reason, None),))
    if None in usable[:2] or usable._ratio() > _LARGEST_RATIO:  # noqa: SLF001 - its own class
        return usable._replace(warnings=(_ignored(across, down, "cannot be true", dpi),))
    return usable


def square_pixels(image: Image.Image, resolution: Resolution, limits: Limits) -> Image.Image:
    """The image with the higher of its two resolutions both ways, as far as limits allow."""
    assert resolution.across is not None
    assert resolution.down is not None
    dpi = max(resolution.across, resolution.down)
    width, height = image.width * dpi / resolution.across, image.height * dpi / resolution.down
    side, area = limits.max_side / max(width, height), limits.max_pixels / (width * height)
    factor = min(1.0, side, math.sqrt(area))
    size = (max(1, int(width * factor)), max(1, int(height * factor)))
    return image.resize(size, Image.Resampling.BICUBIC)


def stretched_warning(resolution: Resolution) -> PageWarning:
    """Reports that the page has other pixels than the image."""
    message = (
        f"The image has {resolution.across:g} x {resolution.down:g} pixels per inch. It was"
        " stretched to square pixels, and coordinates refer to the stretched page."
    )
    return PageWarning("stretched", message)


def _stated(image: Image.Image, axis: int) -> float | None:
    stated: Any = image.info.get("dpi")  # whatever a decoder left there
    try:
        dpi = float(stated[axis])
    except (TypeError, ValueError, LookupError, ArithmeticError):
        return None
    return dpi if math.isfinite(dpi) and dpi > 0 else None


def _usable(dpi: float | None) -> float | None:
    return round(dpi, 1) if dpi is not None and _LOWEST <= dpi <= _HIGHEST else None


def _ignored(
    across: float | None, down: float | None, reason: str, used: float | None
) -> PageWarning:
    stated = " x ".join("?" if each is None else f"{round(each, 1):g}" for each in (across, down))
    instead = "none is used" if used is None else f"{used:g} is used both ways"
    message = f"The image states {stated} pixels per inch, which {reason}; {instead}."
    return PageWarning("resolution_ignored", message)
