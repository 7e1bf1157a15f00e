"""Tagged PDFs: the structure tree as pikepdf and PDFium read it, and what each element holds."""

import ctypes
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pikepdf import Name, pdfa
from PIL import Image
from pypdfium2 import raw

from benchmarks.searchable import problems
from tests.support.placed_documents import TABLE, line, placed_document, word
from tests.support.text_pdfs import text_pdf, written
from tests.vision.input.searchable.test_searchable_pdf import (
    LIMITS,
    all_text,
    blank_pdf,
    picture,
    rendered,
    words_in,
)
from vision.core.document import Block, Box, Document, Page, Region, Table, TableCell
from vision.core.exports import PageText
from vision.export.pdf import tagged_texts
from vision.input.sandbox.pool import DecoderPool
from vision.input.searchable.pdf import searchable_pdf

SIZE = (400, 600)


def block(id_: str, kind: str, y: float, text: str, **more: Any) -> Block:
    places = enumerate(text.split())
    words = [word(each, 0.9, 20 + 60 * n, y, 70 + 60 * n, y + 12) for n, each in places]
    return Block(id_, kind, (line(*words),), **more)


def page_of(*blocks: Block, **more: Any) -> Page:
    bare = {"regions": (), "tables": (), "languages": ("eng",)}
    return replace(placed_document().pages[0], blocks=blocks, **{**bare, **more})


def document_of(*pages: Page) -> Document:
    numbered = tuple(replace(page, number=number) for number, page in enumerate(pages, 1))
    return replace(placed_document(), pages=numbered)


REPORT = page_of(
    block("b0", "header", 5, "Annual report"),
    block("b1", "title", 30, "Results"),
    block("b2", "text", 60, "All is well."),
    block("b3", "title", 90, "1.1 Costs"),
    block("b4", "list", 120, "• paper"),
    block("b5", "caption", 300, "Figure 1: paper", caption_of="r1"),
    block("b6", "footnote", 560, "1 see above"),
    block("b7", "page_number", 585, "7"),
    regions=(Region("r1", "figure", 0.9, Box(20, 150, 200, 290), "doc"),),
)


def tagged(path: Path, document: Document) -> bytes:
    return searchable_pdf(path, tagged_texts(document), LIMITS)


def scan(tmp_path: Path) -> Path:
    return picture(tmp_path / "scan.png", size=SIZE)


def kids(element: Any) -> list[Any]:
    found = element.get("/K", [])
    return list(found) if isinstance(found, pikepdf.Array) else [found]


def roles(element: Any) -> Any:
    """A tree of role names; leaves are names alone."""
    below = [roles(each) for each in kids(element) if isinstance(each, pikepdf.Dictionary)]
    name = str(element.S).strip("/")
    return {name: below} if below else name


def body(pdf: pikepdf.Pdf) -> Any:
    root = pdf.Root.StructTreeRoot
    assert Name.Document == root.K.S
    assert root.K.P.objgen == root.objgen
    return root.K


def marks(page: pikepdf.Page) -> Iterator[tuple[str, int | None, bytes]]:
    """Each marked content of a page: its tag, its number, and what is in it."""
    opened: list[tuple[str, int | None, list[Any]]] = []
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) in {"BDC", "BMC"}:
            assert not opened, "marked content is not nested"
            about = operands[1] if str(operator) == "BDC" else {}
            number = about.get("/MCID")
            opened.append((str(operands[0]), None if number is None else int(number), []))
        elif str(operator) == "EMC":
            tag, number, inside = opened.pop()
            yield tag, number, pikepdf.unparse_content_stream(inside)
        elif opened:
            opened[-1][2].append((operands, operator))
        else:
            assert str(operator) not in {"Tj", "TJ", "Do", "f", "S"}, "content without a mark"
    assert opened == []


def test_blocks_become_elements_in_reading_order(tmp_path):
    made = tagged(scan(tmp_path), document_of(REPORT))
    assert problems(made) == []
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert roles(body(pdf))["Document"] == [
            "H1", "P", "H3", {"L": [{"LI": ["LBody"]}]}, {"Figure": ["Caption"]}, "Note",
        ]  # fmt: skip
        assert pdf.Root.MarkInfo.Marked is True
        assert str(pdf.Root.Lang) == "en"
        figure = kids(body(pdf))[4]
        assert str(figure.Alt) == "Figure 1: paper"
        x0, y0, x1, y1 = (float(each) for each in figure.A.BBox)
        wide, high = (float(each) for each in pdf.pages[0].mediabox[2:])
        box = (20 / 400 * wide, high - 290 / 600 * high, 200 / 400 * wide, high - 150 / 600 * high)
        assert (x0, y0, x1, y1) == pytest.approx(box, abs=0.1)


