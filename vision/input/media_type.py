"""Recognises the type of a file by its bytes, never by its name."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from vision.core.errors import BadInput


class Format(NamedTuple):
    """A file format that is read: its name, its media types, and suffixes of its files."""

    name: str
    media_types: tuple[str, ...]
    suffixes: tuple[str, ...]


# The one list of what is read; API, command line, console and docs name these.
FORMATS = (
    Format("JPEG", ("image/jpeg",), (".jpg", ".jpeg")),
    Format("PNG", ("image/png",), (".png",)),
    Format("TIFF", ("image/tiff",), (".tif", ".tiff")),
    Format("WebP", ("image/webp",), (".webp",)),
    Format("BMP", ("image/bmp",), (".bmp",)),
    Format("GIF", ("image/gif",), (".gif",)),
    Format("HEIC", ("image/heic",), (".heic", ".heif", ".hif")),
    Format("AVIF", ("image/avif",), (".avif",)),
    Format("JPEG 2000", ("image/jp2", "image/j2c"), (".jp2", ".jpf", ".jpx", ".j2k", ".j2c")),
    Format("PDF", ("application/pdf",), (".pdf",)),
)
ACCEPTED = f"{', '.join(each.name for each in FORMATS[:-1])} or {FORMATS[-1].name}"
MEDIA_TYPES = frozenset(kind for each in FORMATS for kind in each.media_types)
SUFFIXES = frozenset(suffix for each in FORMATS for suffix in each.suffixes)
HEAD_BYTES = 4096

# (offset, first bytes, media type); the longest prefixes that all files of the format share.
_READ = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"II+\x00", "image/tiff"),
    (0, b"MM\x00+", "image/tiff"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (4, b"jP  \r\n\x87\n", "image/jp2"),
    (0, b"\xff\x4f\xff\x51", "image/j2c"),
)

# Brands of a file type box (ISO/IEC 14496-12, 4.3): those that state the codec of a picture, and
# those that leave it to the compatible brands which follow.
_PICTURE_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "image/heic"),
    **dict.fromkeys((b"hevm", b"hevs"), "image/heic"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
}
_ANY_PICTURE = frozenset({b"mif1", b"msf1"})

_REFUSED = (
    (0, b"%!PS-Adobe", "PostScript"),
    (0, b"%!", "PostScript"),
    (0, b"\xc5\xd0\xd3\xc6", "Encapsulated PostScript"),
    (0, b"\x00\x00\x01\x00", "a Windows icon"),
    (0, b"\x00\x00\x02\x00", "a Windows cursor"),
    (0, b"\xff\x0a", "JPEG XL"),
    (4, b"JXL \r\n\x87\n", "JPEG XL"),
    (4, b"ftypmif1", "HEIF with another codec than HEVC or AV1"),
    (4, b"ftypmsf1", "HEIF with another codec than HEVC or AV1"),
    (4, b"ftyp", "an MPEG-4 file"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"DDS ", "a DirectDraw surface"),
    (0, b"SIMPLE  =", "FITS"),
    (0, b"\x01\xda", "an SGI image"),
    (128, b"DICM", "DICOM"),
    (0, b"AT&TFORM", "DjVu"),
    (0, b"PK\x03\x04", "a ZIP archive or an office document"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Microsoft Office document"),
    (0, b"{\\rtf", "RTF"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"Rar!", "a RAR archive"),
)

# The first of these elements says what a file is: pages in HTML have SVG in them, and SVG may have
# HTML in it.
_ELEMENT = re.compile(
    rb"<(?:(?P<SVG>svg[\s>:])|(?P<HTML>!doctype\s+html|html[\s>]))", re.IGNORECASE
)
_XML = re.compile(rb"\A\s*<\?xml")

# Readers of PDF accept its header anywhere in the first kilobyte (ISO 32000-1, annex H.3.4.1).
_PDF_WITHIN = 1024


def media_type(head: bytes) -> str:
    """The media type of a file that begins with `head`, its first HEAD_BYTES bytes.

    Raises BadInput `empty` for no bytes and `unsupported_type` for every format that is not read,
    naming the format where it is recognised.
    """
    if not head:
        raise BadInput("empty", "The file is empty. Send a file that has content.")
    for offset, magic, kind in _READ:
        if head.startswith(magic, offset):
            return kind
    for brand in _brands(head):
        if brand in _PICTURE_BRANDS:
            return _PICTURE_BRANDS[brand]
    refused = _refused_kind(head)
    if refused is None and b"%PDF-" in head[:_PDF_WITHIN]:
        return "application/pdf"
    what = f"The file is {refused}, which is not supported" if refused else "Unknown file type"
    raise BadInput("unsupported_type", f"{what}. Send {ACCEPTED}.")


def _brands(head: bytes) -> Iterator[bytes]:
    """The brands that may state a picture's codec, the major one first; none of other files."""
    major = head[8:12]
    if head[4:8] != b"ftyp" or major not in _PICTURE_BRANDS.keys() | _ANY_PICTURE:
        return
    yield major
    size = int.from_bytes(head[:4], "big")
    for at in range(16, min(size, len(head)) - 3, 4):
        yield head[at : at + 4]


def _refused_kind(head: bytes) -> str | None:
    for offset, magic, kind in _REFUSED:
        if head.startswith(magic, offset):
            return kind
    if element := _ELEMENT.search(head):
        return element.lastgroup
    return "XML" if _XML.match(head) else None
