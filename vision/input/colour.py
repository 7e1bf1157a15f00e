"""Any of Pillow's pixel modes to 8-bit RGB on white."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_BITS_PER_SAMPLE = 258  # TIFF tag
_DEEP_GREY = ("I", "I;16", "I;16L", "I;16B", "I;16N", "F")


def to_rgb(image: Image.Image) -> Image.Image:
    """The image as mode RGB: transparency on white, deep greys scaled to 8 bits, never clipped."""
    if image.mode in _DEEP_GREY:
        return Image.fromarray(_eight_bits(image)).convert("RGB")
    if image.mode == "LAB":
        return _lab_to_rgb(image)
    if image.has_transparency_data:
        return _on_white(image)
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


def _on_white(image: Image.Image) -> Image.Image:
    seen = image.convert("RGBA")
    page = Image.new("RGB", image.size, "white")
    page.paste(seen, mask=seen.getchannel("A"))
    return page
