import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw

from models.loaders.resources import LocalResources
from tests.support.documents import text_page
from vision.core.arrays import Image
from vision.core.document import Preparation
from vision.core.geometry import transform_points
from vision.core.options import ReadOptions
from vision.core.stages import Letters, Orientation, PageImage, PreparedPage
from vision.imaging.connected_components import find_letters
from vision.preprocessing.deskew import measure_skew
from vision.preprocessing.illumination import measure_unevenness
from vision.preprocessing.orientation import PageOrienter, open_orienter
from vision.preprocessing.prepare import prepare

AUTO = ReadOptions()


class Says:
    """An orienter with a fixed opinion."""

    def __init__(self, turn: int, confidence: float, detail: str = "") -> None:
        self.opinion = Orientation(turn, confidence, (), detail)

    def turn_needed(self, text: Letters) -> Orientation:
        return self.opinion


@pytest.fixture(scope="module")
def letter() -> Image:
    return np.array(text_page(1000, 1400, size=26))


@pytest.fixture(scope="module")
def orienter(tmp_path_factory: pytest.TempPathFactory) -> PageOrienter:
    return open_orienter(LocalResources(tmp_path_factory.mktemp("converted"), "cpu"))


def tilted(image: Image, degrees: float) -> Image:
    """The page turned counter-clockwise by `degrees` about its centre, corners cut."""
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(
        cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,) * 3),
        np.uint8,
    )


def shadowed(image: Image, darkest: float) -> Image:
    light = np.linspace(1.0, darkest, image.shape[1])[None, :, None]
    return (image * light).astype(np.uint8)


def report(page: PreparedPage, stage: str) -> Preparation:
    (found,) = [step for step in page.preparation if step.stage == stage]
    return found


def skew_of(image: Image) -> float:
    return measure_skew(find_letters(image).boxes)[0]


def test_a_good_page_is_left_alone_and_every_step_says_what_it_measured(letter: Image) -> None:
    page = prepare(PageImage(3, letter, 300.0), AUTO, Says(0, 0.9))
    assert page.working is page.upright is letter
    assert np.array_equal(page.to_page, [[1, 0, 0], [0, 1, 0]])
    assert (page.number, page.dpi, page.rotation, page.skew) == (3, 300.0, 0, 0.0)
    steps = [step.stage for step in page.preparation]
    assert steps == ["orientation", "illumination", "deskew", "upscale"]
    assert not any(step.applied for step in page.preparation)
    assert all(step.measured is not None for step in page.preparation)


def test_steps_that_are_off_do_nothing_and_report_nothing(letter: Image) -> None:
    off = replace(AUTO, orientation="off", illumination="off", deskew="off", upscale="off")
    bad = shadowed(tilted(letter, 4), 0.3)
    page = prepare(PageImage(1, bad), off, Says(90, 1.0))
    assert page.preparation == ()
    assert page.working is page.upright is bad


def test_without_an_orienter_the_page_stays_as_it_came(letter: Image) -> None:
    page = prepare(PageImage(1, letter), AUTO, None)
    assert page.rotation == 0
    assert "orientation" not in [step.stage for step in page.preparation]


