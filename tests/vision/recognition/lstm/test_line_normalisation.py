from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from vision.recognition.lstm.even_line_images import even_line_images
from vision.recognition.lstm.line_normalisation import LineImage, tesseract_line_image


def even_line_image(pixels: np.ndarray, height: int, *, smooth: bool) -> LineImage:
    (line_image,) = even_line_images([pixels], height, smooth=smooth)
    return line_image


WAYS = pytest.mark.parametrize(
    "prepare",
    [
        tesseract_line_image,
        partial(even_line_image, smooth=True),
        partial(even_line_image, smooth=False),
    ],
    ids=["tesseract", "even", "even, dense strokes"],
)
Prepare = Callable[[np.ndarray, int], LineImage]


@WAYS
@pytest.mark.parametrize("height", [12, 30, 36, 40, 60, 200])
def test_a_crop_of_any_height_gets_the_height_of_the_network(height: int, prepare: Prepare):
    pixels = np.random.default_rng(1).integers(0, 256, (height, 90, 3)).astype(np.uint8)
    line_image = prepare(pixels, 36)
    assert line_image.values.shape[0] == 36
    assert line_image.values.shape[1] == pytest.approx(36 / height * 90, abs=0.5)
    assert line_image.scale == 36 / height


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (90, 140), (200, 60)])
def test_contrast_is_evened_and_its_direction_kept(ink: int, paper: int):
    pixels = np.full((36, 120), paper, np.uint8)
    pixels[6:30, 4::8] = ink
    pixels[6:30, 5::8] = ink
    values = tesseract_line_image(pixels, 36).values
    sharpest = 1 if ink > paper else -1
    assert values[18, 4] * sharpest > 0.7
    assert values[18, 8] * sharpest < -0.7


@WAYS
@pytest.mark.parametrize("size", [(36, 1), (36, 2), (1, 1), (500, 1)])
def test_slivers_are_no_error(size: tuple[int, int], prepare: Prepare):
    line_image = prepare(np.full(size, 128, np.uint8), 36)
    assert line_image.values.shape[0] == 36
    assert np.isfinite(line_image.values).all()


@WAYS
def test_colour_reads_as_its_grey(prepare: Prepare):
    grey = np.tile(np.arange(0, 250, 5, np.uint8), (36, 1))
    colour = np.repeat(grey[:, :, None], 3, axis=2)
    np.testing.assert_allclose(prepare(colour, 36).values, prepare(grey, 36).values, atol=0.02)


def test_the_same_crop_twice_as_large_gives_nearly_the_same_strip():
    small = np.full((36, 200), 255, np.uint8)
    small[8:28, 10:190:9] = 0
    large = np.kron(small, np.ones((2, 2), np.uint8))
    difference = tesseract_line_image(large, 36).values - tesseract_line_image(small, 36).values
    assert np.abs(difference).mean() < 0.1


@WAYS
@pytest.mark.parametrize(("ink", "paper"), [(40, 240), (120, 160)])
def test_the_level_between_ink_and_paper_is_a_grey_of_the_crop(
    ink: int, paper: int, prepare: Prepare
):
    pixels = np.full((60, 200), paper, np.uint8)
    pixels[10:50, 8::12] = ink
    pixels[10:50, 9::12] = ink
    pixels[10:50, 10::12] = ink
    assert ink < prepare(pixels, 36).level < paper


def test_faint_print_is_as_black_as_any():
    faint = np.full((36, 200), 200, np.uint8)
    faint[8:28, 6::8] = faint[8:28, 7::8] = faint[8:28, 5::8] = 150
    values = even_line_image(faint, 36, smooth=False).values
    assert values[18, 6] < -0.7
    assert values[18, 10] > 0.7


def contrast_of_fine_strokes(height: int) -> float:
    """What smoothing leaves of them in a crop of this height, whose broad bar tells the contrast.

    The strokes are drawn four times as large and stand equally close in line_images of all heights.
    """
    large = np.full((4 * height, 40 * height), 255, np.uint8)
    large[2 * height :, : 20 * height] = 0
    large[: 2 * height, np.arange(40 * height) % (height // 2) < height // 4] = 0
    crop = large.reshape(height, 4, 10 * height, 4).mean(axis=(1, 3)).astype(np.uint8)
    smooth, plain = (
        even_line_image(crop, 36, smooth=way).values[6:12, 9:-9] for way in (True, False)
    )
    return float(smooth.std() / plain.std())


def test_small_print_is_smoothed_less_than_large_and_no_height_makes_a_leap():
    contrasts = [contrast_of_fine_strokes(height) for height in range(12, 41, 2)]
    difference = contrasts[0] - contrasts[-1]
    assert difference > 0.2
    assert np.diff(contrasts).max() < 0.1 * difference
    assert np.diff(contrasts).min() > -0.5 * difference


def line_with_ends(left: int, right: int, *, ink: int = 0, paper: int = 255) -> np.ndarray:
    """Upright strokes in a crop of 40 pixels' height, with so much paper before and after them."""
    pixels = np.full((40, left + 101 + right), paper, np.uint8)
    for column in range(4):
        pixels[6:34, left + column : left + 101 : 10] = ink
    return pixels


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (90, 150), (235, 60)])
@pytest.mark.parametrize(
    ("left", "right", "start", "width"),
    [
        (15, 15, 11, 109),  # a tenth of the height is left
        (4, 4, 0, 109),
        (2, 0, 0, 103),
        (60, 30, 16, 159),  # looked for in half of the height
    ],
)
def test_paper_at_the_ends_of_a_line_is_trimmed(
    left: int, right: int, start: int, width: int, ink: int, paper: int
):
    line_image = even_line_image(line_with_ends(left, right, ink=ink, paper=paper), 36, smooth=True)
    assert abs(line_image.start - start) <= 1
    assert abs(line_image.grey.shape[1] - width) <= 2


@pytest.mark.parametrize(("side", "kept"), [(4, True), (3, True), (2, False)])
def test_a_full_stop_at_the_end_is_no_speck(side: int, kept: bool):
    pixels = line_with_ends(0, 18)
    pixels[30 : 30 + side, 110 : 110 + side] = 0
    end = even_line_image(pixels, 36, smooth=True).grey.shape[1]
    assert (end >= 110 + side) is kept


def test_a_line_is_prepared_alike_whatever_else_is_prepared_with_it():
    random = np.random.default_rng(2)
    sizes = [(12, 90), (40, 1), (36, 300), (20, 2), (60, 45)]
    lines = [random.integers(0, 256, size).astype(np.uint8) for size in sizes]
    together = even_line_images(lines, 36, smooth=True)
    alone = [even_line_image(line, 36, smooth=True) for line in lines]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_array_equal(one.values, other.values)
        assert (one.level, one.start, one.scale) == (other.level, other.start, other.scale)
