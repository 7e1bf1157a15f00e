import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw, ImageFont

from tests.support.documents import png_bomb, save, text_page
from vision.core.errors import BadInput
from vision.core.limits import DocumentProbe, Limits
from vision.core.stages import PageImage
from vision.input.decode import decode_page, probe
from vision.input.resolution import Resolution, resolution_of

LIMITS = Limits()


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def decoded(folder: Path, content: bytes, number: int = 1, limits: Limits = LIMITS) -> PageImage:
    return decode_page(save(folder, "document", content), number, 300, limits)


def probed(folder: Path, content: bytes, limits: Limits = LIMITS) -> DocumentProbe:
    return probe(save(folder, "document", content), limits)


def refusal(folder: Path, content: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(BadInput) as caught:
        decoded(folder, content, limits=limits)
    assert caught.value.message.endswith(".")
    return caught.value.code


RED = Image.new("RGB", (8, 4), (255, 0, 0))


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("TIFF", "image/tiff"),
        ("WEBP", "image/webp"),
        ("BMP", "image/bmp"),
        ("GIF", "image/gif"),
        ("AVIF", "image/avif"),
        ("JPEG2000", "image/jp2"),
    ],
)
def test_every_accepted_format_decodes_to_rgb(form: str, media_type: str, tmp_path: Path) -> None:
    content = encoded(RED, form)
    assert probed(tmp_path, content) == DocumentProbe(media_type, 1)
    page = decoded(tmp_path, content)
    assert page.number == 1
    assert page.pixels.shape == (4, 8, 3)
    assert page.pixels.dtype == np.uint8
    assert np.allclose(page.pixels[2, 4], (255, 0, 0), atol=4)


def ramp16() -> Image.Image:
    return Image.fromarray(np.array([[0, 257, 32896, 65535]], np.uint16))


@pytest.mark.parametrize(
    ("image", "form", "expected"),
    [
        (ramp16(), "PNG", [0, 1, 128, 255]),
        (ramp16(), "TIFF", [0, 1, 128, 255]),
        (Image.fromarray(np.array([[0.0, 0.5, 1.0]], np.float32)), "TIFF", [0, 128, 255]),
        (Image.fromarray(np.array([[7.0, 7.0]], np.float32)), "TIFF", [0, 0]),
        (Image.fromarray(np.array([[0, 10, 20]], np.int32)), "TIFF", [0, 128, 255]),
        (Image.fromarray(np.array([[False, True]])), "PNG", [0, 255]),
        (Image.new("CMYK", (2, 1), (0, 0, 0, 255)), "TIFF", [0, 0]),
        (Image.new("CMYK", (2, 1), (0, 0, 0, 0)), "TIFF", [255, 255]),
        (Image.new("LA", (1, 1), (0, 0)), "PNG", [255]),
        (Image.new("LA", (1, 1), (0, 128)), "PNG", [127]),
        (Image.new("RGBA", (1, 1), (0, 0, 0, 255)), "PNG", [0]),
        (Image.new("RGBA", (1, 1), (9, 9, 9, 0)), "WEBP", [255]),
    ],
)  # fmt: skip
def test_odd_pixels_become_plain_grey_on_white(
    image: Image.Image, form: str, expected: list[int], tmp_path: Path
) -> None:
    options = {"lossless": True} if form == "WEBP" else {}
    page = decoded(tmp_path, encoded(image, form, **options))
    assert page.pixels[0].tolist() == [[value] * 3 for value in expected]


def test_a_transparent_palette_colour_is_laid_on_white(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1), 1)
    image.putpalette([10, 20, 30, 200, 0, 0])
    image.putpixel((0, 0), 0)
    page = decoded(tmp_path, encoded(image, "PNG", transparency=0))
    assert page.pixels[0].tolist() == [[255, 255, 255], [200, 0, 0]]


def letters(ink: tuple[int, ...], *, paper: tuple[int, ...] = (0, 0, 0, 0)) -> Image.Image:
    """Text in a colour with alpha on a ground that is transparent, unless `paper` is given."""
    image = Image.new("RGBA", (400, 120), paper)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(28)
    draw.text((10, 10), "Sale ends on Sunday", ink, font)
    draw.text((10, 60), "All coats at half price", ink, font)
    return image


def contrast(image: Image.Image, form: str, tmp_path: Path) -> int:
    options = {"lossless": True} if form == "WEBP" else {}
    pixels = decoded(tmp_path, encoded(image, form, **options)).pixels
    return int(pixels.max()) - int(pixels.min())


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(
    "ink",
    [
        (255, 255, 255, 255),
        (255, 255, 0, 255),
        (0, 0, 0, 255),
        (200, 230, 255, 200),
        (90, 90, 90, 255),
    ],
)
def test_letters_on_a_transparent_ground_contrast_with_it(
    ink: tuple[int, ...], form: str, tmp_path: Path
) -> None:
    assert contrast(letters(ink), form, tmp_path) > 140


