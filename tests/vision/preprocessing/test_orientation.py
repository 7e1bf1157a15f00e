"""Whole pages judged by the real networks."""

import io

import cv2
import numpy as np
import PIL.Image
import pytest

from benchmarks.everyday.cases import everyday_cases
from benchmarks.made_pages import MadePage, made_pages, receipt
from benchmarks.robustness.disturbances import disturbed
from models.loaders.resources import LocalResources
from tests.support.documents import text_page
from tests.support.lines import written
from vision.core.arrays import Image
from vision.core.stages import Orientation
from vision.imaging.connected_components import find_letters
from vision.preprocessing.orientation import LINE_MODEL, PAGE_MODEL, PageOrienter, open_orienter
from vision.preprocessing.orientation_by_lines import FEWEST_LETTERS, LineClassifier
from vision.preprocessing.orientation_by_page import PageClassifier


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> LocalResources:
    return LocalResources(tmp_path_factory.mktemp("converted"), "cpu")


@pytest.fixture(scope="module")
def orienter(resources: LocalResources) -> PageOrienter:
    return open_orienter(resources)


@pytest.fixture(scope="module")
def letter() -> Image:
    return np.array(text_page(1000, 1400, size=26))


def turned(image: Image, turns: int) -> Image:
    """The image turned so that it needs `turns` clockwise quarter turns."""
    return np.ascontiguousarray(np.rot90(image, turns))


def tilted(image: Image, degrees: float) -> Image:
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    paper = (255, 255, 255)
    return np.asarray(cv2.warpAffine(image, turn, (width, height), borderValue=paper), np.uint8)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("degrees", [0, 3])
def test_the_turn_that_makes_text_upright_is_found(
    orienter: PageOrienter, letter: Image, turns: int, degrees: float
) -> None:
    page = turned(tilted(letter, degrees), turns)
    found = orienter.turn_needed(find_letters(page))
    assert found.turn == turns * 90
    assert found.confidence > 0.9


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("made", made_pages(1), ids=lambda made: made.name)
def test_the_page_network_names_clockwise_turns(
    resources: LocalResources, made: MadePage, turns: int
) -> None:
    page = turned(made.pixels, turns)
    by_page = PageClassifier(resources.session(PAGE_MODEL)).turns(find_letters(page).grey)
    assert by_page.sum() == pytest.approx(1.0)
    assert by_page.argmax() == turns


@pytest.mark.parametrize("turns", range(4))
def test_the_lines_alone_name_axis_and_end(
    resources: LocalResources, letter: Image, turns: int
) -> None:
    lines = LineClassifier(resources.session(LINE_MODEL)).evidence(
        find_letters(turned(letter, turns))
    )
    assert lines is not None
    assert lines.upside_down is not None
    assert (lines.across < 0.2) == bool(turns % 2)
    assert (lines.upside_down > 0.9) == (turns >= 2)


def test_a_page_that_is_clearly_upright_is_judged_by_the_page_network_alone(
    orienter: PageOrienter, letter: Image
) -> None:
    page, lines = orienter.models
    assert (page.name, lines.name) == (PAGE_MODEL, LINE_MODEL)
    assert orienter.turn_needed(find_letters(letter)).models == (page,)
    assert orienter.turn_needed(find_letters(turned(letter, 2))).models == (page, lines)


@pytest.mark.parametrize("turns", range(4))
def test_a_receipt_in_coloured_dot_matrix_print_with_a_note_across_it_ends_up_upright(
    orienter: PageOrienter, turns: int
) -> None:
    printed = disturbed("receipt", receipt(12).pixels, "", "dot-matrix", 1).pixels
    noted = disturbed("receipt", printed, "", "pen-strokes", 1).pixels.astype(float) / 255
    purple = (np.array((90, 40, 140)) * (1 - noted) + 255 * noted).astype(np.uint8)
    assert orienter.turn_needed(find_letters(turned(purple, turns))).turn == turns * 90


@pytest.mark.parametrize("turns", range(4))
def test_light_print_on_a_dark_screen_is_judged_by_its_negative(
    orienter: PageOrienter, letter: Image, turns: int
) -> None:
    dark = disturbed("letter", letter, "", "dark-screen", 2).pixels
    assert orienter.turn_needed(find_letters(turned(dark, turns))).turn == turns * 90


@pytest.mark.parametrize("turns", range(4))
def test_text_whose_letters_are_joined_by_hairlines_ends_up_upright(
    orienter: PageOrienter, letter: Image, turns: int
) -> None:
    ruled = letter.copy()
    ruled[::9] = ruled[:, ::60] = (60, 60, 60)
    text = find_letters(turned(ruled, turns))
    assert len(text.boxes) < FEWEST_LETTERS
    assert orienter.turn_needed(text).turn == turns * 90


@pytest.mark.parametrize("turns", range(4))
def test_a_receipt_under_the_dots_of_a_printers_screen_ends_up_upright(
    orienter: PageOrienter, turns: int
) -> None:
    screened = disturbed("x1", receipt(1).pixels, "", "halftone", 2).pixels
    assert orienter.turn_needed(find_letters(turned(screened, turns))).turn == turns * 90


@pytest.mark.parametrize(
    "page",
    [
        np.full((300, 200, 3), 255, np.uint8),
        np.zeros((300, 200, 3), np.uint8),
        np.full((1, 1, 3), 255, np.uint8),
        np.full((1, 30_000, 3), 255, np.uint8),
    ],
)
def test_a_page_without_text_is_judged_by_no_model(orienter: PageOrienter, page: Image) -> None:
    assert orienter.turn_needed(find_letters(page)) == Orientation(0, 0.0)


@pytest.mark.parametrize("shape", [(2, 900), (900, 2), (40, 3000), (3000, 40)])
def test_pictures_of_any_shape_are_judged(
    resources: LocalResources, shape: tuple[int, int]
) -> None:
    noise = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    turns = PageClassifier(resources.session(PAGE_MODEL)).turns(noise)
    assert turns.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("lines", [1, 2])
def test_an_upright_page_of_little_text_is_not_turned(orienter: PageOrienter, lines: int) -> None:
    page = np.array(text_page(600, 400, size=24, lines=lines))
    assert orienter.turn_needed(find_letters(page)).turn == 0


@pytest.mark.parametrize("seed", range(6))
def test_an_upright_line_alone_is_not_turned(orienter: PageOrienter, seed: int) -> None:
    text = ("Invoice number", "Total amount due in euro", "No. 00865872, page 3 of 7")[seed % 3]
    line = written(text, (26, 40)[seed // 3])
    assert orienter.turn_needed(find_letters(line)).turn == 0


@pytest.mark.parametrize("turns", [0, 2, 3])
def test_a_receipt_on_a_table_of_wood_ends_up_upright(orienter: PageOrienter, turns: int) -> None:
    (case,) = everyday_cases("tuning", ("receipt_photo",))
    with PIL.Image.open(io.BytesIO(case.content)) as photograph:
        pixels = np.asarray(photograph.convert("RGB"))
    assert orienter.turn_needed(find_letters(turned(pixels, turns))).turn == turns * 90
