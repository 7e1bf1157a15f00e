"""Responses as Mistral's OCR gives them: running heads and feet, confidences of blocks."""

from dataclasses import replace

import pytest

from tests.support import service
from vision.core.document import Document
from vision.export.ocr_response import Asked, to_ocr_response


def document() -> Document:
    """A page with a head, a title, a foot and a page number."""
    made = service.document("Body")
    page = made.pages[0]
    title = page.blocks[0]
    head, foot, number = (
        replace(title, id=kind, kind=kind, lines=(replace(title.lines[0], text=text),))
        for kind, text in (("header", "Head"), ("footer", "Foot"), ("page_number", "7"))
    )
    return replace(made, pages=(replace(page, blocks=(head, title, foot, number)),))


@pytest.mark.parametrize(
    ("asked", "markdown", "header", "footer"),
    [
        (Asked(), "Head\n\n# Body\n\nFoot\n\n7", None, None),
        (Asked(extract_header=True), "# Body\n\nFoot\n\n7", "Head", None),
        (Asked(extract_footer=True), "Head\n\n# Body", None, "Foot\n\n7"),
        (Asked(extract_header=True, extract_footer=True), "# Body", "Head", "Foot\n\n7"),
    ],
)
def test_running_heads_and_feet_move_where_it_is_asked_for(
    asked: Asked, markdown: str, header: str | None, footer: str | None
) -> None:
    page = to_ocr_response(document(), asked, None)["pages"][0]
    assert (page["markdown"], page["header"], page["footer"]) == (markdown, header, footer)


def test_blocks_have_their_own_confidences_where_it_is_asked_for() -> None:
    asked = Asked(include_blocks=True, granularity="block")
    page = to_ocr_response(document(), asked, None)["pages"][0]
    assert page["confidence_scores"] == {
        "average_page_confidence_score": 0.9,
        "minimum_page_confidence_score": 0.9,
    }
    assert [(block["type"], block["content"]) for block in page["blocks"]] == [
        ("header", "Head"),
        ("title", "# Body"),
        ("footer", "Foot"),
        ("footer", "7"),
    ]
    scores = {"average_content_confidence_score": 0.9, "minimum_content_confidence_score": 0.9}
    assert all(block["confidence_scores"] == scores for block in page["blocks"])


def test_a_page_without_words_has_no_confidence() -> None:
    blank = replace(document().pages[0], blocks=())
    made = to_ocr_response(replace(document(), pages=(blank,)), Asked(granularity="page"), None)
    assert made["pages"][0]["confidence_scores"]["average_page_confidence_score"] == 0.0
