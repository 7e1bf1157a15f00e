"""Cases of PDF: text that is not seen, false character codes, form fields."""

import random
from collections.abc import Callable, Sequence
from textwrap import wrap

from benchmarks.robustness.canvas import BOXES
from benchmarks.robustness.texts import ITEMS, SENTENCES

Drawing = tuple[bytes, str]  # the file, and the text that is seen on it

_WIDTH, _HEIGHT = 480, 300
_TYPE1 = "/Type /Font /Subtype /Type1 /Encoding /WinAnsiEncoding"
_CHOICES = (
    "I want the key by post", "I collect the key myself", "I have paid the deposit",
    "I need an invoice", "Two persons", "One car",
)  # fmt: skip


def unseen_text(source: random.Random, number: int) -> Drawing:
    """Text outside the crop box, or white on white and off the page."""
    shown = _lines(source, 3)
    hidden = _lines(source, 1)
    operators = _text("F1", 12, 40, 240, shown)
    if number % 2:
        box = f"/CropBox [20 {_HEIGHT - 160} {_WIDTH} {_HEIGHT}]"
        operators += _text("F1", 12, 40, 100, hidden)
    else:
        box = ""
        operators += "1 g " + _text("F1", 12, 40, 100, hidden[:1]) + "0 g "
        operators += _text("F1", 12, _WIDTH + 60, 200, ["Not to be printed"])
    return _pdf(operators, box), "\n".join(shown)


def false_codes(source: random.Random, _: int) -> Drawing:
    """One of two fonts maps its digits to other digits in its ToUnicode table."""
    prose = _lines(source, 4)
    rows = [f"{item} {source.uniform(10, 99):.2f} {source.randint(1000, 9999)}"
            for item in source.sample(ITEMS, 4)]  # fmt: skip
    operators = _text("F1", 12, 40, 260, prose) + _text("F2", 12, 40, 120, rows)
    return _pdf(operators), "\n".join([*prose, *rows])


def form_fields(source: random.Random, _: int) -> Drawing:
    """Check boxes of an interactive form, some of them on."""
    labels = source.sample(_CHOICES, 3)
    states = [True, False, source.random() < 0.5]
    source.shuffle(states)
    operators, fields = "", []
    for at, (label, ticked) in enumerate(zip(labels, states, strict=True)):
        y = 240 - at * 40
        operators += _text("F1", 12, 64, y, [label])
        fields.append(_check_box(40, y - 2, at, ticked=ticked))
    true = [f"{BOXES[on]} {label}"
            for label, on in zip(labels, states, strict=True)]  # fmt: skip
    return _pdf(operators, fields=fields), "\n".join(true)


PdfCase = Callable[[random.Random, int], Drawing]


def _lines(source: random.Random, count: int) -> list[str]:
    return wrap(" ".join(source.sample(SENTENCES, count)), 60)


def _text(font: str, size: int, x: float, y: float, lines: Sequence[str]) -> str:
    shown = " ".join(f"({_escaped(line)}) Tj T*" for line in lines)
    return f"BT /{font} {size} Tf {size * 1.5} TL {x} {y} Td {shown} ET\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _check_box(x: float, y: float, number: int, *, ticked: bool) -> str:
    """A widget whose states have appearances of their own: objects 8 (on) and 9 (off)."""
    return (
        f"<< /Type /Annot /Subtype /Widget /FT /Btn /T (box{number}) /F 4 "
        f"/Rect [{x} {y} {x + 13} {y + 13}] /AP << /N << /Yes 8 0 R /Off 9 0 R >> >> "
        f"/V /{'Yes' if ticked else 'Off'} /AS /{'Yes' if ticked else 'Off'} /P 3 0 R >>"
    )


def _pdf(operators: str, box: str = "", fields: Sequence[str] = ()) -> bytes:
    """One page in Helvetica (F1) and Times (F2), whose ToUnicode table is false."""
    first = 10  # number of the first field's object
    listed = " ".join(f"{first + at} 0 R" for at in range(len(fields)))
    square = "0 0 0 RG 1 w 1 1 11 11 re S"
    form = "/Type /XObject /Subtype /Form /BBox [0 0 13 13]"
    fonts = "/Resources << /Font << /F1 4 0 R /F2 5 0 R >> >>"
    contents = f"/Contents 6 0 R /Annots [{listed}] {fonts}"
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{listed}] >> >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH} {_HEIGHT}] {box} {contents} >>",
        f"<< {_TYPE1} /BaseFont /Helvetica >>",
        f"<< {_TYPE1} /BaseFont /Times-Roman /ToUnicode 7 0 R >>",
        _stream("", operators),
        _stream("", _false_table()),
        _stream(form, f"{square} 3 3 m 10 10 l S 3 10 m 10 3 l S"),
        _stream(form, square),
        *fields,
    ]
    return _file(objects)


def _false_table() -> str:
    """Letters map to themselves, digits to the third digit after them."""
    pairs = [f"<{code:02X}> <{_false(code):04X}>" for code in range(32, 127)]
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n"
        "1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"{len(pairs)} beginbfchar\n" + "\n".join(pairs) + "\nendbfchar\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    )


def _false(code: int) -> int:
    return 48 + (code - 48 + 3) % 10 if 48 <= code <= 57 else code


def _stream(entries: str, content: str) -> str:
    return f"<< {entries} /Length {len(content)} >>\nstream\n{content}\nendstream"


def _file(objects: Sequence[str]) -> bytes:
    body, places = "%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{each}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    body_and_table = f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}"
    end = f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return (body_and_table + end).encode("latin-1")
