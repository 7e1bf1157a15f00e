"""HEIC files, encoded by pillow-heif 1.8.1 (libheif, x265), which is no dependency of this project.

`page.heic` is white, 160 x 48 pixels, with text and a red bar at its bottom; `turned.heic` is the
same with a rotation of 270 degrees in its container and the same in its EXIF data, as telephones
write it; `two_pictures.heic` has that page and a blue square, which is the primary picture.
"""

from pathlib import Path

import numpy as np
import pytest

from tests.support.documents import save
from vision.core.errors import BadInput
from vision.core.limits import DocumentProbe, Limits
from vision.core.stages import PageImage
from vision.input.decode import decode_page, probe

SAMPLES = Path(__file__).parent / "samples"
PAGE = (SAMPLES / "page.heic").read_bytes()
LIMITS = Limits()


def decoded(path: Path, limits: Limits = LIMITS) -> PageImage:
    return decode_page(path, 1, 300, limits)


def test_a_heic_file_is_read_as_one_page_with_its_colours() -> None:
    path = SAMPLES / "page.heic"
    assert probe(path, LIMITS) == DocumentProbe("image/heic", 1)
    page = decoded(path)
    assert page.pixels.shape == (48, 160, 3)
    assert np.allclose(page.pixels[45, 80], (255, 0, 0), atol=12)
    assert page.pixels[2, 80].min() > 240
    assert page.warnings == ()


def test_a_turned_heic_file_is_turned_once_though_it_says_so_twice() -> None:
    page = decoded(SAMPLES / "turned.heic")
    assert page.pixels.shape == (160, 48, 3)
    assert np.allclose(page.pixels[80, 2], (255, 0, 0), atol=12)  # the bar is at the left
    assert page.pixels[80, 45].min() > 240


def test_of_several_pictures_the_primary_one_is_read_and_a_warning_says_so() -> None:
    path = SAMPLES / "two_pictures.heic"
    assert probe(path, LIMITS) == DocumentProbe("image/heic", 1)
    page = decoded(path)
    assert page.pixels.shape == (64, 64, 3)
    assert np.allclose(page.pixels[32, 32], (0, 0, 255), atol=12)
    assert [warning.code for warning in page.warnings] == ["first_frame_only"]
    assert "2 pictures" in page.warnings[0].message


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_truncated_heic_file_is_refused(share: float, tmp_path: Path) -> None:
    path = save(tmp_path, "cut.heic", PAGE[: int(len(PAGE) * share)])
    with pytest.raises(BadInput) as caught:
        decoded(path)
    assert caught.value.code in {"truncated", "damaged"}


@pytest.mark.parametrize("limits", [Limits(max_side=159), Limits(max_pixels=160 * 48 - 1)])
def test_a_heic_picture_over_the_limits_is_refused_by_its_header(limits: Limits) -> None:
    for opened in (probe, decoded):
        with pytest.raises(BadInput) as caught:
            opened(SAMPLES / "page.heic", limits)
        assert caught.value.code == "too_large"


def with_size(width: int, height: int) -> bytes:
    """The page, its container stating another size (the box `ispe` of ISO/IEC 23008-12)."""
    at = PAGE.index(b"ispe") + 8
    return PAGE[:at] + width.to_bytes(4, "big") + height.to_bytes(4, "big") + PAGE[at + 8 :]


@pytest.mark.parametrize(
    "size", [(30_000, 30_000), (2**31 - 1, 2**31 - 1), (11_000, 10), (16, 16), (1, 1), (0, 0)]
)
def test_a_heic_file_that_states_a_false_size_is_refused(
    size: tuple[int, int], tmp_path: Path
) -> None:
    path = save(tmp_path, "false.heic", with_size(*size))
    with pytest.raises(BadInput) as caught:
        decoded(path)
    assert caught.value.code in {"too_large", "damaged"}
