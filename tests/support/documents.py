"""Documents that tests make for themselves: pages of text, PDFs, bombs."""

import functools
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

TEXT = (
    "the quick brown fox jumps over a lazy dog while seven invoices wait to be paid by friday "
    "please find enclosed our offer for twelve boxes of paper and kindly confirm the delivery"
)


def text_page(
    width: int = 1240, height: int = 1754, size: int = 28, lines: int | None = None
) -> Image.Image:
    """A white page with lines of plain text, like a letter; `size` in pixels."""
    page = Image.new("RGB", (width, height), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size)
    known = TEXT.split()
    pitch, margin = round(size * 1.6), width // 12
    rows = (height - 2 * margin) // pitch if lines is None else lines
    for row in range(rows):
        words = [known[(row * 7 + column) % len(known)] for column in range(9)]
        text = " ".join(words).capitalize()
        while draw.textlength(text, font) > width - 2 * margin:
            text = text.rsplit(" ", 1)[0]
        draw.text((margin, margin + row * pitch), text, "black", font)
    return page


def pdf(
    boxes: Sequence[tuple[float, float]] = ((200, 100),),
    content: bytes = b"0 0 0 rg 0 0 50 50 re f",
    page_entries: bytes = b"",
    trailer: bytes = b"",
    extra: Sequence[bytes] = (),
) -> bytes:
    """A PDF whose pages have these sizes in points and all draw `content`.

    The default content is a black square in the lower left corner. `extra` holds further objects,
    the first numbered 4 plus the number of pages.
    """
    kids = b" ".join(b"%d 0 R" % (number + 4) for number in range(len(boxes)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(boxes), kids),
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    ]
    for width, height in boxes:
        box = f"[0 0 {width:.2f} {height:.2f}]".encode()
        objects.append(
            b"<</Type/Page/Parent 2 0 R/Contents 3 0 R/MediaBox%s%s>>" % (box, page_entries)
        )
    return _assembled([*objects, *extra], trailer)


def _assembled(objects: Sequence[bytes], trailer: bytes) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Root 1 0 R/Size %d%s>>\n" % (len(objects) + 1, trailer)
    return out + head + table + tail + b"startxref\n%d\n%%%%EOF\n" % len(out)


def encrypted_pdf() -> bytes:
    """A PDF that asks for a password nobody knows."""
    keys = b"<%s>" % (b"5a" * 32)
    handler = b"<</Filter/Standard/V 1/R 2/P -4/O %s/U %s>>" % (keys, keys)
    return pdf(trailer=b"/Encrypt 5 0 R/ID[<00><00>]", extra=[handler])


@functools.cache
def png_bomb(side: int = 30_000) -> bytes:
    """A valid PNG of `side` squared one-bit pixels that all compress to almost nothing."""
    row = b"\x00" * (side // 8 + 1)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def save(folder: Path, name: str, content: bytes) -> Path:
    """`content` as a file of `folder`."""
    path = folder / name
    path.write_bytes(content)
    return path
