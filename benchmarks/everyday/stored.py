"""How the pictures of everyday cases are stored: their content and the suffix of the file."""

import io

import numpy as np
from PIL import Image

from benchmarks.robustness.disturb_print import fax, salt


def png(image: Image.Image, _: int) -> tuple[bytes, str]:
    """As it is."""
    return _stored(image, "PNG", compress_level=1), ".png"


def jpeg_specks(image: Image.Image, number: int) -> tuple[bytes, str]:
    """Small letters compressed hard, then enlarged: each has a cloud of specks."""
    small = image.resize((image.width // 2, image.height // 2), Image.Resampling.BOX)
    with Image.open(io.BytesIO(_stored(small, "JPEG", quality=18 + 4 * number))) as coarse:
        return png(coarse.resize((image.width, image.height), Image.Resampling.LANCZOS), number)


def on_transparency(image: Image.Image, _: int) -> tuple[bytes, str]:
    """White letters on nothing."""
    grey = image.convert("L")
    clear = Image.new("RGBA", image.size, (255, 255, 255, 255))
    clear.putalpha(grey.point([255 - level for level in range(256)]))
    return _stored(clear, "PNG"), ".png"


def faxed(image: Image.Image, _: int) -> tuple[bytes, str]:
    """Sent as a coarse fax."""
    sent = fax(np.asarray(image), np.random.default_rng(1), 2)
    return _bitonal(sent, (204, 98)), ".tif"


def specked(image: Image.Image, number: int) -> tuple[bytes, str]:
    """Specks of one pixel, or of two."""
    specked = salt(np.asarray(image), np.random.default_rng(number), number)
    return _bitonal(specked, (150, 150)), ".tif"


def _bitonal(
    pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], dpi: tuple[int, int]
) -> bytes:
    image = Image.fromarray(pixels).convert("1", dither=Image.Dither.NONE)
    return _stored(image, "TIFF", compression="group4", dpi=dpi)


def _stored(image: Image.Image, kind: str, **how: object) -> bytes:
    stored = io.BytesIO()
    image.save(stored, kind, **how)
    return stored.getvalue()
