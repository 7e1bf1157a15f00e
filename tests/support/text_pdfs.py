"""PDFs that state their text, soundly or not, written by hand."""

import io
import textwrap
from collections.abc import Sequence

from PIL import Image

from tests.support.documents import pdf

A4 = (595.0, 842.0)
LETTER = (
    "Dear reader of these lines, we thank you for the order of the fourth of March and confirm "
    "that twelve boxes of paper will arrive in the second week of April. Please find the invoice "
    "enclosed and pay the amount of 348.50 within thirty days of the delivery to our account. "
    "Should any of the boxes be damaged when it arrives, refuse it and tell us the same day."
)


def rows_of(text: str = LETTER, width: int = 60) -> list[str]:
    """The text in rows of at most `width` characters."""
    return textwrap.wrap(text, width)


def written(rows: Sequence[str], mode: int = 0, top: float = 780, left: float = 60) -> bytes:
    """Content that writes rows in the font /F1; `mode` 3 is text in no colour."""
    shown = b"".join(b"(%s) Tj T*\n" % row.encode("latin-1") for row in rows)
    return b"BT /F1 12 Tf %d Tr 16 TL %d %d Td\n%sET\n" % (mode, left, top, shown)


def text_pdf(
    content: bytes | None = None,
    entries: bytes = b"",
    to_unicode: bytes | None = None,
    picture: Image.Image | None = None,
) -> bytes:
    """One A4 page; /F1 is Helvetica with this /ToUnicode map, /P the picture."""
    resources = b"/Resources<</Font<</F1 5 0 R>>/XObject<</P 7 0 R>>>>"
    named = b"/ToUnicode 6 0 R" if to_unicode is not None else b""
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding%s>>" % named
    cmap = to_unicode or b""
    extra = [
        font,
        b"<</Length %d>>stream\n%s\nendstream" % (len(cmap), cmap),
        _image(picture or Image.new("RGB", (2, 2), "white")),
    ]
    content = written(rows_of()) if content is None else content
    return pdf([A4], content=content, page_entries=resources + entries, extra=extra)


PICTURE_OVER_ALL = b"q 595 0 0 842 0 0 cm /P Do Q\n"


def shifted(by: int) -> bytes:
    """A map from codes to characters that is wrong by `by` places of the alphabet."""
    pairs = b"".join(b"<%02x> <%04x>\n" % (code, code + by) for code in range(65, 123))
    return (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        b"1 begincodespacerange <00> <ff> endcodespacerange\n"
        b"58 beginbfchar\n%sendbfchar endcmap end end" % pairs
    )


def _image(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.convert("RGB").save(file, "JPEG", quality=90)
    data = file.getvalue()
    return (
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB"
        b"/BitsPerComponent 8/Filter/DCTDecode/Length %d>>stream\n%s\nendstream"
        % (*picture.size, len(data), data)
    )
