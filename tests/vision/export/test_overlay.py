import numpy as np
import pytest

from tests.support.readings import blank_page, read_line
from vision.core.document import Box
from vision.core.stages import Detection
from vision.export.overlay import colour_of, render_overlay
from vision.layout.assemble import assemble


@pytest.fixture
def prepared():
    return blank_page(600, 800)


def assembled(prepared, *findings):
    crops, readings = zip(read_line("some text", 200, 300), strict=True)
    return assemble(prepared, crops, readings, findings, (), ("eng",))


def finding(label, *box, confidence=0.9):
    return "doc", Detection(label, confidence, Box(*box))


def test_a_region_is_outlined_in_the_colour_of_its_label(prepared):
    page = assembled(prepared, finding("table", 100, 200, 500, 600))
    drawn = render_overlay(prepared.upright, page)
    assert tuple(drawn[450, 100]) == colour_of("table")
    assert tuple(drawn[700, 300]) == (255, 255, 255)


def test_the_page_itself_is_left_alone(prepared):
    before = prepared.upright.copy()
    render_overlay(prepared.upright, assembled(prepared, finding("text", 0, 0, 600, 800)))
    assert np.array_equal(prepared.upright, before)


def test_lines_and_order_are_drawn_unless_only_regions_are_wanted(prepared):
    page = assembled(prepared, finding("figure", 400, 500, 500, 600))
    around_text = np.s_[290:330, 150:300]
    assert (render_overlay(prepared.upright, page)[around_text] != 255).any()
    regions_only = render_overlay(prepared.upright, page, regions_only=True)
    assert (regions_only[around_text] == 255).all()


@pytest.mark.parametrize("box", [(-50, -50, 40, 40), (590, 790, 700, 900), (0, 0, 600, 800)])
def test_regions_at_the_edge_are_drawn_on_the_page(prepared, box):
    drawn = render_overlay(prepared.upright, assembled(prepared, finding("page_number", *box)))
    assert drawn.shape == prepared.upright.shape
    assert (drawn != 255).any()


def test_an_empty_page_is_drawn_as_it_is(prepared):
    page = assemble(prepared, (), (), (), (), ("eng",))
    assert np.array_equal(render_overlay(prepared.upright, page), prepared.upright)


def test_pixels_of_another_size_are_refused(prepared):
    page = assembled(prepared)
    with pytest.raises(ValueError, match="600 x 800"):
        render_overlay(np.zeros((600, 800, 3), np.uint8), page)


def test_an_unknown_label_has_the_same_colour_in_every_process():
    """Stated in full: Python's own hash of a text is another in each process."""
    assert (colour_of("zebra"), colour_of("dog")) == ((89, 161, 79), (237, 201, 72))
    assert len({colour_of(f"label {number}") for number in range(100)}) > 5
