from dataclasses import replace

from tests.support.readings import small_document
from vision.export.text import render_text


def test_pages_are_parted_by_a_form_feed():
    document = small_document()
    pages = tuple(replace(document.pages[0], number=n, text=f"page {n}") for n in (1, 2))
    assert render_text(replace(document, pages=pages)) == "page 1\n\fpage 2\n"


def test_one_page_is_its_text_and_a_line_end():
    assert render_text(small_document()) == "Grüße\n\nplain\n"


def test_a_document_without_pages_is_one_line_end():
    assert render_text(replace(small_document(), pages=())) == "\n"