def test_all_content_is_marked_and_each_mark_leads_to_its_element(tmp_path):
    made = tagged(scan(tmp_path), document_of(REPORT))
    with pikepdf.open(io.BytesIO(made)) as pdf:
        (page,) = pdf.pages
        found = list(marks(page))
        numbers = [number for _, number, _ in found if number is not None]
        assert numbers == list(range(len(numbers)))
        (key, parents) = pdf.Root.StructTreeRoot.ParentTree.Nums
        assert key == page.obj.StructParents == 0
        assert len(parents) == len(numbers)
        for tag, number, inside in found:
            if number is None:
                assert tag == "/Artifact"
                continue
            element = parents[number]
            assert str(element.S) == tag
            own = [each for each in kids(element) if not isinstance(each, pikepdf.Object)]
            assert own == [number]
            assert element.Pg.objgen == page.obj.objgen
            assert (b"Tj" in inside) == (tag != "/Figure")
        artifacts = b"".join(inside for tag, _, inside in found if tag == "/Artifact")
        assert artifacts.count(b"Tj") == 3  # Annual report 7
        assert b"Do" in artifacts


def test_pdfium_reads_the_tree_with_its_description(tmp_path):
    made = tagged(scan(tmp_path), document_of(REPORT))
    with pypdfium2.PdfDocument(made) as pdf:
        page = pdf[0]
        tree = raw.FPDF_StructTree_GetForPage(page)
        assert raw.FPDF_StructTree_CountChildren(tree) == 1
        document = raw.FPDF_StructTree_GetChildAtIndex(tree, 0)
        below = [
            raw.FPDF_StructElement_GetChildAtIndex(document, at)
            for at in range(raw.FPDF_StructElement_CountChildren(document))
        ]
        assert [_text(raw.FPDF_StructElement_GetType, each) for each in below] == [
            "H1", "P", "H3", "L", "Figure", "Note",
        ]  # fmt: skip
        assert _text(raw.FPDF_StructElement_GetAltText, below[4]) == "Figure 1: paper"
        raw.FPDF_StructTree_Close(tree)


def _text(read: Any, element: Any) -> str:
    size = read(element, None, 0)
    buffer = ctypes.create_string_buffer(size)
    read(element, buffer, size)
    return buffer.raw[: size - 2].decode("utf-16-le")


def test_words_are_where_they_are_without_tags_and_nothing_drawn_changes(tmp_path):
    path = scan(tmp_path)
    texts = tagged_texts(document_of(REPORT))
    with_tags = searchable_pdf(path, texts, LIMITS)
    plain = searchable_pdf(path, [text._replace(tags=()) for text in texts], LIMITS)
    assert sorted(all_text(with_tags).split()) == sorted(all_text(plain).split())
    found, wanted = words_in(with_tags, 400), words_in(plain, 400)
    assert found.keys() == wanted.keys()
    assert all(found[each] == pytest.approx(wanted[each], abs=1) for each in found)
    assert (rendered(with_tags) == rendered(plain)).all()


CELLS = (
    TableCell(0, 0, "Item", Box(5, 395, 100, 425), words=(("b4", 0, 0),)),
    TableCell(0, 1, "Price", Box(100, 395, 200, 425), words=(("b4", 0, 1),)),
    TableCell(1, 0, "=cmd 1,234.50", Box(5, 425, 200, 455), 1, 2),
    TableCell(2, 0, "", Box(5, 455, 100, 480), 2, 1),
    TableCell(2, 1, "", Box(100, 455, 200, 480)),
)


