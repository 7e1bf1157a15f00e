import json
from dataclasses import replace

import pytest

from tests.support.readings import small_document
from vision.core.document import Block, Box, Line, Region
from vision.export.chunks import export as chunks
from vision.export.json import dumps
from vision.export.markdown import render_markdown
from vision.export.running_text import RunningText, running_kind
from vision.export.stored import StoredDocument

HEIGHT = 1000


def block(text, y, kind="text"):
    return Block("b1", kind, (Line(text, 1.0, Box(50, y, 450, y + 20)),), "r1")


def pages(texts, y=30, kind="text", confidence=0.3):
    """A page for each text, which stands at `y` (one for all, or one for each) above others."""
    places = [y] * len(texts) if isinstance(y, int) else y
    plain = replace(small_document().pages[0], tables=(), height=HEIGHT)
    return [
        replace(
            plain,
            number=number,
            regions=(Region("r1", kind, confidence, Box(50, at, 450, at + 20), "doc"),),
            blocks=(block(text, at, kind), replace(block(f"Body {number}", 500), region=None)),
        )
        for number, (text, at) in enumerate(zip(texts, places, strict=True), start=1)
    ]


def judged(made):
    """The numbers of the pages whose first block is running text."""
    running = RunningText(made)
    return [page.number for page in made if running.includes(page.blocks[0], page)]


@pytest.mark.parametrize(
    ("texts", "running"),
    [
        pytest.param(["Annual report"] * 4, [2, 3, 4], id="the first may be a letterhead"),
        pytest.param(["", "Annual report", "Annual Report", "ANNUAL REPORT"], [2, 3, 4], id="case"),
        pytest.param(["Annual report"] * 2, [], id="two pages are too few"),
        pytest.param([f"Annual report {n}" for n in (11, 12, 13)], [1, 2, 3], id="counting"),
        pytest.param([f"{n} | Annual report 2024" for n in (1, 2, 3)], [1, 2, 3], id="in front"),
        pytest.param([f"Page {n} of 3" for n in (1, 2, 3)], [1, 2, 3], id="page of pages"),
        pytest.param([f"Report {n}" for n in (1, 2, 4, 5, 6)], [3, 4, 5], id="a page is missing"),
        pytest.param([f"Invoice {n}" for n in (12, 17, 31)], [], id="other numbers"),
        pytest.param([f"Invoice {n}" for n in (4711, 4712, 4713)], [], id="large numbers"),
        pytest.param(["Mr Smith", "Mrs Jones", "Dr Brown"], [], id="other texts"),
    ],
)
def test_what_repeats_at_the_edge_of_three_pages_is_running_text(texts, running):
    for y in (30, 940):
        assert judged(pages(texts, y)) == running


@pytest.mark.parametrize(
    ("y", "running"),
    [
        pytest.param([30, 38, 22, 30], [2, 3, 4], id="nearly the same place"),
        pytest.param([30, 75, 30, 75], [], id="two places"),
        pytest.param([300] * 4, [], id="within the page"),
    ],
)
def test_it_must_be_at_one_place_at_the_edge(y, running):
    assert judged(pages(["Annual report"] * 4, y)) == running


@pytest.mark.parametrize(
    ("kind", "confidence", "running"),
    [("title", 0.3, [2, 3]), ("title", 0.5, []), ("table", 0.3, []), ("caption", 0.9, [2, 3])],
)
def test_titles_found_with_confidence_and_tables_stay(kind, confidence, running):
    assert judged(pages(["Agenda"] * 3, kind=kind, confidence=confidence)) == running


def test_its_kind_is_where_it_stands():
    page = pages(["x"])[0]
    kinds = [running_kind(block(text, y), page) for text, y in [("Report", 30), ("Report", 940)]]
    assert [*kinds, running_kind(block("- 12 -", 940), page)] == ["header", "footer", "page_number"]
    assert running_kind(block("12", 30, "footer"), page) == "footer"


def stored(document):
    pages = [dumps(replace(document, pages=(page,))) for page in document.pages]
    texts = [json.dumps(json.loads(page)["pages"][0]).encode() for page in pages]
    return StoredDocument(lambda: dumps(replace(document, pages=())), lambda: iter(texts))


def test_formats_mark_it_or_leave_it_out_from_memory_and_from_storage():
    small = small_document()
    made = replace(
        small,
        document=replace(small.document, pages=3),
        pages=tuple(pages(["Minutes"] * 3, kind="title")),
    )
    rendered = render_markdown(made)
    assert rendered.startswith("<!-- page 1 -->\n\n# Minutes\n\nBody 1\n\n")
    assert rendered.endswith("<!-- page 3 -->\n\n<!-- header -->\nMinutes\n\nBody 3\n")
    (chunk,) = chunks(made)
    rows = [json.loads(row) for row in chunk.content.splitlines()]
    assert [row["text"] for row in rows] == ["Body 1\n\nBody 2\n\nBody 3"]
    running = RunningText(stored(made).outlines())
    assert [running.includes(page.blocks[0], page) for page in made.pages] == [False, True, True]
