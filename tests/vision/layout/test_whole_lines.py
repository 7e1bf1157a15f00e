import pytest

from tests.support.readings import IDENTITY, read_line
from vision.core.document import Box
from vision.core.stages import Detection
from vision.layout.placed_line import place_lines
from vision.layout.whole_lines import with_whole_lines


def grown(label, box, *lines):
    """The box of one region around lines of (text, x, y), 10 pixels a letter, 20 high."""
    placed = place_lines(*zip(*(read_line(*line) for line in lines), strict=True), IDENTITY)
    ((_, found),) = with_whole_lines([("doc", Detection(label, 0.9, Box(*box)))], placed)
    return found.box


@pytest.mark.parametrize(
    ("box", "whole"),
    [
        pytest.param((110, 105, 280, 135), (100, 100, 300, 140), id="letters cut at each edge"),
        pytest.param((90, 90, 320, 150), (90, 90, 320, 150), id="never smaller"),
        pytest.param((100, 100, 300, 115), (100, 100, 300, 120), id="the second line is outside"),
        pytest.param((100, 300, 300, 340), (100, 300, 300, 340), id="no line in it"),
    ],
)
def test_a_region_of_text_reaches_to_the_ends_of_its_lines(box, whole):
    lines = [("twenty letters here.", 100, 100), ("twenty letters here.", 100, 120)]
    assert grown("text", box, *lines) == Box(*whole)


def test_a_region_grows_by_three_lines_at_most():
    assert grown("Section-header", (100, 95, 350, 125), ("w" * 40, 100, 100)).x1 == 410


def test_a_figure_is_not_grown_to_the_text_in_it():
    assert grown("figure", (110, 105, 280, 135), ("twenty letters here.", 100, 100)).x0 == 110
