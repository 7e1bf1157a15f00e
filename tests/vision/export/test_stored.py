"""Formats that are written page by page give the same bytes as for the whole document."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.support.placed_documents import placed_document
from vision.core.document import Document, PageReceipt
from vision.core.exports import Artefact
from vision.core.registry import plugins
from vision.export.corrected import CorrectedPages, CorrectedWord, corrected
from vision.export.json import dumps, encode, from_json_dict, stream
from vision.export.stored import StoredDocument

STREAMED = [name for name, form in plugins("format").items() if form.stream]
PAGED = [name for name, form in plugins("format").items() if form.paged]


def pages_of(*numbers: int) -> Document:
    """The same page again and again, in changing languages."""
    made = placed_document()
    text = "\n".join(line.text for block in made.pages[0].blocks for line in block.lines)
    page = replace(made.pages[0], text=text)
    pages = (replace(page, number=n, languages=(("deu", "ara")[n % 2],)) for n in numbers)
    info = replace(made.document, pages=len(numbers))
    # As it is read back: the drawn boxes have whole numbers where a result has floats.
    return from_json_dict(json.loads(dumps(replace(made, document=info, pages=tuple(pages)))))


def stored(document: Document) -> StoredDocument:
    frame, pages = replace(document, pages=()), [encode(page).encode() for page in document.pages]
    return StoredDocument(lambda: encode(frame), lambda: iter(pages))


def whole(name: str, document: Document) -> str:
    (artefact,) = plugins("format")[name].load()(document, None)
    assert isinstance(artefact, Artefact)
    return artefact.content.decode()


@pytest.mark.parametrize("name", STREAMED)
@pytest.mark.parametrize("numbers", [(), (1,), (1, 2, 4)], ids=["none", "one", "three"])
def test_a_stored_result_gives_the_bytes_of_the_whole(name: str, numbers: tuple[int, ...]) -> None:
    document = pages_of(*numbers)
    pieces = plugins("format")[name].load_stream()(stored(document))
    assert "".join(pieces) == whole(name, document)


@pytest.mark.parametrize("name", STREAMED)
def test_corrected_words_are_in_it(name: str) -> None:
    document = pages_of(1, 2, 3)
    words = [CorrectedWord(2, "b1", 0, 0, "Mended"), CorrectedWord(3, "b2", 0, 1, "")]
    pages = CorrectedPages(stored(document), words, 4)
    found = "".join(plugins("format")[name].load_stream()(pages))
    assert found == whole(name, corrected(document, words, 4))
    assert "Mended" in found


@pytest.mark.parametrize("name", PAGED)
@pytest.mark.parametrize("numbers", [(), (1,), (1, 2, 4)], ids=["none", "one", "three"])
def test_a_stored_result_gives_the_files_of_the_whole(name: str, numbers: tuple[int, ...]) -> None:
    document = pages_of(*numbers)
    form = plugins("format")[name]
    assert list(form.load_paged()(stored(document))) == list(form.load()(document, None))
    words = [CorrectedWord(1, "b1", 0, 0, "Mended")]
    pages = CorrectedPages(stored(document), words, 4)
    assert list(form.load_paged()(pages)) == list(form.load()(corrected(document, words, 4), None))


@pytest.mark.parametrize("numbers", [(1,), (1, 2, 4)], ids=["one", "three"])
@pytest.mark.parametrize("analyses", [{}, {"class": {"label": "invoice"}}], ids=["none", "class"])
def test_a_corrected_result_is_the_json_of_the_whole(
    numbers: tuple[int, ...], analyses: dict[str, object]
) -> None:
    document = pages_of(*numbers)
    receipts = tuple(PageReceipt(n, (), {"read": 1.5}) for n in numbers)
    receipt = replace(document.receipt, pages=receipts)
    document = replace(document, receipt=receipt, analyses=analyses)
    words = [CorrectedWord(1, "b1", 0, 0, "Mended")]
    pages = CorrectedPages(stored(document), words, 4)
    text = "".join(stream(pages, ", ".join(map(encode, receipts))))
    assert text == dumps(corrected(document, words, 4))
    assert "Mended" in text


@pytest.mark.parametrize("name", STREAMED)
def test_no_more_pages_are_taken_than_were_written(name: str) -> None:
    document = pages_of(*range(1, 30))
    pages = [encode(page).encode() for page in document.pages]
    taken: list[int] = []

    def counted() -> Iterator[bytes]:
        taken.append(0)
        for page in pages:
            taken[-1] += 1
            yield page

    frame = encode(replace(document, pages=()))
    written = 0
    for _ in plugins("format")[name].load_stream()(StoredDocument(lambda: frame, counted)):
        written += 1
        assert not taken or taken[-1] <= written + 1 or taken[-1] == len(pages)
    assert written >= len(pages)
    assert set(taken[-1:]) == {len(pages)}
