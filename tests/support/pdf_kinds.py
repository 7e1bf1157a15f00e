"""Kinds of PDF, each with the text that a person sees on its page, and what must not be in it."""

import re
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from tests.support.documents import pdf
from tests.support.text_pdfs import rows_of, written

ROWS = rows_of()
TEXT = written(ROWS)
SEEN = " ".join(ROWS)
_MEDIA = b"/MediaBox[0 0 595 842]"
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
_FONTS = b"/Font<</F1 5 0 R/Helv 5 0 R>>"
_FORM_XOBJECT = b"/Type/XObject/Subtype/Form/Resources<<" + _FONTS + b">>"
_OTHER = "Dear guest of our old harbour"


class Kind(NamedTuple):
    """A PDF of one page; words of `unseen` are in the file and must not be read."""

    content: bytes
    seen: str = SEEN
    unseen: str = ""


def line(text: str, y: float = 400, x: float = 60, mode: int = 0) -> bytes:
    """Content that writes one line."""
    return written([text], mode, y, x)


def page(
    content: bytes,
    entries: bytes = _MEDIA,
    *,
    catalog: bytes = b"",
    inherited: bytes = b"",
    resources: bytes = b"",
    extra: Sequence[bytes] = (),
) -> bytes:
    """A PDF of one page whose font is object 5; `extra` objects are numbered from 6."""
    own = b"/Resources<<%s%s>>" % (_FONTS, resources) if b"Resources" not in inherited else b""
    document = pdf(content=content, extra=[_FONT, *extra])
    document = re.sub(rb"/MediaBox\[[^]]*\]", lambda _: entries + own, document, count=1)
    document = document.replace(b"/Type/Pages", b"/Type/Pages" + inherited, 1)
    return document.replace(b"/Pages 2 0 R", b"/Pages 2 0 R" + catalog, 1)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """An object with this content."""
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), entries, data)


def _turned(degrees: int) -> Kind:
    entries = _MEDIA + b"/CropBox[40 500 560 810]/Rotate %d" % degrees
    return Kind(page(TEXT + line("outside", 100), entries), unseen="outside")


def _geometry() -> dict[str, Kind]:
    crop = b"/CropBox[40 500 560 810]/Rotate 90/Resources<<" + _FONTS + b">>"
    tenth = b".1 0 0 .1 0 0 cm " + TEXT
    return {
        **{f"crop box, turned by {turn}": _turned(turn) for turn in (0, 90, 180, 270, -90, 450)},
        "crop box larger than the page": Kind(page(TEXT, _MEDIA + b"/CropBox[-90 -90 700 900]")),
        "empty crop box": Kind(page(TEXT, _MEDIA + b"/CropBox[0 0 0 0]")),
        "corners swapped": Kind(page(TEXT, b"/MediaBox[595 842 0 0]")),
        "negative origin": Kind(
            page(b"1 0 0 1 -99 -200 cm " + TEXT, b"/MediaBox[-99 -200 496 642]")
        ),
        "inherited": Kind(
            page(TEXT + line("outside", 100), b"", inherited=_MEDIA + crop), unseen="outside"
        ),
        "user unit": Kind(page(tenth, b"/MediaBox[0 0 59.5 84.2]/UserUnit 10")),
        "user unit by reference": Kind(
            page(tenth, b"/MediaBox[0 0 59.5 84.2]/UserUnit 6 0 R", extra=[b"10"])
        ),
    }


def _layered(content: bytes, off: bytes = b"/OFF[6 0 R]", more: Sequence[bytes] = ()) -> bytes:
    """A page whose layer, object 6, is off; content names it, or the first of `more`, as /L."""
    shown = b"/OCProperties<</OCGs[6 0 R]/D<<" + off + b">>>>"
    member = b"/Properties<</L %d 0 R>>/XObject<</X 7 0 R>>" % (7 if more else 6)
    group = b"<</Type/OCG/Name(x)>>"
    return page(content, catalog=shown, resources=member, extra=[group, *more])


