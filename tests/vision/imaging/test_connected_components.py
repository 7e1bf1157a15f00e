"""Pieces of ink: numbered, boxed, taken apart from their paper."""

import cv2
import numpy as np
import pytest

from tests.support.lines import page_of_text
from vision.imaging.connected_components import (
    background_of,
    boxes_of,
    find_letters,
    ink_boxes,
    ink_mask,
    label,
    mask_of,
)
from vision.imaging.grey import shrunk


def dots(height, width, share, seed=1):
    """Single pixels of ink at random, `share` of all."""
    return (np.random.default_rng(seed).random((height, width)) < share).astype(np.uint8)


@pytest.mark.parametrize(
    ("mask", "bits"),
    [
        (dots(40, 30, 0.0), 16),
        (dots(1, 50, 0.5), 16),
        (dots(50, 1, 0.5), 16),
        (dots(700, 900, 0.08), 16),
        (dots(2000, 2000, 0.016), 16),
        (dots(900, 900, 0.25), 32),
    ],
)
def test_pieces_are_the_same_however_wide_their_labels(mask, bits):
    labels, pieces = label(mask)
    assert labels.dtype.itemsize * 8 == bits
    count, wide, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    assert len(pieces) == count - 1
    assert sorted(map(tuple, pieces.tolist())) == sorted(map(tuple, stats[1:, :4].tolist()))
    pairs = np.unique(labels.astype(np.int64) * count + wide)
    assert len(pairs) == count  # each label of one kind goes with one of the other


@pytest.mark.parametrize("share", [0.0, 0.02, 0.25, 0.6])
def test_boxes_from_outlines_are_those_of_the_labels_from_top_to_bottom(share):
    mask = dots(120, 150, share)
    mask[20:60, 20:60] = 0
    mask[20:60, [20, 59]] = mask[[20, 59], 20:60] = 1  # a piece with another one inside
    mask[30:35, 30:35] = 1
    boxes = boxes_of(mask).tolist()
    assert [20, 20, 40, 40] in boxes or share > 0
    assert sorted(boxes) == sorted(label(mask)[1].tolist())
    assert [y for _, y, _, _ in boxes] == sorted(y for _, y, _, _ in boxes)


@pytest.mark.parametrize("share", [0.02, 0.25])
def test_a_mask_keeps_the_pieces_chosen_and_no_others(share):
    mask = dots(600, 700, share)
    labels, pieces = label(mask)
    large = pieces[:, 2:].max(axis=1) >= 3
    kept = mask_of(labels, large)
    assert set(np.unique(kept)) <= {0, 1}
    _, left = label(kept)
    assert sorted(map(tuple, left.tolist())) == sorted(map(tuple, pieces[large].tolist()))
    assert not mask_of(labels, np.zeros(len(pieces), np.bool_)).any()


@pytest.mark.parametrize("size", [(900, 700), (2400, 1300), (5000, 300), (40, 2000)])
def test_letters_are_measured_on_a_page_shrunk_by_the_factor_told(size):
    page = cv2.resize(page_of_text(), size[::-1])
    text = find_letters(page)
    assert max(text.grey.shape) <= 1600
    assert text.factor == pytest.approx(max(text.grey.shape) / max(size), rel=0.01)
    assert text.labels.shape == text.grey.shape
    assert len(text.boxes) <= len(text.pieces) == text.labels.max()
    assert max(text.ground.shape) <= 160


def test_a_page_without_ink_has_no_letters_and_its_background_is_its_paper():
    text = find_letters(np.full((500, 400, 3), 222, np.uint8))
    assert len(text.pieces) == len(text.boxes) == 0
    assert (text.ground == 222).all()


@pytest.mark.parametrize("size", [(1, 1), (3, 1000), (1000, 3), (161, 159)])
def test_backgrounds_of_odd_pages_are_at_least_a_pixel(size):
    background = background_of(np.full(size, 90, np.uint8))
    assert (background == 90).all()
    assert min(background.shape) >= 1


def test_ink_is_not_part_of_the_background():
    page = np.full((800, 600), 230, np.uint8)
    page[::9] = 20
    assert ink_mask(page).any()
    assert (background_of(page) > 200).all()


@pytest.mark.parametrize("longest", [100, 300, 799, 800, 2000])
def test_greys_keep_their_mean_when_they_are_shrunk(longest):
    grey = dots(800, 640, 0.4) * np.uint8(255)
    small, factor = shrunk(grey, longest)
    assert factor == min(1.0, longest / 800)
    assert max(small.shape) == min(longest, 800)
    assert small.mean() == pytest.approx(grey.mean(), abs=3)


def paper() -> np.ndarray:
    return np.full((20, 60), 230, np.uint8)


@pytest.mark.parametrize("light_on_dark", [False, True])
def test_pieces_of_ink_are_found_on_both_papers(light_on_dark: bool):
    grey = paper()
    grey[5:15, 10:14] = 20
    grey = 255 - grey if light_on_dark else grey
    assert ink_boxes(grey, 128, light_on_dark=light_on_dark).tolist() == [[10, 5, 14, 15]]


def test_specks_are_not_ink():
    grey = paper()
    grey[3:5, 3:5] = 0
    assert len(ink_boxes(grey, 128, light_on_dark=False)) == 0


def halftone(height, width):
    """A headline over a raster of dots: more pieces of ink than 16 bits can number."""
    line = np.full((height, width), 230, np.uint8)
    for row, column in np.ndindex(3, 4):  # dots of three by two pixels, all apart
        if row < 2 and column < 3:
            line[row::3, column::4] = 20
    cv2.putText(line, "HEADLINE", (40, height - 120), cv2.FONT_HERSHEY_SIMPLEX, 8, 20, 60)
    return line


@pytest.mark.parametrize("light_on_dark", [False, True])
def test_a_headline_over_halftone_has_more_pieces_than_16_bits_can_number(light_on_dark):
    line = halftone(442, 3115)
    line = 255 - line if light_on_dark else line
    boxes = ink_boxes(line, 128, light_on_dark=light_on_dark)
    assert len(boxes) > np.iinfo(np.uint16).max
    assert (boxes[:, 2:] > boxes[:, :2]).all()
    assert boxes[:, 2:].max(axis=0).tolist() <= [3115, 442]
