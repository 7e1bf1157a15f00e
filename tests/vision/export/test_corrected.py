from dataclasses import replace

import jsonschema
import pytest

from tests.support.placed_documents import line, word
from tests.support.readings import small_document
from vision.core.document import Block, Box, Document, DoubtfulWord, Page, Table, TableCell
from vision.export.corrected import CorrectedWord, corrected, unknown_places
from vision.export.json import load_schema, to_json_dict

FIRST = line(word("Tota1", 0.4, 10, 10, 50, 30), word("due:", 0.9, 60, 10, 90, 30))
SECOND = line(
    word("the", 0.9, 10, 40, 30, 60),
    word("the", 0.5, 35, 40, 55, 60),
    word("sum", 0.9, 60, 40, 90, 60),
)
CELL = TableCell(
    0, 0, "the the sum", Box(0, 35, 95, 65), words=tuple(("b2", 0, n) for n in range(3))
)


def document() -> Document:
    blocks = (Block("b1", "text", (FIRST,)), Block("b2", "table", (SECOND,)))
    page = replace(
        small_document().pages[0],
        number=1,
        text="Tota1 due:\n\nthe the sum",
        blocks=blocks,
        tables=(Table("t1", Box(0, 35, 95, 65), 1, 1, (CELL,)),),
        doubtful=(DoubtfulWord("Tota1", 0.4, Box(10, 10, 50, 30), left_out=False),),
    )
    return replace(small_document(), pages=(page,))


def changed(*words: CorrectedWord) -> Page:
    return corrected(document(), words, 1).pages[0]


def test_a_corrected_word_is_confident_and_no_longer_doubtful() -> None:
    page = changed(CorrectedWord(1, "b1", 0, 0, "Total"))
    first = page.blocks[0].lines[0]
    assert (first.text, first.words[0].text, first.words[0].confidence) == (
        "Total due:",
        "Total",
        1.0,
    )
    assert first.confidence > FIRST.confidence
    assert page.text == "Total due:\n\nthe the sum"
    assert page.doubtful == ()


@pytest.mark.parametrize(
    ("index", "text", "line_text", "places"),
    [
        (0, "", "the sum", [0, 1]),
        (1, "", "the sum", [0, 1]),
        (2, "", "the the", [0, 1]),
        (1, "big", "the big sum", [0, 1, 2]),
        (1, "very big", "the very big sum", [0, 1, 2]),
    ],
)
def test_lines_cells_and_text_follow_a_word(
    index: int, text: str, line_text: str, places: list[int]
) -> None:
    page = changed(CorrectedWord(1, "b2", 0, index, text))
    (cell,) = page.tables[0].cells
    assert page.blocks[1].lines[0].text == cell.text == line_text
    assert page.text == f"Tota1 due:\n\n{line_text}"
    assert [place[2] for place in cell.words] == places
    assert len(page.blocks[1].lines[0].words) == len(places)


def test_spaces_that_a_line_does_not_have_are_not_added() -> None:
    together = replace(FIRST, text="Tota1due:")
    page = replace(document().pages[0], blocks=(Block("b1", "text", (together,)),), tables=())
    result = corrected(replace(document(), pages=(page,)), [CorrectedWord(1, "b1", 0, 1, "now")], 1)
    assert result.pages[0].blocks[0].lines[0].text == "Tota1now"


def test_the_revision_is_stated_and_the_result_still_keeps_its_schema() -> None:
    result = corrected(document(), [CorrectedWord(1, "b1", 0, 0, "Total")], 7)
    assert result.analyses["corrections"] == {"revision": 7, "words": 1}
    jsonschema.validate(to_json_dict(result), load_schema())


def test_places_that_a_page_does_not_have_are_found() -> None:
    page = document().pages[0]
    known = CorrectedWord(1, "b2", 0, 2, "x")
    unknown = [CorrectedWord(1, "b2", 0, 3, "x"), CorrectedWord(1, "b9", 0, 0, "x")]
    assert unknown_places(page, [known, *unknown]) == unknown
    assert changed(*unknown) == page