def _hidden() -> dict[str, Kind]:
    secret, over = line("secret words"), line("secret words of the same line", 780)
    marked = b"/OC /L BDC %sEMC "
    states = b"/ExtGState<</G<</ca 0/CA 0>>>>"
    xobject = stream(secret, _FORM_XOBJECT + b"/BBox[0 0 595 842]/OC 6 0 R")
    membership = b"<</Type/OCMD/OCGs 6 0 R/P/AllOn>>"
    return {
        "white on white": Kind(page(TEXT + b"1 g " + secret), unseen="secret"),
        "white on black": Kind(
            page(TEXT + b"50 390 300 30 re f 1 g " + line("light words")), SEEN + " light words"
        ),
        "no opacity": Kind(page(TEXT + b"/G gs " + secret, resources=states), unseen="secret"),
        "in no colour over print": Kind(page(TEXT + line("secret", 780, mode=3)), unseen="secret"),
        "clipped away": Kind(page(TEXT + b"q 0 0 9 9 re W n " + secret + b"Q"), unseen="secret"),
        "layer that is off": Kind(_layered(TEXT + marked % secret), unseen="secret"),
        "layers off by default": Kind(
            _layered(TEXT + marked % secret, b"/BaseState/OFF", [membership]), unseen="secret"
        ),
        "drawing that is off": Kind(_layered(TEXT + b"/X Do", more=[xobject]), unseen="secret"),
        "layer that is off over print": Kind(_layered(TEXT + marked % over), unseen="secret"),
        "layer that is off in one place": Kind(
            _layered(TEXT + line(_OTHER) + marked % secret), SEEN + " " + _OTHER, "secret"
        ),
        "written twice": Kind(page(TEXT + b"1 0 0 1 .3 0 cm " + TEXT)),
        "written twice in one place": Kind(page(TEXT + TEXT)),
        "behind a watermark": Kind(
            page(b".9 g BT /F1 90 Tf 1 0 0 1 60 700 Tm (DRAFT) Tj ET 0 g " + TEXT), SEEN + " DRAFT"
        ),
    }


_TICK = stream(b"1 1 10 10 re S 2 2 m 10 10 l S", b"/Type/XObject/Subtype/Form/BBox[0 0 12 12]")
_BARE = stream(b"1 1 10 10 re S", b"/Type/XObject/Subtype/Form/BBox[0 0 12 12]")
_FIELD = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/Rect[60 %d 260 %d]/F %d/DA(/Helv 12 Tf 0 g)%s>>"


def _field(entries: bytes, flags: int = 4, low: int = 400, high: int = 420) -> bytes:
    return _FIELD % (low, high, flags, entries)


def _form(*objects: bytes, content: bytes = TEXT, entries: bytes = _MEDIA) -> bytes:
    """The first object is the field, and the only annotation."""
    catalog = b"/AcroForm<</Fields[6 0 R]/NeedAppearances true/DA(/Helv 12 Tf 0 g)/DR<<%s>>>>"
    return page(content, entries + b"/Annots[6 0 R]", catalog=catalog % _FONTS, extra=list(objects))


def _look(text: bytes) -> bytes:
    content = b"BT /Helv 12 Tf 0 g 2 5 Td (%s) Tj ET" % text
    return stream(content, _FORM_XOBJECT + b"/BBox[0 0 200 20]")


def _box(state: bytes, flags: int = 4) -> bytes:
    return (
        b"<</Type/Annot/Subtype/Widget/FT/Btn/T(c)/Rect[60 400 72 412]/F %d/AS/%s"
        b"/AP<</N<</Yes 7 0 R/Off 8 0 R>>>>>>" % (flags, state)
    )


def _forms() -> dict[str, Kind]:
    value, label = SEEN + " Jane Doe 4711", TEXT + line("by post", 402, 80)
    looks = b"/V(Jane Doe 4711)/AP<</N 7 0 R>>"
    choices = b"/V(Second)/Opt[(First)(Second)(Third)]/Ff 131072"
    turned = _MEDIA + b"/CropBox[40 300 560 810]/Rotate 90"
    return {
        "field with a look": Kind(_form(_field(looks), _look(b"Jane Doe 4711")), value),
        "field without a look": Kind(_form(_field(b"/V(Jane Doe 4711)")), value),
        "field on a turned page": Kind(_form(_field(b"/V(Jane Doe 4711)"), entries=turned), value),
        "field in UTF-16": Kind(
            _form(_field(b"/V<FEFF004D00FC006C006C00650072>")), SEEN + " Müller"
        ),
        "field of two lines": Kind(
            _form(_field(b"/V(First of them\nSecond of them)/Ff 4096", low=360)),
            SEEN + " First of them Second of them",
        ),
        "chosen value": Kind(
            _form(_field(choices).replace(b"/FT/Tx", b"/FT/Ch")), SEEN + " Second", "Third"
        ),
        "hidden field": Kind(_form(_field(looks, flags=2), _look(b"secret")), unseen="secret"),
        "password": Kind(_form(_field(b"/V(secret)/Ff 8192")), unseen="secret"),
        "box that is on": Kind(
            _form(_box(b"Yes"), _TICK, _BARE, content=label), SEEN + " ☑ by post"
        ),
        "box that is off": Kind(
            _form(_box(b"Off"), _TICK, _BARE, content=label), SEEN + " ☐ by post"
        ),
        "hidden box": Kind(
            _form(_box(b"Yes", 2), _TICK, _BARE, content=label), SEEN + " by post", "☑"
        ),
    }