def test_a_turn_that_was_not_applied_is_reported_with_the_evidence_against_it(
    letter: Image,
) -> None:
    page = prepare(PageImage(1, letter), AUTO, Says(0, 0.4, "weak evidence for 180 degrees"))
    assert not report(page, "orientation").applied
    assert report(page, "orientation").detail == "confidence 0.40; weak evidence for 180 degrees"


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_confident_orienter_turns_the_page_and_its_frame(letter: Image, turn: int) -> None:
    lying = np.ascontiguousarray(np.rot90(letter, turn // 90))
    page = prepare(PageImage(1, lying), AUTO, Says(turn, 0.95))
    assert page.rotation == turn
    assert report(page, "orientation").applied
    assert np.array_equal(page.upright, letter)


@pytest.mark.parametrize(("confidence", "turned"), [(0.69, False), (0.7, True)])
def test_an_orienter_without_confidence_turns_nothing(
    letter: Image, confidence: float, turned: bool
) -> None:
    page = prepare(PageImage(1, letter), AUTO, Says(180, confidence))
    assert page.rotation == (180 if turned else 0)
    assert report(page, "orientation").applied == turned


@pytest.mark.parametrize("degrees", [-9, -4.3, -1, -0.4, 0, 0.4, 1, 2.5, 7, 9])
def test_tilt_is_measured_to_a_fifth_of_a_degree(letter: Image, degrees: float) -> None:
    assert skew_of(tilted(letter, degrees)) == pytest.approx(degrees, abs=0.2)


@pytest.mark.parametrize("degrees", [-6, -2, 1.5, 5])
def test_a_tilted_page_is_levelled(letter: Image, degrees: float) -> None:
    page = prepare(PageImage(1, tilted(letter, degrees)), AUTO, None)
    assert page.skew == pytest.approx(degrees, abs=0.2)
    assert report(page, "deskew").applied
    assert abs(skew_of(page.working)) <= 0.2
    assert page.upright.shape == letter.shape


@pytest.mark.parametrize("degrees", [0.2, -0.3])
def test_tilt_that_costs_nothing_is_left(letter: Image, degrees: float) -> None:
    page = prepare(PageImage(1, tilted(letter, degrees)), AUTO, None)
    assert page.working is page.upright
    assert page.skew == 0.0


def test_a_page_of_graphics_is_not_levelled() -> None:
    picture = Pillow.new("RGB", (900, 900), "white")
    draw = ImageDraw.Draw(picture)
    rng = np.random.default_rng(3)
    for x, y in rng.integers(0, 880, (400, 2)).tolist():
        draw.ellipse((x, y, x + 12, y + 9), "black")
    for offset in range(0, 900, 60):
        draw.line((0, offset, 900, offset + 70), "black", 3)
    page = prepare(PageImage(1, np.array(picture)), AUTO, None)
    assert page.working is page.upright


@pytest.mark.parametrize("degrees", [0, 4])
def test_what_was_measured_is_handed_on_only_where_it_is_still_true(
    letter: Image, degrees: float
) -> None:
    page = prepare(PageImage(1, tilted(letter, degrees)), AUTO, None)
    assert (page.text is not None) == (page.working is page.upright) == (degrees == 0)


def test_grey_and_coloured_pages_are_levelled_alike(letter: Image) -> None:
    grey = tilted(np.repeat(letter[:, :, 1:2], 3, axis=2), 3)
    coloured = grey.copy()
    coloured[0, 0, 0] ^= 1
    one, other = (prepare(PageImage(1, page), AUTO, None).working for page in (grey, coloured))
    assert one.shape == other.shape
    assert np.abs(one.astype(int) - other).max() <= 1


@pytest.mark.parametrize(("degrees", "shrink"), [(4, 1.0), (-3, 0.27), (0, 0.27)])
def test_working_coordinates_map_back_to_the_page(
    letter: Image, degrees: float, shrink: float
) -> None:
    marked = letter.copy()
    marked[300:320, 500:540] = (255, 0, 0)
    small = cv2.resize(marked, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    page = prepare(PageImage(1, tilted(np.asarray(small, np.uint8), degrees)), AUTO, None)
    ((x, y),) = transform_points(page.to_page, [centre_of_red(page.working)])
    assert math.dist((x, y), centre_of_red(page.upright)) < 0.5


def centre_of_red(image: Image) -> tuple[float, float]:
    red = image[:, :, 0].astype(float) - image[:, :, 1] > 60
    rows, columns = np.nonzero(red)
    return float(columns.mean()) + 0.5, float(rows.mean()) + 0.5


def test_a_shadow_over_text_is_taken_out(letter: Image) -> None:
    dark = shadowed(letter, 0.3)
    page = prepare(PageImage(1, dark), AUTO, None)
    assert report(page, "illumination").applied
    assert np.array_equal(page.upright, dark)  # the page itself keeps its look
    assert measure_unevenness(find_letters(page.working)) < 0.1


@pytest.mark.parametrize("darkest", [1.0, 0.85])
def test_even_or_nearly_even_light_is_left(letter: Image, darkest: float) -> None:
    page = prepare(PageImage(1, shadowed(letter, darkest)), AUTO, None)
    assert not report(page, "illumination").applied


def test_a_dark_picture_beside_text_is_no_shadow(letter: Image) -> None:
    page = letter.copy()
    page[900:1400] = 40
    assert not report(prepare(PageImage(1, page), AUTO, None), "illumination").applied


def test_small_print_is_enlarged_and_its_height_reported(letter: Image) -> None:
    small = np.asarray(cv2.resize(letter, None, fx=0.27, fy=0.27, interpolation=cv2.INTER_AREA))
    page = prepare(PageImage(1, small), AUTO, None)
    step = report(page, "upscale")
    assert step.applied
    assert step.measured is not None
    assert step.measured < 8
    assert 1 < page.working.shape[0] / small.shape[0] <= 2.01
    assert page.upright is small


def test_the_dots_of_a_screen_are_not_taken_for_small_print(letter: Image) -> None:
    page = letter.copy()
    for row in range(5):
        for column in range(5):
            page[row::10, column::10] = np.minimum(page[row::10, column::10], 60)
    prepared = prepare(PageImage(1, page), AUTO, None)
    assert not report(prepared, "upscale").applied
    assert prepared.working is page


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 500, 3), (500, 2, 3), (300, 300, 3)])
@pytest.mark.parametrize("value", [0, 255])
def test_an_empty_page_of_any_shape_is_left_alone(
    shape: tuple[int, int, int], value: int, orienter: PageOrienter
) -> None:
    blank = np.full(shape, value, np.uint8)
    page = prepare(PageImage(1, blank), AUTO, orienter)
    assert page.working is page.upright is blank
    assert report(page, "upscale").measured is None
