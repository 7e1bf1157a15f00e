"""Specks and the dots of printers' screens are measured, and screens are smoothed away."""

import cv2
import numpy as np
import pytest

from tests.support.lines import page_of_text
from vision.core.stages import PreparedPage
from vision.imaging.connected_components import find_letters
from vision.imaging.screens import without_screen
from vision.imaging.specks import screen_pitch, share_of_specks


def noisy(page, deviation):
    noise = np.random.default_rng(1).normal(0, deviation, page.shape)
    return np.clip(page + noise, 0, 255).astype(np.uint8)


def salted(page, count):
    page = page.copy()
    height, width = page.shape[:2]
    for x, y in np.random.default_rng(1).integers(0, (width, height), (count, 2)).tolist():
        page[y : y + 2, x : x + 2] = 0
    return page


def screened(page, pitch):
    """The page with dots of 3 by 3 pixels on a square lattice."""
    page = page.copy()
    for x, y in ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)):
        page[y::pitch, x::pitch] = np.minimum(page[y::pitch, x::pitch], 60)
    return page


def prepared(page):
    return PreparedPage(1, page, page, np.eye(2, 3), None, 0, 0.0, text=find_letters(page))


@pytest.mark.parametrize(
    ("page", "least", "most"),
    [
        (np.full((600, 800, 3), 255, np.uint8), 0.0, 0.0),
        (page_of_text(), 0.0, 0.05),
        (salted(page_of_text(), 6000), 0.2, 0.9),
        (noisy(page_of_text(), 30), 0.2, 1.0),
        (screened(page_of_text(), 7), 0.6, 1.0),
    ],
    ids=["blank", "plain", "salt", "noise", "screen"],
)
def test_specks_are_measured_by_their_share_of_the_ink(page, least, most):
    assert least <= share_of_specks(find_letters(page)) <= most


@pytest.mark.parametrize("pitch", [6, 7, 9])
def test_the_distance_between_the_dots_of_a_screen_is_measured(pitch):
    assert screen_pitch(find_letters(screened(page_of_text(), pitch))) == pytest.approx(pitch)


def test_the_distance_between_larger_dots_is_measured_too():
    page = screened(page_of_text(44, 6), 6)[:, :, 0]
    larger = cv2.resize(page, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)[:1500, :1500]
    found = find_letters(np.repeat(larger[:, :, None], 3, axis=2))
    assert screen_pitch(found) == pytest.approx(12, rel=0.01)


@pytest.mark.parametrize(
    "page",
    [page_of_text(), salted(page_of_text(), 12000), noisy(page_of_text(), 30)],
    ids=["plain", "salt", "noise"],
)
def test_irregular_specks_are_no_screen(page):
    page = prepared(page)
    assert screen_pitch(page.text) is None
    assert without_screen(page).working is page.working
    assert without_screen(page).preparation == ()


def test_a_screen_becomes_an_even_background():
    page = prepared(screened(np.full((900, 1200, 3), 240, np.uint8), 7))
    smooth = without_screen(page)
    assert np.ptp(smooth.working[100:200, 100:200]) < 0.1 * np.ptp(page.working[100:200, 100:200])
    (report,) = smooth.preparation
    assert (report.stage, report.measured, report.applied) == ("descreen", 7.0, True)
    assert smooth.text is page.text


def test_letters_survive_the_smoothing_of_a_screen():
    plain = page_of_text()
    smooth = without_screen(prepared(screened(plain, 7))).working
    ink = cv2.erode((plain[:, :, 0] < 100).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    paper = cv2.erode((plain[:, :, 0] > 200).astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    assert smooth[ink].mean() < smooth[paper].mean() - 60


def test_pages_that_were_not_measured_are_measured():
    page = page_of_text()
    measured = without_screen(PreparedPage(1, page, page, np.eye(2, 3), None, 0, 0.0)).text
    assert len(measured.boxes) == len(find_letters(page).boxes) > 0
