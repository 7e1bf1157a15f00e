"""Small pages, each one of its kind: real text to read, or a colour for the engine of doubles."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from tests.support.workplace import PLAIN

# The cheapest reading that is still a reading: Tesseract's layout, its network in ONNX.
CHEAP = PLAIN | {"lines": "tesseract", "recogniser": "lstm"}


def text_of(number: int) -> str:
    """What page `number` says."""
    return f"Order {number:05d}"


def numbered(number: int) -> bytes:
    """A page that says its number, as PNG."""
    page = Image.new("L", (300, 80), 255)
    ImageDraw.Draw(page).text((30, 20), text_of(number), 0, ImageFont.load_default(32))
    return png(page)


def coloured(number: int, colour: tuple[int, int, int]) -> bytes:
    """A page of one colour, with its number in a corner so that no two are the same."""
    page = Image.new("RGB", (120, 60), colour)
    ImageDraw.Draw(page).text((4, 4), str(number), "grey")
    return png(page)


def png(page: Image.Image) -> bytes:
    """The bytes of a PNG file."""
    file = BytesIO()
    page.save(file, "PNG")
    return file.getvalue()
