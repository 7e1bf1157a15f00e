import numpy as np
import pytest

from vision.core.geometry import scaling
from vision.core.stages import LineCrop
from vision.imaging.grey import darker, grey_of, grey_of_line, lighter, quantiles

GREYS = np.arange(256, dtype=np.uint8).reshape(16, 16)


@pytest.mark.parametrize("level", [-3.0, -0.5, 0.0, 0.5, 1.0, 127.0, 127.5, 254.5, 255.0, 256.2])
def test_bytes_compare_with_a_level_as_numbers_do(level: float):
    below, above = darker(GREYS, level), lighter(GREYS, level)
    assert below.ravel().tolist() == [grey < level for grey in range(256)]
    assert above.ravel().tolist() == [grey > level for grey in range(256)]


def test_quantiles_are_those_of_each_image_alone():
    random = np.random.default_rng(3)
    images = [random.integers(0, top, (9, 40)).astype(np.uint8) for top in (3, 90, 256)]
    shares = np.array([0.02, 0.5, 0.9])
    ordered = [np.sort(image.ravel()) for image in images]
    expected = [[row[int(np.ceil(share * row.size)) - 1] for share in shares] for row in ordered]
    assert quantiles(images, shares).tolist() == expected


def test_the_grey_of_a_line_is_computed_once():
    pixels = np.random.default_rng(4).integers(0, 256, (8, 20, 3)).astype(np.uint8)
    crop = LineCrop(pixels, scaling(1.0, 1.0), ("eng",))
    assert (grey_of_line(crop) == grey_of(pixels)).all()
    assert grey_of_line(crop) is grey_of_line(crop)
