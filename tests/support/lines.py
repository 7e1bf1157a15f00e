"""Images of text lines that tests make for themselves."""

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from tests.support.documents import text_page
from vision.core.arrays import Image
from vision.core.stages import FoundLine, LineCrop, PreparedPage


def written(
    text: str, size: int = 32, margin: int = 6, ink: str = "black", ground: str = "white"
) -> Image:
    """One line of text with `margin` pixels of ground around it."""
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(text)
    width, height = round(right - left) + 2 * margin, round(bottom - top) + 2 * margin
    image = Pillow.new("RGB", (width, height), ground)
    ImageDraw.Draw(image).text((margin - left, margin - top), text, ink, font)
    return np.asarray(image)


def page_of_text(size: int = 28, lines: int | None = 12) -> Image:
    """A white page 1,000 pixels wide with level lines of plain text."""
    return np.asarray(text_page(1000, 800, size, lines))


def crop_of(pixels: Image, *languages: str) -> LineCrop:
    """A crop that lies at the origin of its page."""
    place = np.array([[1.0, 0, 0], [0, 1.0, 0]])
    return LineCrop(pixels, place, languages or ("eng",))


def prepared(working: Image, to_page: object = ((1, 0, 0), (0, 1, 0))) -> PreparedPage:
    """A page whose working image is given."""
    return PreparedPage(1, working, working, np.array(to_page, float), None, 0, 0.0)


def level_line(x0: float, y0: float, x1: float, y1: float) -> FoundLine:
    """A line whose text is upright."""
    return FoundLine(((x0, y0), (x1, y0), (x1, y1), (x0, y1)))
