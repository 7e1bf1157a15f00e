import numpy as np
import pytest

from tests.support.readings import IDENTITY, read_line
from vision.core.document import Box
from vision.core.stages import PreparedPage
from vision.layout.assemble import assemble
from vision.layout.sidebars import is_sidebar

PANEL = ["CONTACT", "Harbour Lane 14", "Westhaven", "SKILLS", "Navigation", "Bookkeeping", "Lamps"]
BODY = [
    "Eleven years at sea on coasters and ferries",
    "and last as the first mate of a ferry",
    "between the northern islands and the coast",
    "in all of the winters and summers since",
]


def lines(x, width, pitch, count):
    return [Box(x, pitch * at, x + width, pitch * at + 20) for at in range(count)]


@pytest.mark.parametrize(
    ("pitches", "counts", "greys", "sidebar"),
    [
        pytest.param((37, 26), (7, 8), (40, 255), True, id="dark beside light"),
        pytest.param((37, 26), (7, 8), (255, 170), True, id="white beside a tint"),
        pytest.param((30, 30), (8, 4), (40, 255), True, id="most lines have none beside them"),
        pytest.param((30, 30), (6, 6), (40, 255), False, id="a shaded column of labels"),
        pytest.param((37, 26), (7, 8), (255, 255), False, id="one background"),
        pytest.param((37, 26), (7, 8), (255, 220), False, id="backgrounds hardly different"),
        pytest.param((37, 26), (3, 8), (40, 255), False, id="three lines"),
        pytest.param((37, 26), (7, 2), (40, 255), False, id="a body of two lines"),
    ],
)
def test_a_sidebar_has_a_background_and_rows_of_its_own(pitches, counts, greys, sidebar):
    column = lines(0, 80, pitches[0], counts[0])
    body = lines(200, 400, pitches[1], counts[1])
    backgrounds = tuple([float(grey)] * count for grey, count in zip(greys, counts, strict=True))
    assert is_sidebar(column, body, 20, backgrounds) is sidebar


def test_unknown_backgrounds_make_no_sidebar():
    assert not is_sidebar(lines(0, 80, 37, 7), lines(200, 400, 26, 8), 20, ([], []))


def read(panel, body, grey, panel_x=20, body_x=250):
    pixels = np.full((600, 1000, 3), 255, np.uint8)
    pixels[:, panel_x - 10 : panel_x + 180] = grey
    page = PreparedPage(1, pixels, pixels, IDENTITY, 150.0, 0, 0.0)
    made = [read_line(text, panel_x, 20 + 40 * at) for at, text in enumerate(panel)]
    made += [read_line(text, body_x, 20 + 27 * at) for at, text in enumerate(body)]
    crops, readings = zip(*made, strict=True)
    return assemble(page, crops, readings, (), (), ("eng",)).text.replace("\n\n", "\n").split("\n")


def test_a_dark_panel_at_the_left_is_read_before_the_body():
    assert read(PANEL, BODY, 40) == [*PANEL, *BODY]


def test_a_dark_panel_at_the_right_is_read_after_the_body():
    assert read(PANEL, BODY, 40, panel_x=750, body_x=50) == [*BODY, *PANEL]
