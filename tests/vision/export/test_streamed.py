"""A result that is written page by page is the one that is written whole."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.readings import page_readings
from vision.core.document import DocumentInfo, PageFailure, PageReading
from vision.core.options import ReadOptions
from vision.export.json import dumps, encode
from vision.pipeline import assemble_document, stream_document

INFO = DocumentInfo("application/pdf", "ab" * 32, 9)
FAILURES = (
    PageFailure(8, "damaged", "The page cannot be decoded.", "caller"),
    PageFailure(7, "worker_lost", "Ü", "operator"),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(page_readings, max_size=4, unique_by=lambda reading: reading.page.number))
def test_the_bytes_are_those_of_the_whole_document_and_the_ranges_find_each_page(
    readings: list[PageReading],
) -> None:
    ordered = sorted(readings, key=lambda reading: reading.page.number)
    parts = (INFO, ordered, FAILURES, ReadOptions(), "1.2.3")
    streamed = stream_document(*parts)
    assert streamed is not None
    text = b"".join(streamed)
    assert text == dumps(assemble_document(*parts)).encode()
    assert len(streamed.ranges) == len(ordered)
    for reading, found in zip(ordered, streamed.ranges, strict=True):
        page = text[found.page_at : found.page_at + found.page_bytes]
        receipt = text[found.receipt_at : found.receipt_at + found.receipt_bytes]
        assert found.number == reading.receipt.number
        assert (page, receipt) == (encode(reading.page).encode(), encode(reading.receipt).encode())


def test_a_document_without_pages_is_written_too() -> None:
    parts = (INFO, (), (), ReadOptions(), "1.2.3")
    streamed = stream_document(*parts)
    assert streamed is not None
    assert b"".join(streamed) == dumps(assemble_document(*parts)).encode()
    assert streamed.ranges == []
