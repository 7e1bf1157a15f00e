"""Image files as PDF pages: the compressed data itself wherever PDF has its compression."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import img2pdf
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
_CLOSE = 0.01  # by which a page's proportions may differ from those that were read


def picture_pdf(path: Path, kind: str, pages: Sequence[PageText], limits: Limits) -> bytes:
    """The images of a file as a PDF; pages whose data cannot be kept are encoded again."""
    if kind in _KEPT:
        wrapped = _wrapped(path, pages)
        if wrapped is not None:
            return wrapped
    return drawn_pdf(path, pages, limits, lossy=kind in LOSSY)


def drawn_pdf(
    path: Path, pages: Sequence[PageText], limits: Limits, *, lossy: bool, dpi: int = 300
) -> bytes:
    """The pages that were read, as they were decoded; nothing else of the file."""
    images = [_encoded(path, page.number, dpi, limits, lossy=lossy) for page in pages]
    return _converted(images, pages)


def _wrapped(path: Path, pages: Sequence[PageText]) -> bytes | None:
    try:
        content = _converted([path.read_bytes()], pages)
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


def _encoded(path: Path, number: int, dpi: int, limits: Limits, *, lossy: bool) -> bytes:
    image = Image.fromarray(decode_page(path, number, dpi, limits).pixels)
    written = io.BytesIO()
    if lossy:
        image.save(written, "JPEG", quality=_QUALITY)
    else:
        image.save(written, "PNG")
    return written.getvalue()
