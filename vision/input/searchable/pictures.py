"""Image files as PDF pages: the compressed data itself wherever PDF has its compression."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import img2pdf
import numpy as np
import pikepdf
from PIL import Image

from vision.core.exports import PageText
from vision.core.limits import Limits
from vision.input.decode import decode_page

# What img2pdf keeps without loss; its own decoders see nothing that ours refused.
_KEPT = frozenset({"image/jpeg", "image/png", "image/tiff", "image/jp2"})
LOSSY = frozenset({"image/jpeg", "image/webp", "image/heic", "image/avif"})
_LONGEST_POINTS = 842.0  # of A4, for images that state no resolution
_MOST_POINTS = 14_400.0  # ISO 32000-1, annex C
_QUALITY = 90
_SMALL_BYTES = 65_536  # of a picture that is quickly encoded again
_MOST_COLOURS = 256  # of a palette
_CLOSE = 0.01  # by which a page's proportions may differ from those that were read


def picture_pdf(path: Path, kind: str, pages: Sequence[PageText], limits: Limits) -> bytes:
    """The images of a file as a PDF; pages whose data cannot be kept are encoded again."""
    wrapped = _wrapped(path.read_bytes(), pages) if kind in _KEPT else None
    if wrapped is not None:
        again = _smaller(path) if kind == "image/png" else None
        smaller = again and _wrapped(again, pages)
        return min(wrapped, smaller, key=len) if smaller else wrapped
    return drawn_pdf(path, pages, limits, lossy=kind in LOSSY)


def drawn_pdf(
    path: Path, pages: Sequence[PageText], limits: Limits, *, lossy: bool, dpi: int = 300
) -> bytes:
    """The pages that were read, as they were decoded; nothing else of the file."""
    images = [_encoded(path, page.number, dpi, limits, lossy=lossy) for page in pages]
    return _converted(images, pages)


def _wrapped(image: bytes, pages: Sequence[PageText]) -> bytes | None:
    try:
        content = _converted([image], pages)
    except (img2pdf.ImageOpenError, *_REFUSED):
        return None
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return content if all(_fits(pdf, page) for page in pages) else None


# Alpha, mirrored orientation, colour spaces that PDF has not; and what Pillow raises.
_REFUSED = (
    img2pdf.AlphaChannelError, img2pdf.ExifOrientationError, img2pdf.JpegColorspaceError,
    img2pdf.NegativeDimensionError, img2pdf.UnsupportedColorspaceError,
    OSError, ValueError, TypeError, LookupError, SyntaxError, NotImplementedError, EOFError,
)  # fmt: skip


def _converted(images: Sequence[bytes], pages: Sequence[PageText]) -> bytes:
    content = img2pdf.convert(
        list(images),
        layout_fun=_Layout(pages),
        rotation=img2pdf.Rotation.auto,
        engine=img2pdf.Engine.pikepdf,
        nodate=True,
    )
    return bytes(content)


class _Layout:
    """The size of each page in points, by the resolution that the reading believed."""

    def __init__(self, pages: Sequence[PageText]) -> None:
        self._resolutions = {page.dpi for page in pages}

    def __call__(self, width: int, height: int, stated: Any) -> tuple[float, ...]:
        across, down = stated if isinstance(stated, tuple) else (stated, stated)
        read = next(iter(self._resolutions)) if len(self._resolutions) == 1 else None
        if across == down:
            across = down = read or 72 * max(width, height) / _LONGEST_POINTS
        points = (72 * width / across, 72 * height / down)
        shrink = min(1.0, _MOST_POINTS / max(points))
        size = tuple(max(each * shrink, 3.0) for each in points)
        return (*size, *size)


def _fits(pdf: pikepdf.Pdf, page: PageText) -> bool:
    """Whether a page of the PDF has the proportions of what was read."""
    if page.number > len(pdf.pages):
        return False
    made = pdf.pages[page.number - 1]
    x0, y0, x1, y1 = (float(each) for each in made.mediabox)
    turned = int(made.get("/Rotate", 0)) % 180 == 90
    width, height = (y1 - y0, x1 - x0) if turned else (x1 - x0, y1 - y0)
    return abs(width * page.height / (height * page.width) - 1) < _CLOSE


def _smaller(path: Path) -> bytes | None:
    """A PNG with the same pixels in fewer bytes; None where there is none, or it would take long.

    Black and white becomes TIFF with the compression of fax, which PDF has as well: of text it is
    half as large.
    """
    with Image.open(path) as image:
        kept = {"transparency", "icc_profile", "gamma", "chromaticity"} & image.info.keys()
        if kept or image.mode not in {"1", "L", "P", "RGB"}:
            return None
        if image.mode not in {"1", "P"} and path.stat().st_size > _SMALL_BYTES:
            return None
        reduced = _reduced(image.convert("RGB"))
        dpi = image.info.get("dpi")
    return None if reduced.mode == "RGB" else _saved(reduced, dpi)


def _encoded(path: Path, number: int, dpi: int, limits: Limits, *, lossy: bool) -> bytes:
    """A page as an image file: the smaller of JPEG and a lossless one, if `lossy`."""
    image = _reduced(Image.fromarray(decode_page(path, number, dpi, limits).pixels))
    if not lossy:
        return _saved(image)
    written = io.BytesIO()
    image.convert("L" if _is_grey(image) else "RGB").save(written, "JPEG", quality=_QUALITY)
    if image.mode == "RGB":
        return written.getvalue()
    return min(_saved(image), written.getvalue(), key=len)


def _reduced(image: Image.Image) -> Image.Image:
    """The same pixels in the smallest mode that has their colours: 1, L, P or RGB."""
    colours = image.getcolors(_MOST_COLOURS)
    if colours is None:
        return image.convert("L") if _is_grey(image) else image
    values = {value for _, value in cast("list[tuple[int, tuple[int, int, int]]]", colours)}
    if values <= {(0, 0, 0), (255, 255, 255)}:
        return image.convert("1", dither=Image.Dither.NONE)
    if all(red == green == blue for red, green, blue in values):
        return image.convert("L")
    return _indexed(image)


def _is_grey(image: Image.Image) -> bool:
    if image.mode != "RGB":
        return image.mode in {"1", "L"}
    pixels = np.asarray(image)
    return bool((pixels[..., :1] == pixels[..., 1:]).all())


def _indexed(image: Image.Image) -> Image.Image:
    """The image with a palette of its own colours, of which there are 256 at most."""
    numbers = np.asarray(image).astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    palette, indexes = np.unique(numbers, return_inverse=True)
    indexed = Image.fromarray(indexes.reshape(numbers.shape).astype(np.uint8), "P")
    indexed.putpalette(b"".join(int(each).to_bytes(3, "big") for each in palette))
    return indexed


def _saved(image: Image.Image, dpi: tuple[float, float] | None = None) -> bytes:
    """Without loss: fax for black and white, else PNG."""
    written = io.BytesIO()
    stated = {"dpi": dpi} if dpi else {}
    if image.mode == "1":
        image.save(written, "TIFF", compression="group4", **stated)
    else:
        image.save(written, "PNG", optimize=True, **stated)
    return written.getvalue()