def _annotated(annotation: bytes, *more: bytes) -> bytes:
    return page(TEXT, _MEDIA + b"/Annots[6 0 R]", extra=[annotation, *more])


def _annotations() -> dict[str, Kind]:
    place = b"<</Type/Annot/Rect[60 400 260 420]/Subtype/%s>>"
    stamp = place % b"Stamp/F %d/AP<</N 7 0 R>>"
    note = b"FreeText/F 4/Contents(A note here)/DA(/Helv 12 Tf 0 g)"
    return {
        "free text with a look": Kind(
            _annotated(place % (note + b"/AP<</N 7 0 R>>"), _look(b"A note here")),
            SEEN + " A note here",
        ),
        "stamp": Kind(_annotated(stamp % 4, _look(b"APPROVED COPY")), SEEN + " APPROVED COPY"),
        "hidden stamp": Kind(_annotated(stamp % 2, _look(b"secret")), unseen="secret"),
        "stamp that is only printed": Kind(
            _annotated(stamp % 36, _look(b"secret")), unseen="secret"
        ),
        "note": Kind(_annotated(place % b"Text/F 4/Contents(secret)"), unseen="secret"),
        "highlight": Kind(
            _annotated(
                b"<</Type/Annot/Subtype/Highlight/Rect[60 775 400 795]/C[1 1 0]/F 4"
                b"/QuadPoints[60 795 400 795 60 775 400 775]>>"
            )
        ),
    }


def compressed() -> bytes:
    """A PDF whose catalog, pages and font are in a stream of compressed objects."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        3: b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<"
        + _FONTS
        + b">>"
        + _MEDIA
        + b">>",
        5: _FONT,
    }
    offsets, body = [], b""
    for number, each in objects.items():
        offsets.append(b"%d %d" % (number, len(body)))
        body += each + b" "
    header = b" ".join(offsets) + b"\n"
    data = zlib.compress(header + body)
    kind = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(objects), len(header))
    return b"%%PDF-1.5\n4 0 obj\n%s\nendobj\n6 0 obj\n%s\nendobj\n" % (
        stream(TEXT),
        stream(data, kind),
    )


def _broken() -> dict[str, Kind]:
    sound = page(TEXT)
    table = sound.index(b"xref\n0")
    length = b"<</Length %d>>" % len(TEXT)
    tree = re.sub(rb"1 0 obj.*?(?=3 0 obj)", b"", sound[:table], flags=re.DOTALL)
    shifted = re.sub(
        rb"(\d{10}) 00000 n", lambda found: b"%010d 00000 n" % (int(found[1]) + 7), sound
    )
    return {
        "start of the table is wrong": Kind(sound.replace(b"startxref\n", b"startxref\n9")),
        "table is wrong": Kind(shifted),
        "no table": Kind(sound[:table] + b"trailer<</Root 1 0 R>>"),
        "no trailer": Kind(sound[:table]),
        "cut off in the last object": Kind(sound[: table - 5]),
        "no catalog": Kind(tree),
        "no table of compressed objects": Kind(compressed()),
        "length too small": Kind(sound.replace(length, b"<</Length 17>>")),
        "length too large": Kind(sound.replace(length, b"<</Length 9999999>>")),
        "junk around": Kind(b"junk\n" * 20 + sound + b"\0" * 3000),
        "wrong count": Kind(sound.replace(b"/Count 1", b"/Count 7")),
    }


KINDS = {**_geometry(), **_hidden(), **_forms(), **_annotations(), **_broken()}
