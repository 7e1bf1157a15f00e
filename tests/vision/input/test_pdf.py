import re
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from tests.support.documents import encrypted_pdf, pdf, save
from tests.support.pdf_kinds import KINDS
from tests.support.text_pdfs import text_pdf
from vision.core.errors import BadInput
from vision.core.geometry import bounding_box
from vision.core.limits import DocumentProbe, Limits
from vision.input.decode import decode_page, probe

LIMITS = Limits()


def refusal(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        probe(path, LIMITS)
    return caught.value.code


def test_a_pdf_counts_its_pages_and_draws_each(tmp_path: Path) -> None:
    path = save(tmp_path, "a.pdf", pdf([(200, 100), (72, 144)]))
    assert probe(path, LIMITS) == DocumentProbe("application/pdf", 2)
    second = decode_page(path, 2, 300, LIMITS)
    assert second.pixels.shape == (600, 300, 3)
    assert second.dpi == 300
    assert second.number == 2


@pytest.mark.parametrize(
    ("rotate", "mark"),
    [(0, "bottom left"), (90, "top left"), (180, "top right"), (270, "bottom right")],
)
def test_the_rotation_of_a_page_is_honoured(rotate: int, mark: str, tmp_path: Path) -> None:
    path = save(tmp_path, "a.pdf", pdf([(200, 100)], page_entries=b"/Rotate %d" % rotate))
    pixels = decode_page(path, 1, 72, LIMITS).pixels
    assert pixels.shape == ((100, 200, 3) if rotate % 180 == 0 else (200, 100, 3))
    rows, columns = np.nonzero(pixels[:, :, 0] < 128)
    down = "top" if rows.mean() < pixels.shape[0] / 2 else "bottom"
    across = "left" if columns.mean() < pixels.shape[1] / 2 else "right"
    assert f"{down} {across}" == mark


def test_colours_come_out_as_rgb(tmp_path: Path) -> None:
    path = save(tmp_path, "a.pdf", pdf(content=b"1 0 0 rg 0 0 200 100 re f"))
    assert decode_page(path, 1, 72, LIMITS).pixels[50, 50].tolist() == [255, 0, 0]


def test_filled_in_form_fields_are_drawn(tmp_path: Path) -> None:
    look = b"0 0 0 rg 0 0 40 40 re f"
    extra = [
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/F 4/Rect[100 20 140 60]/AP<</N 6 0 R>>>>",
        b"<</Type/XObject/Subtype/Form/BBox[0 0 40 40]/Length %d>>stream\n%s\nendstream"
        % (len(look), look),
    ]
    content = pdf(content=b"", page_entries=b"/Annots[5 0 R]", extra=extra)
    content = content.replace(b"/Pages 2 0 R", b"/Pages 2 0 R/AcroForm<</Fields[5 0 R]>>", 1)
    pixels = decode_page(save(tmp_path, "a.pdf", content), 1, 72, LIMITS).pixels
    assert pixels[60, 120].max() < 50


@pytest.mark.parametrize("dpi", [72, 150, 200, 300])
def test_text_of_form_fields_is_drawn_in_its_own_colour(dpi: int, tmp_path: Path) -> None:
    path = save(tmp_path, "a.pdf", KINDS["field without a look"].content)
    pixels = decode_page(path, 1, dpi, LIMITS).pixels
    assert pixels.min() < 100
    assert (pixels.max(axis=2) == pixels.min(axis=2)).all()


@pytest.mark.parametrize(
    ("points", "longest"),
    [((14_400 * 72, 14_400 * 72), 6_325), ((14_400 * 72, 72), 10_000), ((3, 14_400), 10_000)],
)
def test_an_enormous_page_is_drawn_as_large_as_limits_allow(
    points: tuple[float, float], longest: int, tmp_path: Path
) -> None:
    page = decode_page(save(tmp_path, "a.pdf", pdf([points], content=b"")), 1, 600, LIMITS)
    height, width = page.pixels.shape[:2]
    assert width * height <= LIMITS.max_pixels
    assert longest * 0.99 < max(width, height) <= longest
    assert page.dpi is not None
    assert page.dpi < 600


@pytest.mark.parametrize(
    ("entry", "unit"),
    [
        (b"/UserUnit 10", 10),
        (b"/UserUnit 2.5", 2.5),
        (b"/UserUnit\n.5", 0.5),
        (b"/UserUnit 0", 1),
        (b"/UserUnit -3", 1),
        (b"/UserUnit 1e9", 1),
        (b"/UserUnit(10)", 1),
        (b"", 1),
    ],
)
def test_a_page_is_drawn_in_the_unit_that_it_states(
    entry: bytes, unit: float, tmp_path: Path
) -> None:
    path = save(tmp_path, "a.pdf", pdf([(60, 40)], page_entries=entry))
    page = decode_page(path, 1, 144, LIMITS)
    assert page.pixels.shape[:2] == (80 * unit, 120 * unit)
    assert page.dpi == 144
    assert page.pixels[-round(30 * unit), round(30 * unit)].max() < 50


def test_each_page_has_its_own_unit_also_where_objects_are_compressed(tmp_path: Path) -> None:
    plain = pdf([(60, 40), (60, 40)], page_entries=b"/UserUnit 3")
    plain = plain.replace(b"/UserUnit 3", b"/UserUnit 1", 1)
    path = save(tmp_path, "a.pdf", compressed_objects(plain))
    assert b"UserUnit" not in path.read_bytes()
    shapes = [decode_page(path, number, 72, LIMITS).pixels.shape[:2] for number in (1, 2)]
    assert shapes == [(40, 60), (120, 180)]


def test_words_stand_where_they_are_drawn_in_pages_of_a_large_unit(tmp_path: Path) -> None:
    content = b"BT /F1 1.2 Tf 6 78 Td (Twelve boxes of paper) Tj ET"
    path = save(tmp_path, "a.pdf", text_pdf(content, b"/UserUnit 10/CropBox[0 70 60 84]"))
    page = decode_page(path, 1, 72, LIMITS)
    assert page.text_layer is not None
    assert page.pixels.shape[:2] == (140, 600)
    for word in page.text_layer.words:
        box = bounding_box(word.quad)
        ink = page.pixels[int(box.y0) : int(box.y1) + 1, int(box.x0) : int(box.x1) + 1]
        assert ink.size
        assert ink.min() < 128


def stream_object(number: int, entries: bytes, data: bytes) -> bytes:
    head = b"%d 0 obj\n<<%s/Length %d>>stream\n" % (number, entries, len(data))
    return head + data + b"\nendstream\nendobj\n"


def compressed_objects(document: bytes) -> bytes:
    """The same PDF with its pages in a stream of compressed objects, as most writers keep them."""
    found = re.findall(rb"(\d+) 0 obj\n(.*?)\nendobj", document, re.DOTALL)
    streams = [(number, body) for number, body in found if b"stream" in body]
    others = [(number, body) for number, body in found if b"stream" not in body]
    bodies = b" ".join(body for _, body in others)
    places = [
        len(b" ".join(body for _, body in others[:at])) + (at > 0) for at in range(len(others))
    ]
    head = b" ".join(
        b"%s %d" % (number, place) for (number, _), place in zip(others, places, strict=True)
    )
    packed = zlib.compress(head + b" " + bodies)
    size = len(found) + 3
    out, offsets = b"%PDF-1.7\n", {}
    for number, body in streams:
        offsets[int(number)] = len(out)
        out += b"%s 0 obj\n%s\nendobj\n" % (number, body)
    offsets[size - 2] = len(out)
    entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(others), len(head) + 1)
    out += stream_object(size - 2, entries, packed)
    offsets[size - 1] = len(out)
    within = {int(number): at for at, (number, _) in enumerate(others)}
    rows = b""
    for number in range(size):
        if number in within:
            rows += struct.pack(">BIH", 2, size - 2, within[number])
        else:
            rows += struct.pack(">BIH", number in offsets, offsets.get(number, 0), 0)
    out += stream_object(size - 1, b"/Type/XRef/Size %d/W[1 4 2]/Root 1 0 R" % size, rows)
    return out + b"startxref\n%d\n%%%%EOF\n" % offsets[size - 1]


def test_a_pdf_behind_a_password_is_refused_as_encrypted(tmp_path: Path) -> None:
    assert refusal(save(tmp_path, "a.pdf", encrypted_pdf())) == "encrypted"


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"\x00" * 5000, pdf([])])
def test_a_pdf_without_pages_is_refused_as_damaged(content: bytes, tmp_path: Path) -> None:
    assert refusal(save(tmp_path, "a.pdf", content)) == "damaged"


@pytest.mark.parametrize("number", [0, 2, 1_000_000])
def test_a_page_beyond_the_last_is_refused(number: int, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        decode_page(save(tmp_path, "a.pdf", pdf()), number, 72, LIMITS)
    assert caught.value.code == "page_missing"


def test_too_many_pages_are_refused_before_any_is_drawn(tmp_path: Path) -> None:
    path = save(tmp_path, "a.pdf", pdf([(10, 10)] * 3))
    with pytest.raises(BadInput) as caught:
        probe(path, Limits(max_pages=2))
    assert caught.value.code == "too_many_pages"
    assert "3 pages" in caught.value.message
