"""Pages of an image file, read by Pillow."""

import math
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from vision.core.document import PageWarning
from vision.core.errors import BadInput
from vision.core.limits import Limits
from vision.core.stages import PageImage
from vision.input.colour import to_rgb

_PILLOW_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/tiff": "TIFF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/gif": "GIF",
}

# What Pillow's readers raise on bytes that break their format. Anything else is a bug and ends the
# helper process.
_UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    AttributeError,
    struct.error,
)

# Scanners and cameras write zero, one or millions where they do not know.
_BELIEVABLE_DPI = (50.0, 2400.0)
# Fax machines scan with half the resolution down the page. Nearly square pixels stay as they are,
# and of a larger ratio one of the two figures is wrong.
_NEARLY_SQUARE, _LARGEST_RATIO = 1.05, 2.5

# EXIF 2.3, tag 0x0112: the operation that turns the stored image into the one to show.
_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def count_pages(path: Path, media_type: str, limits: Limits) -> int:
    """Pages of the file; an animation counts as one."""
    with _opened(path, media_type, limits) as image:
        return _frames(image) if media_type == "image/tiff" else 1


def read_page(path: Path, number: int, media_type: str, limits: Limits) -> PageImage:
    """Page `number` as RGB on an opaque background, turned as its EXIF orientation asks.

    An image whose resolution differs across and down is stretched to square pixels. Of an
    animation the first frame is read. Warnings report both.
    """
    with _opened(path, media_type, limits) as image:
        cautions = _motion_warning(image, media_type)
        _seek(image, number, media_type)
        limits.check_size(*image.size)
        image.load()
        across, down = (_believable_dpi(image, axis) for axis in (0, 1))
        square = to_rgb(image)
        if across and down and _is_stretched(across, down):
            square = _stretched(square, across, down, limits)
            cautions += (_stretched_warning(across, down),)
        dpi = max(across or 0.0, down or 0.0) or None
        pixels = np.asarray(_upright(square, _orientation(image)))
    return PageImage(number, pixels, dpi, cautions)


@contextmanager
def _opened(path: Path, media_type: str, limits: Limits) -> Iterator[Image.Image]:
    """The image, its first header within limits; errors of the block become BadInput."""
    Image.MAX_IMAGE_PIXELS = None  # the header is checked against our own limits instead
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an image that can be shown is worth reading
        try:
            with Image.open(file, formats=[_PILLOW_FORMATS[media_type]]) as image:
                limits.check_size(*image.size)
                yield image
        except _UNREADABLE as error:
            raise _unreadable(error) from error


def _unreadable(error: Exception) -> BadInput:
    if "truncated" in str(error).lower():
        return BadInput("truncated", "The image ends too early. Send the whole file again.")
    return BadInput(
        "damaged", "The image cannot be decoded. Save it again with the program that made it."
    )


def _frames(image: Image.Image) -> int:
    return int(getattr(image, "n_frames", 1))


def _motion_warning(image: Image.Image, media_type: str) -> tuple[PageWarning, ...]:
    # A JPEG with several frames (MPO) holds views of one picture, not an animation.
    if media_type in {"image/tiff", "image/jpeg"} or _frames(image) == 1:
        return ()
    message = f"The image is animated; only the first of its {_frames(image)} frames is read."
    return (PageWarning("first_frame_only", message),)


def _seek(image: Image.Image, number: int, media_type: str) -> None:
    pages = _frames(image) if media_type == "image/tiff" else 1
    if not 1 <= number <= pages:
        raise BadInput("page_missing", f"There is no page {number}; the document has {pages}.")
    image.seek(number - 1)


def _orientation(image: Image.Image) -> int:
    """EXIF orientation, 1 where there is none or EXIF is broken. Pillow rotates TIFF by itself."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _UNREADABLE:
        return 1
    return value if isinstance(value, int) else 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    method = _TRANSPOSE.get(orientation)
    return image if method is None else image.transpose(method)


def _believable_dpi(image: Image.Image, axis: int) -> float | None:
    """The stated resolution in pixels per inch, `axis` 0 across and 1 down; None if unusable."""
    try:
        dpi = float(image.info["dpi"][axis])
    except _UNREADABLE:
        return None
    low, high = _BELIEVABLE_DPI
    return round(dpi, 1) if low <= dpi <= high else None


def _is_stretched(across: float, down: float) -> bool:
    ratio = max(across, down) / min(across, down)
    return _NEARLY_SQUARE < ratio <= _LARGEST_RATIO


def _stretched(image: Image.Image, across: float, down: float, limits: Limits) -> Image.Image:
    """The image with the higher of its two resolutions both ways, as far as limits allow."""
    dpi = max(across, down)
    width, height = image.width * dpi / across, image.height * dpi / down
    side, area = limits.max_side / max(width, height), limits.max_pixels / (width * height)
    factor = min(1.0, side, math.sqrt(area))
    size = (max(1, int(width * factor)), max(1, int(height * factor)))
    return image.resize(size, Image.Resampling.BICUBIC)


def _stretched_warning(across: float, down: float) -> PageWarning:
    message = (
        f"The image has {across:g} x {down:g} pixels per inch. It was stretched to square pixels, "
        "and coordinates refer to the stretched page."
    )
    return PageWarning("stretched", message)
