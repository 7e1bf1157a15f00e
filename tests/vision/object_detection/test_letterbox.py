import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.object_detection.letterbox import PAD_GREY, draw_letterbox, plan_letterbox


@pytest.mark.parametrize(
    ("width", "height", "corner", "fitted", "at"),
    [
        pytest.param(64, 64, "centre", (64, 64), (0, 0), id="same size"),
        pytest.param(128, 64, "centre", (64, 32), (0, 16), id="wide, centred"),
        pytest.param(128, 64, "top-left", (64, 32), (0, 0), id="wide, top left"),
        pytest.param(32, 64, "centre", (32, 64), (16, 0), id="tall, not enlarged past the side"),
        pytest.param(16, 16, "centre", (64, 64), (0, 0), id="small images are enlarged"),
        pytest.param(10_000, 1, "centre", (64, 1), (0, 31), id="a hair keeps one pixel"),
        pytest.param(1, 10_000, "top-left", (1, 64), (0, 0), id="an upright hair"),
    ],
)
def test_an_image_is_fitted_whole_and_unstretched(width, height, corner, fitted, at):
    plan = plan_letterbox(width, height, 64, 64, corner)
    assert (plan.fitted_width, plan.fitted_height) == fitted
    assert (plan.left, plan.top) == at


@pytest.mark.parametrize("corner", ["centre", "top-left"])
@pytest.mark.parametrize("shape", [(40, 100), (100, 40), (300, 200), (64, 64), (1403, 993)])
def test_what_is_drawn_is_found_where_it_was(corner, shape):
    height, width = shape
    image = np.zeros((height, width, 3), np.uint8)
    image[height // 4 : height // 2, width // 4 : width // 2] = 255
    canvas = np.empty((160, 160, 3), np.uint8)
    plan = plan_letterbox(width, height, 160, 160, corner)
    draw_letterbox(image, plan, canvas)
    rows, columns = np.nonzero(canvas[..., 0] > 200)
    seen = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]], np.float32)
    pixel = max(shape) / 160
    expected = [width // 4, height // 4, width // 2, height // 2]
    np.testing.assert_allclose(plan.to_image(seen)[0], expected, atol=1.5 * max(pixel, 1))


def test_the_rest_is_grey_even_on_a_used_canvas():
    canvas = np.full((64, 64, 3), 7, np.uint8)
    plan = plan_letterbox(64, 32, 64, 64, "centre")
    draw_letterbox(np.zeros((32, 64, 3), np.uint8), plan, canvas)
    assert (canvas[:16] == PAD_GREY).all()
    assert (canvas[48:] == PAD_GREY).all()
    assert (canvas[16:48] == 0).all()


def test_hairlines_of_a_large_page_leave_a_trace():
    page = np.full((3000, 2000, 3), 255, np.uint8)
    page[:, 7::40] = 0  # one pixel in forty is black
    canvas = np.empty((640, 640, 3), np.uint8)
    plan = plan_letterbox(2000, 3000, 640, 640, "centre")
    draw_letterbox(page, plan, canvas)
    fitted = canvas[:, plan.left : plan.left + plan.fitted_width]
    assert fitted.mean() == pytest.approx(255 * 39 / 40, abs=1)


def test_boxes_are_clipped_to_the_image():
    plan = plan_letterbox(200, 100, 64, 64, "centre")
    boxes = np.array([[-10, -10, 90, 90], [0, 0, 64, 10]], np.float32)
    assert plan.to_image(boxes).tolist() == [[0, 0, 200, 100], [0, 0, 200, 0]]


def test_no_boxes_map_to_no_boxes():
    plan = plan_letterbox(200, 100, 64, 64, "centre")
    assert plan.to_image(np.zeros((0, 4), np.float32)).shape == (0, 4)


@given(st.integers(1, 12_000), st.integers(1, 12_000), st.sampled_from(["centre", "top-left"]))
def test_the_corners_of_any_image_come_back(width, height, corner):
    plan = plan_letterbox(width, height, 640, 448, corner)
    right, bottom = plan.left + plan.fitted_width, plan.top + plan.fitted_height
    assert 0 <= plan.left < right <= 640
    assert 0 <= plan.top < bottom <= 448
    whole = plan.to_image(np.array([[plan.left, plan.top, right, bottom]], np.float32))
    np.testing.assert_allclose(whole, [[0, 0, width, height]], rtol=1e-5)
