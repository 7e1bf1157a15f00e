"""Formats for other programs: chunks, DoclingDocument, COCO, YOLO, SVG."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from docling_core.types.doc.document import DoclingDocument
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.support.placed_documents import TABLE, every_word, line, placed_document, word
from vision.core.document import Block, Region
from vision.core.registry import plugin
from vision.export.chunks import chunks, count_tokens


def exported(name, document):
    return list(plugin("format", name).load()(document, None))


def rows(document):
    (artefact,) = exported("chunks", document)
    return [json.loads(each) for each in artefact.content.decode().splitlines()]


def block(kind, *texts, region=None):
    lines = tuple(
        line(*(word(text, 0.9, 10, y, 60, y + 10) for text in each.split()))
        for y, each in enumerate(texts, 10)
    )
    return Block("b", kind, lines, region)


def document_of(*blocks):
    document = placed_document()
    page = replace(document.pages[0], blocks=blocks, regions=(), tables=())
    return replace(document, pages=(page,))


def test_chunks_have_headings_places_and_hashes():
    document = placed_document()
    first, table = rows(document)
    assert first["headings"] == table["headings"] == ["Grüße<&> Ab"]
    assert (first["kind"], table["kind"]) == ("text", "table")
    assert first["pages"] == [1]
    assert first["boxes"][0] == {"page": 1, "box": [5.0, 40.0, 25.0, 150.0]}
    assert table["text"].startswith("| Item | Price |")
    for number, row in enumerate((first, table), 1):
        assert row["document"] == document.document.sha256
        assert row["id"] == f"{'cd' * 8}-{number}"
        assert row["sha256"] == sha256(row["text"].encode()).hexdigest()


def test_a_section_begins_a_chunk_and_keeps_the_title_of_the_document():
    made = rows(
        document_of(
            block("title", "Report"), block("text", "Intro"), block("header", "Running"),
            block("title", "Part"), block("text", "Body", "more"), block("text", "end"),
        )
    )  # fmt: skip
    assert [(row["headings"], row["text"]) for row in made] == [
        (["Report"], "Intro"),
        (["Report", "Part"], "Body\nmore\n\nend"),
    ]


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ([("title", "Only")], [(["Only"], "Only")]),
        (
            [("title", "Report"), ("title", "Empty"), ("title", "Part"), ("text", "Body")],
            [(["Report", "Empty"], "Empty"), (["Report", "Part"], "Body")],
        ),
        (
            [("title", "Report"), ("text", "Intro"), ("title", "Last")],
            [(["Report"], "Intro"), (["Report", "Last"], "Last")],
        ),
    ],
)
def test_a_heading_with_nothing_below_it_is_not_lost(blocks, expected):
    made = rows(document_of(*(block(*each) for each in blocks)))
    assert [(row["headings"], row["text"]) for row in made] == expected
    assert all(row["boxes"] for row in made)


@given(st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=5), max_size=6))
@settings(max_examples=40, deadline=None)
def test_chunks_are_of_a_limited_size_and_lose_nothing(sizes):
    blocks = [block("text", *(" ".join(["word"] * n) for n in each)) for each in sizes]
    made = list(chunks(document_of(*blocks), most=20))
    assert all(count_tokens("\n\n".join(each.texts)) == each.tokens <= 20 for each in made)
    words = sum(len(text.split()) for each in made for text in each.texts)
    assert words == sum(map(sum, sizes))


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("word", 1), ("retrieval", 3), ("日本語", 3), ("12.50 EUR", 4)]
)
def test_the_estimated_size_of_a_text(text, tokens):
    assert count_tokens(text) == tokens


def docling(document):
    (artefact,) = exported("docling", document)
    return DoclingDocument.model_validate_json(artefact.content)


def test_docling_core_reads_its_document():
    made = docling(placed_document())
    assert made.pages[1].size.width == 400
    assert [item.label for item in made.texts] == ["title", "text", "text"]
    assert made.texts[0].text == "Grüße<&> Ab"
    assert made.texts[0].prov[0].bbox.as_tuple() == (10.25, 10, 80, 30.75)
    assert made.pictures[0].prov[0].bbox.l == 200
    (table,) = made.tables
    frame = table.export_to_dataframe(made)
    assert frame.shape == (3, 2)
    assert frame.iloc[1, 1] == "1,234.50"
    assert made.origin.binary_hash == int("cd" * 8, 16)


def test_docling_core_writes_our_lists_and_headings():
    made = docling(
        document_of(
            block("title", "Report"),
            block("title", "Part"),
            block("list", "1. first item", "goes on", "2. second"),
            block("list", "alpha", "beta"),
            block("page_number", "7"),
        )
    )
    text = made.export_to_markdown()
    assert text.startswith("# Report\n\n## Part\n\n1. first item goes on\n2. second")
    assert "- alpha\n- beta" in text
    assert "7" not in text  # running text is furniture


def test_docling_tells_the_head_of_a_table():
    document = placed_document()
    page = replace(document.pages[0], tables=(replace(TABLE, header_rows=1),))
    (table,) = docling(replace(document, pages=(page,))).tables
    assert [cell.column_header for cell in table.data.table_cells] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_coco_lists_regions_in_pixels():
    (artefact,) = exported("coco", placed_document())
    made = json.loads(artefact.content)
    assert made["categories"] == [{"id": 1, "name": "figure"}, {"id": 2, "name": "table"}]
    assert made["images"][0] == {"id": 1, "file_name": "page-1.png", "width": 400, "height": 600}
    first = made["annotations"][0]
    assert (first["image_id"], first["category_id"], first["bbox"]) == (1, 1, [200, 20, 180, 160])
    assert first["area"] == 180 * 160


def test_yolo_lists_regions_as_shares_of_the_page():
    first, second, classes = exported("yolo", placed_document())
    assert first.content.decode().splitlines()[0] == "0 0.725000 0.166667 0.450000 0.266667"
    assert (first.page, second.page, second.content) == (1, 3, b"")
    assert (classes.name, classes.content) == ("classes", b"figure\ntable\n")


def test_svg_has_a_shape_for_each_word_and_region():
    document = placed_document()
    first, second = exported("svg", document)
    root = etree.fromstring(first.content)
    names = {"s": "http://www.w3.org/2000/svg"}
    assert root.get("viewBox") == "0 0 400 600"
    words = root.findall(".//s:rect[@class='word']", names)
    assert len(words) == len(every_word(document))
    assert words[0].find("s:title", names).text == "Grüße<&> 0.99"
    assert {each.get("id") for each in root.findall("s:rect[@class='region']", names)} == {
        "r1",
        "r2",
    }
    assert second.page == 3


def test_labels_of_strangers_detectors_stay_text():
    document = placed_document()
    odd = Region('"\n<script>', '\x00<b>"\n', 0.5, document.pages[0].regions[0].box, "own")
    page = replace(document.pages[0], regions=(odd,))
    odd_document = replace(document, pages=(page,))
    root = etree.fromstring(exported("svg", odd_document)[0].content)
    assert root.findall(".//{*}script") == []
    assert (
        json.loads(exported("coco", odd_document)[0].content)["categories"][0]["name"] == odd.label
    )
    assert len(exported("yolo", odd_document)[-1].content.splitlines()) == 1


def test_docling_has_the_caption_of_a_figure_and_of_a_table():
    document = placed_document()
    page = document.pages[0]
    (figure,) = (each for each in page.regions if each.label == "figure")
    captions = (
        replace(block("caption", "Figure 1. Boats"), caption_of=figure.id),
        replace(block("caption", "Table 1. Prices"), caption_of=TABLE.region),
    )
    made = docling(replace(document, pages=(replace(page, blocks=(*page.blocks, *captions)),)))
    assert made.pictures[0].caption_text(made) == "Figure 1. Boats"
    assert made.tables[0].caption_text(made) == "Table 1. Prices"
