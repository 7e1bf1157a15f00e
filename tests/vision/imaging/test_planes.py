"""Network inputs looked up in tables are what computing each pixel gives."""

import numpy as np
import pytest

from vision.imaging.planes import bgr_planes, normalising


@pytest.mark.parametrize("shape", [(1, 1, 3), (5, 7, 3), (48, 333, 3)], ids=str)
@pytest.mark.parametrize("means", [(127.5, 127.5, 127.5), (123.7, 116.3, 103.5)], ids=str)
def test_planes_are_blue_green_and_red_each_normalised(shape, means):
    image = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    planes = bgr_planes(image, [normalising(mean, 57.5) for mean in means])
    mean = np.array(means, np.float32)
    expected = ((image[:, :, ::-1] - mean) / np.float32(57.5)).transpose(2, 0, 1)
    assert planes.dtype == np.float32
    np.testing.assert_array_equal(planes, expected)


def test_a_cut_out_of_an_image_gives_the_planes_of_its_own_pixels():
    image = np.random.default_rng(1).integers(0, 256, (20, 30, 3)).astype(np.uint8)
    tables = [normalising(0, 1)] * 3
    part = bgr_planes(image[4:10, 5:25], tables)
    np.testing.assert_array_equal(part, bgr_planes(image, tables)[:, 4:10, 5:25])
