from dataclasses import replace

import pytest

from tests.support.placed_documents import line, word
from tests.vision.export.test_corrected import changed, document
from vision.core.document import Block, Box
from vision.export.added_words import AddedWord, with_added
from vision.export.corrected import CorrectedWord, unknown_places
from vision.export.corrected_lines import true_lines

PAGE = document().pages[0]


@pytest.mark.parametrize(
    ("box", "line_text", "page_text"),
    [
        (Box(92, 11, 120, 29), "Tota1 due: now", "Tota1 due: now\n\nthe the sum"),
        (Box(52, 11, 58, 29), "Tota1 now due:", "Tota1 now due:\n\nthe the sum"),
        (Box(0, 11, 8, 29), "now Tota1 due:", "now Tota1 due:\n\nthe the sum"),
    ],
)
def test_a_word_beside_a_line_goes_into_the_line(box: Box, line_text: str, page_text: str) -> None:
    page = with_added(PAGE, [AddedWord("now", box)])
    first = page.blocks[0].lines[0]
    assert (first.text, page.text) == (line_text, page_text)
    assert [each.text for each in first.words] == line_text.split()
    assert first.box.x0 <= box.x0
    assert first.box.x1 >= box.x1


def test_a_word_in_a_table_goes_into_its_cell_and_moves_the_places_of_later_words() -> None:
    page = with_added(PAGE, [AddedWord("whole", Box(56, 41, 59, 59))])
    (cell,) = page.tables[0].cells
    assert page.blocks[1].lines[0].text == "the the whole sum"
    assert cell.text == "the the whole sum"
    assert cell.words == (("b2", 0, 0), ("b2", 0, 1), ("b2", 0, 2), ("b2", 0, 3))
    outside = with_added(PAGE, [AddedWord("left", Box(-6, 41, -1, 59))])
    (cell,) = outside.tables[0].cells
    assert cell.text == "the the sum"
    assert cell.words == (("b2", 0, 1), ("b2", 0, 2), ("b2", 0, 3))


def test_words_are_added_from_the_right_in_lines_that_run_to_the_left() -> None:
    hebrew = line(word("one", 0.9, 60, 10, 90, 30), word("two", 0.9, 10, 10, 40, 30))
    page = replace(PAGE, text="one two", blocks=(Block("b1", "text", (hebrew,)),), tables=())
    added = with_added(page, [AddedWord("mid", Box(45, 10, 55, 30))])
    assert added.text == "one mid two"


def test_a_word_that_stands_alone_is_a_block_after_the_one_above_it() -> None:
    between = Box(10, 31, 40, 36)  # lower than the lines, and in the row of none
    page = with_added(PAGE, [AddedWord("Note", between)])
    assert [block.id for block in page.blocks] == ["b1", "added1", "b2"]
    assert page.text == "Tota1 due:\n\nNote\n\nthe the sum"
    far = with_added(
        PAGE, [AddedWord("A", Box(500, 0, 520, 5)), AddedWord("B", Box(20, 500, 40, 510))]
    )
    assert [block.id for block in far.blocks] == ["b1", "b2", "added2", "added1"]
    empty = replace(PAGE, blocks=(), tables=(), text="")
    assert with_added(empty, [AddedWord("Only", between)]).text == "Only"


def test_corrections_and_added_words_work_together() -> None:
    added = CorrectedWord(1, "added", 0, 0, "now", Box(92, 11, 120, 29))
    page = changed(CorrectedWord(1, "b1", 0, 0, "Total"), CorrectedWord(1, "b1", 0, 1, ""), added)
    assert page.blocks[0].lines[0].text == "Total now"
    assert page.text == "Total now\n\nthe the sum"
    removed = replace_text(added, "")
    assert changed(removed).text == PAGE.text


def replace_text(word: CorrectedWord, text: str) -> CorrectedWord:
    return word._replace(text=text)


@pytest.mark.parametrize(
    ("box", "known"),
    [
        (Box(0, 0, 5, 5), True),
        (Box(0, 0, PAGE.width, PAGE.height), True),
        (Box(-1, 0, 5, 5), False),
        (Box(0, 0, PAGE.width + 1, 5), False),
        (Box(5, 0, 5, 5), False),
        (None, False),
    ],
)
def test_an_added_word_lies_on_the_page(box: Box | None, known: bool) -> None:
    word = CorrectedWord(1, "added", 0, 0, "new", box)
    assert (unknown_places(PAGE, [word]) == []) is known
    assert unknown_places(PAGE, [CorrectedWord(1, "added", 0, 0, "")]) == []


def test_true_lines_have_corrected_lines_and_added_words() -> None:
    added = CorrectedWord(1, "added", 0, 2, "now", Box(92, 11, 120, 29))
    lines = list(true_lines(PAGE, [CorrectedWord(1, "b1", 0, 0, "Total"), added]))
    assert [(each.block, each.at, each.text) for each in lines] == [
        ("b1", 0, "Total due:"),
        ("added", 2, "now"),
    ]
    assert [each.read is None for each in lines] == [False, True]