def test_light_letters_in_a_grey_image_with_alpha_contrast_with_their_ground(
    tmp_path: Path,
) -> None:
    assert contrast(letters((255, 255, 255, 255)).convert("LA"), "PNG", tmp_path) > 200


@pytest.mark.parametrize("paper", [(255, 255, 255, 255), (250, 240, 220, 255)])
def test_a_page_with_a_transparent_border_lies_on_white(
    paper: tuple[int, ...], tmp_path: Path
) -> None:
    page = Image.new("RGBA", (500, 220), (0, 0, 0, 0))
    page.paste(letters((0, 0, 0, 255), paper=paper), (50, 50))
    assert decoded(tmp_path, encoded(page, "PNG")).pixels[5, 5].tolist() == [255, 255, 255]


def test_lab_colours_become_the_rgb_that_is_seen(tmp_path: Path) -> None:
    lab = ImageCms.createProfile("LAB")
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), lab, "RGB", "LAB")
    content = encoded(ImageCms.applyTransform(RED, to_lab), "TIFF")
    assert np.allclose(decoded(tmp_path, content).pixels[0, 0], (255, 0, 0), atol=6)


@pytest.mark.parametrize("form", ["JPEG", "TIFF", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_shows_the_page_as_the_user_sees_it(
    form: str, orientation: int, tmp_path: Path
) -> None:
    seen = Image.new("RGB", (64, 32), "white")
    seen.paste("black", (0, 0, 16, 16))  # a mark in the top-left corner
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # EXIF value to the transpose that stores it
    stored = seen if orientation == 1 else seen.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    page = decoded(tmp_path, encoded(stored, form, exif=exif))
    assert page.pixels.shape == (32, 64, 3)
    assert page.pixels[8, 8].max() < 50
    assert page.pixels[24, 56].min() > 200


def test_broken_exif_is_ignored(tmp_path: Path) -> None:
    content = encoded(RED, "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff")
    assert decoded(tmp_path, content).pixels.shape == (4, 8, 3)


@pytest.mark.parametrize(
    ("stated", "shape", "believed", "code"),
    [
        ((300, 300), (40, 80), 300.0, ""),
        ((72, 72), (40, 80), 72.0, ""),
        ((50, 50), (40, 80), 50.0, ""),
        ((1, 1), (40, 80), None, "resolution_ignored"),
        ((30_000, 30_000), (40, 80), None, "resolution_ignored"),
        ((204, 98), (83, 80), 204.0, "stretched"),  # 40 rows of a fax
        ((98, 204), (40, 166), 204.0, "stretched"),
        ((204, 196), (40, 80), 204.0, ""),  # square enough
        ((300, 1), (40, 80), 300.0, "resolution_ignored"),
        ((1, 300), (40, 80), 300.0, "resolution_ignored"),
        ((72, 600), (40, 80), 600.0, "resolution_ignored"),  # one of the two is wrong
    ],
)
def test_a_stated_resolution_is_used_only_where_it_can_be_true(
    stated: tuple[int, int],
    shape: tuple[int, int],
    believed: float | None,
    code: str,
    tmp_path: Path,
) -> None:
    page = decoded(tmp_path, encoded(Image.new("L", (80, 40), 255), "TIFF", dpi=stated))
    assert (page.pixels.shape[:2], page.dpi) == (shape, believed)
    assert [warning.code for warning in page.warnings] == ([code] if code else [])


@pytest.mark.parametrize(
    ("height", "dpi", "believed"),
    [(3508, 72, None), (3370, 72, 72.0), (3508, 96, 96.0), (7100, 150, None), (7000, 150, 150.0)],
)
def test_a_resolution_that_would_make_a_page_longer_than_a0_is_not_believed(
    height: int, dpi: int, believed: float | None, tmp_path: Path
) -> None:
    page = decoded(tmp_path, encoded(Image.new("1", (8, height), 1), "PNG", dpi=(dpi, dpi)))
    assert page.dpi == believed
    messages = [warning.message for warning in page.warnings]
    assert len(messages) == (believed is None)
    assert all(f"{dpi} x {dpi}" in each and "none is used" in each for each in messages)


@pytest.mark.parametrize("zero", [0, float("nan")])
def test_a_resolution_of_nothing_counts_as_not_stated(zero: float) -> None:
    image = Image.new("L", (80, 40))
    image.info["dpi"] = (zero, zero)
    assert resolution_of(image) == Resolution()


def test_stretching_keeps_within_limits(tmp_path: Path) -> None:
    path = save(tmp_path, "a.tif", encoded(Image.new("L", (80, 40), 255), "TIFF", dpi=(204, 98)))
    page = decode_page(path, 1, 300, Limits(max_side=80, max_pixels=5_000))
    height, width = page.pixels.shape[:2]
    assert max(width, height) <= 80
    assert width * height <= 5_000
    assert height / width == pytest.approx(40 * 204 / 98 / 80, rel=0.03)


def test_an_image_that_states_no_resolution_has_none(tmp_path: Path) -> None:
    assert decoded(tmp_path, encoded(RED, "PNG")).dpi is None


def test_each_page_of_a_tiff_is_its_own(tmp_path: Path) -> None:
    pages = [Image.new("RGB", (10 + n, 10), (n * 50, 0, 0)) for n in range(3)]
    content = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert probed(tmp_path, content) == DocumentProbe("image/tiff", 3)
    for n in range(3):
        page = decoded(tmp_path, content, number=n + 1)
        assert page.number == n + 1
        assert page.pixels.shape[1] == 10 + n
        assert page.pixels[0, 0].tolist() == [n * 50, 0, 0]


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
def test_of_a_moving_picture_the_first_frame_is_read_and_a_warning_says_so(
    form: str, tmp_path: Path
) -> None:
    second = Image.new("RGB", (8, 4), (0, 0, 255))
    content = encoded(RED, form, save_all=True, append_images=[second], duration=100)
    page = decoded(tmp_path, content)
    assert probed(tmp_path, content).pages == 1
    assert [warning.code for warning in page.warnings] == ["first_frame_only"]
    assert np.allclose(page.pixels[2, 4], (255, 0, 0), atol=4)


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_page_that_is_not_there_is_refused(number: int, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        decoded(tmp_path, encoded(RED, "TIFF"), number=number)
    assert caught.value.code == "page_missing"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "GIF", "AVIF", "JPEG2000"])
def test_a_truncated_image_is_refused_as_bad_input(form: str, tmp_path: Path) -> None:
    content = encoded(text_page(300, 200), form)
    assert refusal(tmp_path, content[: len(content) // 2]) in {"truncated", "damaged"}


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff" + b"\x00" * 50,
        b"\x89PNG\r\n\x1a\n",
        b"II*\x00\x08\x00\x00\x00",
        b"BM",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
        b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif",
        b"\x00\x00\x00\x0cjP  \r\n\x87\n",
        b"\xff\x4f\xff\x51",
    ],
)
def test_an_image_that_is_only_a_beginning_is_refused(content: bytes, tmp_path: Path) -> None:
    assert refusal(tmp_path, content) in {"truncated", "damaged"}


@pytest.mark.parametrize(
    ("limits", "refused"),
    [
        (Limits(max_pixels=32), False),
        (Limits(max_pixels=31), True),
        (Limits(max_side=8), False),
        (Limits(max_side=7), True),
    ],
)
def test_a_page_may_reach_a_limit_and_not_pass_it(
    limits: Limits, refused: bool, tmp_path: Path
) -> None:
    content = encoded(RED, "PNG")
    if refused:
        assert refusal(tmp_path, content, limits) == "too_large"
    else:
        assert decoded(tmp_path, content, limits=limits).pixels.shape == (4, 8, 3)


def test_more_pages_or_bytes_than_allowed_are_refused_by_the_probe(tmp_path: Path) -> None:
    content = encoded(RED, "TIFF", save_all=True, append_images=[RED, RED])
    for limits, code in (
        (Limits(max_pages=2), "too_many_pages"),
        (Limits(max_bytes=len(content) - 1), "too_large"),
    ):
        with pytest.raises(BadInput) as caught:
            probed(tmp_path, content, limits)
        assert caught.value.code == code


def test_a_small_file_that_claims_a_huge_picture_is_refused_by_its_header(tmp_path: Path) -> None:
    bomb = png_bomb()
    assert len(bomb) < 200_000
    with pytest.raises(BadInput) as caught:
        probed(tmp_path, bomb)
    assert caught.value.code == "too_large"
    assert "30000 x 30000" in caught.value.message


def test_a_tiff_of_absurd_dimensions_is_refused(tmp_path: Path) -> None:
    side = struct.pack("<HHII", 256, 4, 1, 2**31 - 1) + struct.pack("<HHII", 257, 4, 1, 2**31 - 1)
    content = b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", 2) + side + b"\x00" * 4
    assert refusal(tmp_path, content) in {"too_large", "damaged"}


def test_a_second_tiff_page_over_the_limit_is_refused_alone(tmp_path: Path) -> None:
    big = Image.new("L", (30, 30))
    content = encoded(RED, "TIFF", save_all=True, append_images=[big])
    limits = Limits(max_pixels=100)
    assert decoded(tmp_path, content, limits=limits).pixels.shape == (4, 8, 3)
    with pytest.raises(BadInput) as caught:
        decoded(tmp_path, content, number=2, limits=limits)
    assert caught.value.code == "too_large"
