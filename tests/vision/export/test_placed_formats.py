"""Formats with places, read back by others' parsers and compared with the document itself."""

import importlib.util
import io
import re
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import pandas
import pytest
from alto_tools import alto_tools
from hypothesis import given, settings
from lxml import etree

from tests.support.placed_documents import every_word, placed_document
from tests.support.readings import documents, small_document
from vision.core.registry import plugin
from vision.export.places import xml_text

XHTML = {"h": "http://www.w3.org/1999/xhtml"}
ALTO = {"a": "http://www.loc.gov/standards/alto/ns-v4#"}
# Neither allows documents to be fetched from elsewhere.
STRICT = etree.XMLParser(no_network=True, resolve_entities=False)


def exported(name, document):
    return [each.content for each in plugin("format", name).load()(document, None)]


@cache
def package_of_ocrd(name):
    (folder,) = importlib.util.find_spec(name).submodule_search_locations
    return Path(folder)


@cache
def page_schema():
    return etree.XMLSchema(etree.parse(package_of_ocrd("ocrd_validators") / "page.xsd"))


@cache
def page_parser():
    """OCR-D's own classes of PAGE, without the rest of its package."""
    path = package_of_ocrd("ocrd_models") / "ocrd_page_generateds.py"
    spec = importlib.util.spec_from_file_location("ocrd_page_generateds", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def wanted(document, *, decimals=0):
    """Text, box and confidence in percent of each word, as formats can write them."""
    return [
        (xml_text(each.text), tuple(round(side, decimals) for side in each.box),
         pytest.approx(100 * each.confidence, abs=0.006))
        for each in every_word(document)
    ]  # fmt: skip


def hocr_words(content):
    root = etree.fromstring(content, STRICT)
    for each in root.iterfind(".//h:span[@class='ocrx_word']", XHTML):
        found = re.fullmatch(r"bbox (\d+) (\d+) (\d+) (\d+); x_wconf ([\d.]+)", each.get("title"))
        yield "".join(each.itertext()), tuple(map(int, found.groups()[:4])), float(found[5])


def test_hocr_has_the_words_of_the_document():
    document = placed_document()
    (content,) = exported("hocr", document)
    assert list(hocr_words(content)) == wanted(document)


def test_hocr_is_valid_by_the_specification(tmp_path):
    path = tmp_path / "made.hocr"
    (content,) = exported("hocr", placed_document())
    path.write_bytes(content)
    # Its code has warnings of its own under newer Pythons.
    program = "from hocr_spec.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, "--format", "text", str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Document is valid" in ran.stdout, ran.stdout + ran.stderr


def test_hocr_tells_figures_turned_lines_and_characters():
    root = etree.fromstring(exported("hocr", placed_document())[0], STRICT)
    (photo,) = root.iterfind(".//h:div[@class='ocr_photo']", XHTML)
    assert photo.get("title") == "bbox 200 20 380 180"
    titles = [each.get("title") for each in root.iterfind(".//h:span[@class='ocr_line']", XHTML)]
    assert titles[1] == "bbox 5 40 25 150; poly 5 150 5 40 25 40 25 150"
    letters = root.findall(".//h:span[@class='ocrx_cinfo']", XHTML)
    assert [(each.text, each.get("title")) for each in letters] == [
        ("A", "x_bboxes 60 10 70 30; x_confs 90"),
        ("b", "x_bboxes 70 10 80 30; x_confs 75"),
    ]


def alto_words(content):
    _, tree, namespace = alto_tools.alto_parse(io.BytesIO(content))
    for each in tree.iterfind(f".//{{{namespace}}}String"):
        x, y, w, h = (float(each.get(side)) for side in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
        box = tuple(round(side, 2) for side in (x, y, x + w, y + h))
        yield each.get("CONTENT"), box, 100 * float(each.get("WC"))


def test_alto_has_the_words_of_the_document():
    document = placed_document()
    (content,) = exported("alto", document)
    assert list(alto_words(content)) == wanted(document, decimals=2)


def test_alto_is_read_by_alto_tools(capsys):
    _, tree, namespace = alto_tools.alto_parse(io.BytesIO(exported("alto", placed_document())[0]))
    alto_tools.alto_text(tree, namespace)
    assert capsys.readouterr().out.splitlines()[1:3] == ["Grüße<&> Ab ", "up wards "]


def test_alto_places_the_gap_of_words_read_from_the_right():
    root = etree.fromstring(exported("alto", placed_document())[0], STRICT)
    gaps = [dict(each.attrib) for each in root.iterfind(".//a:SP", ALTO)]
    assert {"WIDTH": "10", "HPOS": "140", "VPOS": "200"} in gaps


def page_words(content):
    page = page_parser().parse(io.BytesIO(content), silence=True).get_Page()
    cells = [cell for table in page.get_TableRegion() for cell in table.get_TextRegion()]
    for region in page.get_TextRegion() + cells:
        for word in (word for line in region.get_TextLine() for word in line.get_Word()):
            corners = [
                tuple(map(int, each.split(","))) for each in word.get_Coords().points.split()
            ]
            (text,) = word.get_TextEquiv()
            yield text.get_Unicode(), (*corners[0], *corners[2]), 100 * text.get_conf()


def test_page_xml_has_the_words_of_the_document():
    document = placed_document()
    first, second = exported("page", document)
    # By their places: the words of a table are in the order of its cells.
    found, expected = (
        sorted(each, key=lambda word: word[1]) for each in (page_words(first), wanted(document))
    )
    assert found == expected
    assert list(page_words(second)) == []


def test_page_xml_tells_cells_and_the_order_of_regions():
    page = page_parser().parse(io.BytesIO(exported("page", placed_document())[0]), silence=True)
    page = page.get_Page()
    order = page.get_ReadingOrder().get_OrderedGroup().get_RegionRefIndexed()
    assert [each.get_regionRef() for each in order] == ["r1", "r2", "r3", "r4"]
    (table,) = page.get_TableRegion()
    cells = {
        (role.rowIndex, role.columnIndex, role.colSpan): cell.get_TextEquiv()[0].get_Unicode()
        for cell in table.get_TextRegion()
        if cell.get_Roles()
        for role in [cell.get_Roles().get_TableCellRole()]
    }
    assert cells[1, 1, 1] == "1,234.50"
    assert cells[2, 0, 2] == ""
    outside = [cell for cell in table.get_TextRegion() if not cell.get_Roles()]
    assert [cell.get_TextEquiv()[0].get_Unicode() for cell in outside] == ["stray"]


@pytest.mark.parametrize("made", [placed_document, small_document])
def test_page_xml_is_valid_by_its_schema(made):
    for content in exported("page", made()):
        page_schema().assertValid(etree.fromstring(content, STRICT))


def test_tsv_is_read_as_tesseract_s(tmp_path):
    document = placed_document()
    (content,) = exported("tsv", document)
    # As pytesseract reads Tesseract's.
    table = pandas.read_csv(io.BytesIO(content), sep="\t", quoting=3, keep_default_na=False)
    words = table[table.level == 5]
    found = [
        (row.text, (row.left, row.top, row.left + row.width, row.top + row.height), row.conf)
        for row in words.itertuples()
    ]
    expected = [(" ".join(text.split()), *rest) for text, *rest in wanted(document)]
    assert [(xml_text(text), *rest) for text, *rest in found] == expected
    pages = table[table.level == 1]
    assert list(pages.page_num) == [1, 3]
    assert list(pages.width) == [400, 400]
    assert set(table[table.level < 5].conf) == {-1}


def test_tsv_has_the_columns_that_tesseract_writes(tmp_path):
    pytesseract = import_module("pytesseract")
    from PIL import Image  # noqa: PLC0415

    theirs = pytesseract.image_to_data(Image.new("L", (60, 30), 255))
    ours = exported("tsv", small_document())[0].decode()
    assert ours.splitlines()[0] == theirs.splitlines()[0]
    assert ours.splitlines()[1].split("\t")[6:11] == ["0", "0", "100", "200", "-1"]


def test_html_keeps_spans_and_nothing_in_it_is_active():
    (content,) = exported("html", placed_document())
    root = etree.fromstring(content, etree.HTMLParser(encoding="utf-8"))
    assert root.findtext(".//h1") == "Grüße<&> Ab"
    assert [each.text for each in root.iterfind(".//section[@id='page-1']//td")][-2:] == [
        "1,234.50", "all <b>\n& more",
    ]  # fmt: skip
    assert root.xpath("//td[@colspan='2']/text()") == ["all <b>\n& more"]
    assert root.xpath("//script | //b | //a | //img | //@onclick") == []
    assert [each.get("id") for each in root.iterfind(".//section")] == ["page-1", "page-3"]


@settings(max_examples=60, deadline=None)
@given(documents)
def test_any_document_can_be_written_and_parsed(document):
    for name in ("hocr", "alto", "page"):
        for content in exported(name, document):
            etree.fromstring(content, STRICT)
    for content in exported("page", document):
        page_schema().assertValid(etree.fromstring(content, STRICT))
    rows = exported("tsv", document)[0].decode().split("\n")
    assert {row.count("\t") for row in rows[:-1]} == {11}
    assert exported("html", document)[0].endswith(b"</html>\n")
