"""Pages of an image file, read by Pillow."""

import importlib
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
from PIL import AvifImagePlugin, ExifTags, Image

from vision.core.document import PageWarning
from vision.core.errors import BadInput
from vision.core.limits import Limits
from vision.core.stages import PageImage
from vision.input.colour import to_rgb
from vision.input.resolution import resolution_of, square_pixels, stretched_warning

_PILLOW_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/tiff": "TIFF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/gif": "GIF",
    "image/heic": "HEIF",
    "image/avif": "AVIF",
    "image/jp2": "JPEG2000",
    "image/j2c": "JPEG2000",
}

# Threads would gain nothing: many pages are decoded side by side.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1

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
    animation the first frame is read, of several pictures in a HEIC file the primary one. Warnings
    report this, and a stated resolution that cannot be true.
    """
    with _opened(path, media_type, limits) as image:
        cautions = _other_frames(image, media_type)
        _seek(image, number, media_type)
        limits.check_size(*image.size)
        image.load()
        limits.check_size(*image.size)  # what HEIC states need not be what is decoded
        resolution = resolution_of(image)
        square = to_rgb(image)
        cautions += resolution.warnings
        if resolution.is_stretched:
            square = square_pixels(square, resolution, limits)
            cautions += (stretched_warning(resolution),)
        pixels = np.asarray(_upright(square, _orientation(image)))
    return PageImage(number, pixels, resolution.dpi, cautions)


@contextmanager
def _opened(path: Path, media_type: str, limits: Limits) -> Iterator[Image.Image]:
    """The image, its first header within limits; errors of the block become BadInput."""
    Image.MAX_IMAGE_PIXELS = None  # the header is checked against our own limits instead
    if media_type == "image/heic":
        _register_heic()
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an image that can be shown is worth reading
        try:
            with Image.open(file, formats=[_PILLOW_FORMATS[media_type]]) as image:
                limits.check_size(*image.size)
                yield image
        except _UNREADABLE as error:
            raise _unreadable(error) from error


@cache
def _register_heic() -> None:
    """Make Pillow read HEIC. Its codecs stay out of helper processes that never see such a file."""
    importlib.import_module("pi_heif").register_heif_opener(
        decode_threads=1, thumbnails=False, depth_images=False, aux_images=False
    )


def _unreadable(error: Exception) -> BadInput:
    if "truncated" in str(error).lower():
        return BadInput("truncated", "The image ends too early. Send the whole file again.")
    return BadInput(
        "damaged", "The image cannot be decoded. Save it again with the program that made it."
    )


def _frames(image: Image.Image) -> int:
    return int(getattr(image, "n_frames", 1))


def _other_frames(image: Image.Image, media_type: str) -> tuple[PageWarning, ...]:
    """A warning that not all of the file is read."""
    # A JPEG with several frames (MPO) holds views of one picture, not an animation.
    if media_type in {"image/tiff", "image/jpeg"} or _frames(image) == 1:
        return ()
    message = f"The image is animated; only the first of its {_frames(image)} frames is read."
    if media_type == "image/heic":
        message = f"The file has {_frames(image)} pictures; only the primary one is read."
    return (PageWarning("first_frame_only", message),)


def _seek(image: Image.Image, number: int, media_type: str) -> None:
    pages = _frames(image) if media_type == "image/tiff" else 1
    if not 1 <= number <= pages:
        raise BadInput("page_missing", f"There is no page {number}; the document has {pages}.")
    if pages > 1:
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
