import pytest

from tests.support.readings import blank_page, read_line
from vision.core.document import Box
from vision.core.stages import Detection
from vision.layout.assemble import assemble


def read(*lines, regions=()):
    crops, readings = zip(*lines, strict=True)
    findings = [("doc", Detection(label, 0.9, Box(*box))) for label, *box in regions]
    return assemble(blank_page(), crops, readings, findings, (), ("eng",))


def row(*pieces, y=0):
    """Pieces of a row as (text, gap before it), ten pixels a letter."""
    made, x = [], 50
    for text, gap in pieces:
        made.append(read_line(text, x + gap, y))
        x += gap + 10 * len(text)
    return made


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([("-", 0), ("450.00", 4)], "-450.00"),
        ([("Rent", 0), ("-", 30), ("450.00", 4)], "Rent -450.00"),
        ([("+", 0), ("2", 0)], "+2"),
        ([("\N{MINUS SIGN}", 0), ("800", 7)], "\N{MINUS SIGN}800"),
        ([("-", 0), ("450.00", 12)], "- 450.00"),
        ([("2019", 0), ("-", 6), ("2026", 6)], "2019 - 2026"),
        ([("5", 0), ("-", 5), ("3", 4)], "5 - 3"),
        ([("-", 0), ("Rent", 4)], "- Rent"),
        ([("--", 0), ("450", 4)], "-- 450"),
    ],
)
def test_a_sign_is_joined_to_the_number_right_behind_it(pieces, text):
    assert read(*row(*pieces)).text == text


def test_a_signed_number_is_one_word_around_both():
    (line,) = read(*row(("-", 0), ("450.00", 4))).blocks[0].lines
    (word,) = line.words
    assert (word.text, word.box, line.box) == ("-450.00", Box(50, 0, 124, 20), Box(50, 0, 124, 20))


def test_signs_stay_in_the_cells_of_their_numbers():
    lines = [
        *row(("Rent", 0), ("-", 100), ("450.00", 4), ("1,280.15", 50)),
        *row(("Pay", 10), ("+", 100), ("310.00", 4), ("3,590.15", 50), y=30),
    ]
    (table,) = read(*lines, regions=[("table", 40, 0, 500, 60)]).tables
    assert [cell.text for cell in table.cells] == [
        "Rent", "-450.00", "1,280.15", "Pay", "+310.00", "3,590.15",
    ]  # fmt: skip


@pytest.mark.parametrize("regions", [(), [("table", 40, 0, 700, 150)]])
def test_digits_that_stand_alone_keep_their_rows(regions):
    grid = [("No", "Item", "In", "Out"), ("1", "Anchor", "5", "0"), ("2", "Buoy", "2", "3"),
            ("3", "Chain", "1", "1"), ("5", "Davit", "0", "2")]  # fmt: skip
    places = (50, 150, 400, 600)
    lines = [
        read_line(text, x, 30 * at)
        for at, cells in enumerate(grid)
        for text, x in zip(cells, places, strict=True)
    ]
    assert read(*lines, regions=regions).text.split() == [text for cells in grid for text in cells]
