import math
from dataclasses import replace

from tests.support.printed import line_at, page_of
from vision.core.document import Block, Page
from vision.extraction.evidence import pieces_of, rows_of


def texts(page: Page) -> list[list[str]]:
    return [[piece.text for piece in row] for row in rows_of(pieces_of(page))]


def test_a_line_is_cut_at_wide_gaps() -> None:
    line = line_at("Total 12.00", 50, 40)
    moved = replace(line.words[1], box=line.words[1].box._replace(x0=300.0, x1=350.0))
    block = Block("b1", "table", (replace(line, words=(line.words[0], moved)),))
    assert texts(replace(page_of(), blocks=(block,))) == [["Total", "12.00"]]


def test_a_row_of_a_table_with_stacked_words_is_several_rows() -> None:
    upper, lower = line_at("Brand: Phoenix", 50, 40), line_at("Style: Classic", 50, 70)
    joined = replace(upper, words=(*upper.words, *lower.words))
    page = replace(page_of(), blocks=(Block("b1", "table", (joined,)),))
    assert texts(page) == [["Brand: Phoenix"], ["Style: Classic"]]


def test_rows_of_a_tilted_page_are_level() -> None:
    degrees = 2.0
    slope = math.tan(math.radians(degrees))
    lines = []
    for at, text in enumerate(["Date: 1 May", "Total: 5.00"]):
        for x, part in zip((50, 800), text.split(": "), strict=True):
            lines.append(line_at(part, x, 100 + 25 * at - slope * x))
    page = replace(page_of(), blocks=(Block("b1", "text", tuple(lines)),), skew=degrees)
    assert texts(page) == [["Date", "1 May"], ["Total", "5.00"]]


def test_text_up_the_page_is_left_out() -> None:
    line = line_at("sideways", 20, 40)
    turned = replace(line, polygon=((20.0, 200.0), (20.0, 40.0), (40.0, 40.0), (40.0, 200.0)))
    page = replace(page_of("level"), blocks=(Block("b1", "text", (turned,)),))
    assert texts(page) == []


def test_words_are_referred_to_by_their_place_in_the_result() -> None:
    page = page_of("one two", [(50, "three"), (500, "four")])
    refs = [token.ref for piece in pieces_of(page) for token in piece.tokens]
    lines = page.blocks[0].lines
    assert [lines[ref.line].words[ref.word].text for ref in refs] == ["one", "two", "three", "four"]
    assert {(ref.page, ref.block) for ref in refs} == {(1, "b1")}
