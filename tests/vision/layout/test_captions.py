import pytest

from tests.support.printed import line_at
from vision.core.document import Block, Box, Region
from vision.layout.captions import names_what, with_captions

FIGURE = Region("r1", "figure", 0.9, Box(100, 100, 500, 300), "doc")
TABLE = Region("r2", "Table", 0.9, Box(100, 500, 500, 700), "doc")
BOTH = (FIGURE, TABLE)


def block(text, x, y, kind="text"):
    return Block("b1", kind, (line_at(text, x, y),))


def tied(text, x, y, kind="text", regions=BOTH):
    (result,) = with_captions([block(text, x, y, kind)], regions)
    return result.kind, result.caption_of


@pytest.mark.parametrize(
    "text",
    ["Figure 3. A boat", "Fig. 2a: Boats", "FIGURE IV", "Abb. 4 \u2013 Boote", "Figure 1.2 Boats",
     "Abbildung 7: Boote", "Figura 2. Barcos", "Figure A.1. Boats", "Fig 3", "图 1 船"],
)  # fmt: skip
def test_captions_of_figures_are_known_by_how_they_begin(text):
    assert names_what(text) == "figure"


@pytest.mark.parametrize(
    "text",
    ["Table 1. Boats", "TABLE II", "Tab. 3: Boote", "Tabelle 2 \u2013 Boote", "Tableau 4. Bateaux",
     "Tabla 5. Barcos", "Table 6 Boats", "表 2"],
)  # fmt: skip
def test_captions_of_tables_are_known_by_how_they_begin(text):
    assert names_what(text) == "table"


@pytest.mark.parametrize(
    "text",
    ["Figure 3 shows a boat", "Table 2 lists boats", "Figures of boats", "A figure 3.", "Tables",
     "Tabular 3.", "Configure 3.", "Table of contents", ""],
)  # fmt: skip
def test_other_text_begins_otherwise(text):
    assert names_what(text) is None


@pytest.mark.parametrize(
    ("text", "x", "y", "region"),
    [
        pytest.param("Figure 1. A boat", 150, 310, "r1", id="below"),
        pytest.param("Figure 1. A boat", 150, 70, "r1", id="above"),
        pytest.param("Figure 1. A boat", 520, 200, "r1", id="beside"),
        pytest.param("Figure 1. A boat", 150, 285, "r1", id="partly inside"),
        pytest.param("Figure 1. A boat", 150, 359, "r1", id="three lines below"),
        pytest.param("Table 1. Boats", 150, 470, "r2", id="above a table"),
    ],
)
def test_text_that_begins_as_a_caption_is_one_beside_what_it_names(text, x, y, region):
    assert tied(text, x, y) == ("caption", region)


@pytest.mark.parametrize(
    ("text", "x", "y"),
    [
        pytest.param("Figure 1. A boat", 150, 365, id="too far below"),
        pytest.param("Figure 1. A boat", 150, 180, id="within the figure"),
        pytest.param("Figure 1. A boat", 600, 330, id="out of line"),
        pytest.param("Figure 1 shows it", 150, 310, id="a sentence"),
        pytest.param("A boat", 150, 310, id="no label"),
    ],
)
def test_other_text_stays_text(text, x, y):
    assert tied(text, x, y) == ("text", None)


def test_a_detected_caption_needs_no_label():
    assert tied("A boat", 150, 310, kind="caption") == ("caption", "r1")


def test_a_detected_caption_beside_nothing_stays_and_describes_nothing():
    assert tied("A boat", 150, 400, kind="caption") == ("caption", None)
    assert tied("A boat", 150, 310, kind="caption", regions=()) == ("caption", None)


@pytest.mark.parametrize("kind", ["header", "footnote", "table", "formula"])
def test_what_is_known_as_something_else_is_no_caption(kind):
    assert tied("Figure 1. A boat", 150, 310, kind=kind) == (kind, None)


def test_a_caption_between_two_is_of_the_kind_that_it_names():
    close = Region("r2", "table", 0.9, Box(100, 345, 500, 500), "doc")
    assert tied("Table 1. Boats", 150, 312, regions=(FIGURE, close)) == ("caption", "r2")
    assert tied("Figure 1. A boat", 150, 322, regions=(FIGURE, close)) == ("caption", "r1")


def test_a_table_found_as_a_figure_has_its_caption_all_the_same():
    assert tied("Table 1. Boats", 150, 310) == ("caption", "r1")


def test_no_blocks_and_blocks_without_lines_are_left_alone():
    assert with_captions([], BOTH) == ()
    empty = Block("b1", "caption", ())
    assert with_captions([empty], BOTH) == (empty,)
