"""PDF/A-2b: pikepdf's checker approves it, and what it states is looked at by hand as well."""

import io
import re
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from lxml import etree
from pikepdf import pdfa
from PIL import Image

from tests.support.text_pdfs import text_pdf, written
from tests.vision.input.searchable.test_searchable_pdf import (
    LIMITS,
    WORDS,
    all_text,
    blank_pdf,
    only_image,
    picture,
    text_of,
    words_in,
)
from vision.core.errors import BadInput
from vision.input.sandbox.pool import DecoderPool
from vision.input.searchable import archival
from vision.input.searchable.pdf import searchable_pdf

PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"
OVERHEAD_BYTES = 2500  # the colour profile, the metadata


def made_of(path: Path, width: int = 1200, height: int = 900) -> bytes:
    """The file as PDF/A with three words."""
    return searchable_pdf(path, [text_of(width, height)], LIMITS, archival=True)


def declared(content: bytes) -> dict[str, str]:
    """What the metadata says of the conformance (ISO 19005-2, 6.6.4), by its plain XML."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        packet = etree.fromstring(pdf.Root.Metadata.read_bytes())
        assert pdf.Root.Metadata.get("/Filter") is None  # 6.6.2.1: readable without a decoder
    found = {}
    for element in packet.iter():
        found |= {name: text for name, text in element.attrib.items() if name.startswith(PDFAID)}
        if str(element.tag).startswith(PDFAID):
            found[element.tag] = element.text
    return {name.removeprefix(PDFAID): text for name, text in found.items()}


@pytest.mark.parametrize(
    ("name", "mode", "options", "kind"),
    [
        ("a.jpg", "RGB", {"quality": 80}, "/DCTDecode"),
        ("a.jpg", "L", {"progressive": True}, "/DCTDecode"),
        ("a.png", "RGB", {}, "/FlateDecode"),
        ("a.png", "1", {}, "/FlateDecode"),
        ("a.tif", "1", {"compression": "group4"}, "/CCITTFaxDecode"),
        ("a.webp", "RGB", {}, "/FlateDecode"),  # few greys: smaller, and without loss
    ],
)
def test_images_become_pdf_a_with_their_data_kept(tmp_path, name, mode, options, kind):
    path = picture(tmp_path / name, mode, **options)
    made = made_of(path)
    assert pdfa.validate_written(io.BytesIO(made), "2b").summary() == "PDF/A-2b: pass"
    assert declared(made) == {"part": "2", "conformance": "B"}
    plain = searchable_pdf(path, [text_of(1200, 900)], LIMITS)
    assert only_image(made) == only_image(plain)
    assert kind in only_image(made)[1]
    assert words_in(made, 1200) == words_in(plain, 1200)
    assert len(made) < len(plain) + OVERHEAD_BYTES


def test_the_file_states_what_iso_19005_asks_for(tmp_path):
    made = made_of(picture(tmp_path / "a.jpg"))
    assert re.match(rb"%PDF-1\.[4-7]\n%", made)  # 6.1.2
    assert all(byte > 127 for byte in made[10:14])
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert not pdf.is_encrypted  # 6.1.3
        assert len(pdf.trailer.ID) == 2
        (intent,) = pdf.Root.OutputIntents  # 6.2.3
        assert str(intent.S) == "/GTS_PDFA1"
        assert int(intent.DestOutputProfile.N) == 3
        assert intent.DestOutputProfile.read_bytes()[16:20] == b"RGB "
        (font,) = pdf.pages[0].Resources.Font.values()  # 6.2.11.4.1
        assert font.FontDescriptor.FontFile2.read_bytes()
        assert {"/OpenAction", "/AA", "/AcroForm"}.isdisjoint(pdf.Root.keys())  # 6.4, 6.5


@pytest.mark.parametrize(
    ("name", "mode"),
    [("a.jpg", "CMYK"), ("a.jp2", "RGB")],
    ids=["colours of a press", "JPEG 2000"],
)
def test_images_that_pdf_a_leaves_in_doubt_are_encoded_again(tmp_path, name, mode):
    made = made_of(picture(tmp_path / name, mode))
    assert pdfa.validate_written(io.BytesIO(made), "2b").passed
    with pypdfium2.PdfDocument(made) as pdf:
        shown = pdf[0].render(scale=1).to_pil().convert("RGB")
    with Image.open(tmp_path / name) as before:
        wanted = before.convert("RGB").resize(shown.size)
    middle = (shown.width // 2, shown.height // 2)
    assert shown.getpixel(middle) == pytest.approx(wanted.getpixel(middle), abs=60)
    assert words_in(made, 1200).keys() == WORDS.keys()


def test_a_pdf_that_conforms_keeps_its_content(tmp_path):
    path = blank_pdf(tmp_path / "page.pdf", content=b"q 0 0 1 rg 9 9 90 90 re f Q")
    made = made_of(path, 1750, 2500)
    assert pdfa.validate_written(io.BytesIO(made), "2b").passed
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert b"9 9 90 90 re" in b"".join(each.read_bytes() for each in pdf.pages[0].Contents)


def test_a_pdf_whose_fonts_are_not_embedded_is_drawn(tmp_path):
    path = tmp_path / "text.pdf"
    path.write_bytes(text_pdf(written(["Visible text"])))
    made = made_of(path, 2480, 3508)
    assert pdfa.validate_written(io.BytesIO(made), "2b").passed
    assert "Visible" not in all_text(made)
    assert words_in(made, 2480).keys() == WORDS.keys()
    with pypdfium2.PdfDocument(made) as after, pypdfium2.PdfDocument(path) as before:
        drawn, wanted = (pdf[0].render(scale=0.5).to_pil().convert("L") for pdf in (after, before))
    assert drawn.size == pytest.approx(wanted.size, abs=1)
    assert drawn.getextrema()[0] < 200  # the text is still seen


def test_helpers_make_pdf_a(tmp_path):
    path = picture(tmp_path / "a.jpg")
    with DecoderPool(1) as pool:
        made = pool.searchable_pdf(path, [text_of(1200, 900)], archival=True)
    assert declared(made)["part"] == "2"


def test_a_file_that_cannot_be_made_pdf_a_says_so(tmp_path, monkeypatch):
    def refuse(content):
        raise archival.NotArchivable("[violation] a reason")

    monkeypatch.setattr(archival, "archival_pdf", refuse)
    with pytest.raises(BadInput, match=r"No PDF can be made of the file: .* a reason") as caught:
        made_of(picture(tmp_path / "a.jpg"))
    assert caught.value.code == "damaged"