def test_tables_have_rows_cells_heads_and_spans(tmp_path):
    rows = placed_document().pages[0].blocks[-1]
    table = Table("t1", TABLE.box, 3, 2, CELLS, "r2", header_rows=1)
    caption = block("b9", "caption", 380, "Table 1", caption_of="r2")
    page = page_of(caption, rows, tables=(table,))
    with pikepdf.open(io.BytesIO(tagged(scan(tmp_path), document_of(page)))) as pdf:
        head = [{"TR": ["TH", "TH"]}, {"TR": ["TD"]}, {"TR": ["TD", "TD"]}]
        assert roles(body(pdf))["Document"] == [{"Table": ["Caption", *head]}, "P"]
        made = kids(body(pdf))[0]
        _, first, second, third = kids(made)
        assert [each.A.Scope for each in kids(first)] == [Name.Column] * 2
        assert kids(second)[0].A.ColSpan == 2
        assert kids(third)[0].A.RowSpan == 2
        texts = {number: inside for _, number, inside in marks(pdf.pages[0])}
        assert b"stray" in texts[kids(kids(body(pdf))[1])[0]]  # in no cell
        assert [b"Price" in texts[each.K] for each in kids(first)] == [False, True]
        assert re.findall(rb"\((\S+) ?\)", texts[kids(second)[0].K]) == [b"=cmd", b"1,234.50"]


def test_each_page_has_its_elements_and_its_language(tmp_path):
    path = tmp_path / "scan.tif"
    pages = [picture(tmp_path / f"{n}.png", size=SIZE) for n in range(2)]
    first, second = (Image.open(each) for each in pages)
    first.save(path, save_all=True, append_images=[second], compression="tiff_lzw")
    german = page_of(block("b1", "text", 40, "Guten Tag"), languages=("deu",))
    made = tagged(path, document_of(page_of(block("b1", "text", 40, "Good day")), german))
    with pikepdf.open(io.BytesIO(made)) as pdf:
        one, other = kids(body(pdf))
        assert str(pdf.Root.Lang) == "en"
        assert ("/Lang" in one, str(other.Lang)) == (False, "de")
        assert [each.Pg.objgen for each in (one, other)] == [each.obj.objgen for each in pdf.pages]


def test_pages_with_text_of_their_own_stay_untagged_and_are_not_claimed(tmp_path):
    path = tmp_path / "text.pdf"
    path.write_bytes(text_pdf(written(["Visible text"])))
    made = tagged(path, document_of(replace(REPORT, width=2480, height=3508)))
    assert {"Results", "Visible"} <= set(all_text(made).split())
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert "/StructTreeRoot" not in pdf.Root
        assert "/MarkInfo" not in pdf.Root


def test_a_structure_that_the_file_has_is_kept(tmp_path):
    path = blank_pdf(tmp_path / "page.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.Root.StructTreeRoot = pikepdf.Dictionary(Type=Name.StructTreeRoot, Theirs=7)
        pdf.save(path)
    with pikepdf.open(io.BytesIO(tagged(path, document_of(REPORT)))) as pdf:
        assert pdf.Root.StructTreeRoot.Theirs == 7


def test_a_scan_in_a_pdf_loses_the_hidden_text_that_cannot_be_tagged(tmp_path):
    path = blank_pdf(tmp_path / "page.pdf", media=(0, 0, 400, 600), content=b"0 0 9 9 re f")
    before = PageText(1, 400, 600, None, False, tagged_texts(document_of(REPORT))[0].lines)
    path.write_bytes(searchable_pdf(path, [before], LIMITS))
    made = tagged(path, document_of(REPORT))
    assert all_text(made).split().count("Results") == 1
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert len(list(marks(pdf.pages[0]))) > 5


def test_the_checker_of_pdf_a_finds_nothing_in_the_structure(tmp_path):
    made = searchable_pdf(scan(tmp_path), tagged_texts(document_of(REPORT)), LIMITS, archival=True)
    assert pdfa.validate_written(io.BytesIO(made), "2b").passed
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert roles(body(pdf))["Document"][0] == "H1"


def test_helpers_make_the_same_tags(tmp_path):
    path, texts = scan(tmp_path), tagged_texts(document_of(REPORT))
    with DecoderPool(1) as pool, pikepdf.open(io.BytesIO(pool.searchable_pdf(path, texts))) as pdf:
        (figure,) = (each for each in kids(body(pdf)) if Name.Figure == each.S)
        assert str(figure.Alt) == "Figure 1: paper"
        assert len(figure.A.BBox) == 4
