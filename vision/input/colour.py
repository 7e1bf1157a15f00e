"""Converts any of Pillow's pixel modes to 8-bit RGB on an opaque background."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_BITS_PER_SAMPLE = 258  # TIFF tag
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
_EDGE = 40.0  # grey levels
_FAR_MORE = 2
_MOST_ROWS = 1000  # looked at, spread over the image
_DEEP_GREY = ("I", "I;16", "I;16L", "I;16B", "I;16N", "F")


def to_rgb(image: Image.Image) -> Image.Image:
    """The image as mode RGB; deep greys are scaled to 8 bits, never clipped.

    Transparency becomes white, or black where the visible part contrasts with that alone.
    """
    if image.mode in _DEEP_GREY:
        return Image.fromarray(_eight_bits(image)).convert("RGB")
    if image.mode == "LAB":
        return _lab_to_rgb(image)
    if image.has_transparency_data:
        return _on_paper(image)
    return image.convert("RGB")


def _eight_bits(image: Image.Image) -> NDArray[np.uint8]:
    """16-bit greys keep their black and white; others span what the image holds."""
    values = np.nan_to_num(np.asarray(image).astype(np.float32), posinf=0.0, neginf=0.0)
    low, high = 0.0, float(2 ** _stated_bits(image) - 1)
    if not image.mode.startswith("I;16"):
        low, high = float(values.min()), float(values.max())
    scaled = (values - low) * (255.0 / max(high - low, 1e-9))
    return np.clip(np.round(scaled), 0, 255).astype(np.uint8)


def _stated_bits(image: Image.Image) -> int:
    """Depth of a 16-bit grey: TIFF also stores 12 bits in them."""
    tags = getattr(image, "tag_v2", {})
    return int(tags.get(_BITS_PER_SAMPLE, (16,))[0])


def _lab_to_rgb(image: Image.Image) -> Image.Image:
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return ImageCms.ImageCmsTransform(
        ImageCms.ImageCmsProfile(lab), ImageCms.ImageCmsProfile(srgb), "LAB", "RGB"
    ).apply(image)


def _on_paper(image: Image.Image) -> Image.Image:
    """The image on white, or on black where its light strokes would be lost on white."""
    seen = image.convert("RGBA")
    page = Image.new("RGB", image.size, "black" if _is_lost_on_white(seen) else "white")
    page.paste(seen, mask=seen.getchannel("A"))
    return page


def _is_lost_on_white(image: Image.Image) -> bool:
    """Whether far more edges can be seen on black.

    Counting edges, not light pixels, keeps photographs and scans with a transparent border on
    white: they have edges of their own, and their outline is short beside those.
    """
    rows = np.asarray(image)[:: -(-image.height // _MOST_ROWS)]
    alpha = rows[:, :, 3].astype(np.float32) / 255
    light = rows[:, :, :3].astype(np.float32) @ _LUMA * alpha
    on_white, on_black = _edges(light + 255 * (1 - alpha)), _edges(light)
    return on_black > _FAR_MORE * on_white


def _edges(light: NDArray[np.floating[Any]]) -> int:
    """Neighbours in a row that differ clearly."""
    return int(np.count_nonzero(np.abs(np.diff(light, axis=1)) >= _EDGE))
