import pytest

from tests.support.readings import IDENTITY, read_line
from vision.layout.placed_line import place_lines
from vision.layout.tables.evidence import shows_columns


def rows(*texts, pitch=30):
    """Rows of lines given as (text, x) each, ten pixels a letter."""
    return [
        place_lines(
            *zip(*(read_line(text, x, pitch * at) for text, x in row), strict=True), IDENTITY
        )
        for at, row in enumerate(texts)
    ]


LABELLED = [("tea", 0), ("1.90", 200)]
PROSE = [("lines of prose as long as a column", 0), ("more of them at the other side here", 400)]
SINGLE = [("a line of prose across all of it", 0)]


@pytest.mark.parametrize(
    ("made", "confidence", "shown"),
    [
        pytest.param([LABELLED] * 2, 0.3, True, id="two rows of two cells"),
        pytest.param([LABELLED], 0.3, False, id="one row"),
        pytest.param([LABELLED], 0.8, True, id="one row and a certain detection"),
        pytest.param([SINGLE] * 5, 0.9, False, id="lines of prose"),
        pytest.param([SINGLE] * 5 + [LABELLED] * 2, 0.6, False, id="few of the rows"),
        pytest.param([SINGLE] * 4 + [LABELLED] * 2, 0.6, True, id="a third of the rows"),
        pytest.param([PROSE] * 6, 0.3, False, id="two columns of prose"),
        pytest.param([PROSE] * 6, 0.6, True, id="a confident table of prose"),
        pytest.param(
            [[("a b", 0), ("c", 100)], [("d", 0), ("e", 20)], [("ffffffffffffff", 0), ("g", 300)]],
            0.6,
            False,
            id="gaps at different places",
        ),
        pytest.param(
            [[("No Article              Price", 0)], [("1  Tea                 1.90", 0)]],
            0.3,
            True,
            id="rows found as one line",
        ),
    ],
)
def test_a_table_shows_in_gaps_that_rows_share(made, confidence, shown):
    assert shows_columns(rows(*made), confidence, IDENTITY) is shown


def test_no_lines_show_no_table():
    assert not shows_columns([], 0.9, IDENTITY)
