"""Pages of an image file, read by Pillow."""

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

# What Pillow's readers raise on bytes that break their format. Anything else is a fault of ours
# and ends the helper process.
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

# Scanners and cameras write zero, one or millions where they know nothing.
_BELIEVABLE_DPI = (50.0, 2400.0)

# EXIF 2.3, tag 0x0112: how to turn what is stored into what is seen.
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
    """Pages of the file; a moving picture counts as one."""
    with _opened(path, media_type, limits) as image:
        return _frames(image) if media_type == "image/tiff" else 1


def read_page(path: Path, number: int, media_type: str, limits: Limits) -> PageImage:
    """Page `number` as RGB, turned as its EXIF orientation asks, transparency laid on white.

    Of a moving picture the first frame is read, and a warning says so.
    """
    with _opened(path, media_type, limits) as image:
        cautions = _motion_warning(image, media_type)
        _seek(image, number, media_type)
        limits.check_size(*image.size)
        image.load()
        dpi = _believable_dpi(image)
        pixels = np.asarray(_upright(to_rgb(image), _orientation(image)))
    return PageImage(number, pixels, dpi, cautions)


@contextmanager
def _opened(path: Path, media_type: str, limits: Limits) -> Iterator[Image.Image]:
    """The image, its first header within limits; what goes wrong inside becomes BadInput."""
    Image.MAX_IMAGE_PIXELS = None  # the header is checked against our own limits instead
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a picture that can be shown is worth reading
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
    # A JPEG with several frames (MPO) holds views of one picture, not a motion.
    if media_type in {"image/tiff", "image/jpeg"} or _frames(image) == 1:
        return ()
    message = f"The image moves; only the first of its {_frames(image)} frames is read."
    return (PageWarning("first_frame_only", message),)


def _seek(image: Image.Image, number: int, media_type: str) -> None:
    pages = _frames(image) if media_type == "image/tiff" else 1
    if not 1 <= number <= pages:
        raise BadInput("page_missing", f"There is no page {number}; the document has {pages}.")
    image.seek(number - 1)


def _orientation(image: Image.Image) -> int:
    """EXIF orientation, 1 where there is none or EXIF is broken. Pillow turns TIFF by itself."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _UNREADABLE:
        return 1
    return value if isinstance(value, int) else 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    method = _TRANSPOSE.get(orientation)
    return image if method is None else image.transpose(method)


def _believable_dpi(image: Image.Image) -> float | None:
    try:
        dpi = float(image.info["dpi"][0])
    except _UNREADABLE:
        return None
    low, high = _BELIEVABLE_DPI
    return round(dpi, 1) if low <= dpi <= high else None
