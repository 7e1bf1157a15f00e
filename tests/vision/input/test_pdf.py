from pathlib import Path

import numpy as np
import pytest

from tests.support.documents import encrypted_pdf, pdf, save
from vision.core.errors import BadInput
from vision.core.limits import DocumentProbe, Limits
from vision.input.decode import decode_page, probe

LIMITS = Limits()


def refusal(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        probe(path, LIMITS)
    return caught.value.code


def test_a_pdf_counts_its_pages_and_draws_each(tmp_path: Path) -> None:
    path = save(tmp_path, "a.pdf", pdf([(200, 100), (72, 144)]))
    assert probe(path, LIMITS) == DocumentProbe("application/pdf", 2)
    second = decode_page(path, 2, 300, LIMITS)
    assert second.pixels.shape == (600, 300, 3)
    assert second.dpi == 300
    assert second.number == 2


@pytest.mark.parametrize(
    ("rotate", "mark"),
    [(0, "bottom left"), (90, "top left"), (180, "top right"), (270, "bottom right")],
)
def test_the_rotation_of_a_page_is_honoured(rotate: int, mark: str, tmp_path: Path) -> None:
    path = save(tmp_path, "a.pdf", pdf([(200, 100)], page_entries=b"/Rotate %d" % rotate))
    pixels = decode_page(path, 1, 72, LIMITS).pixels
    assert pixels.shape == ((100, 200, 3) if rotate % 180 == 0 else (200, 100, 3))
    rows, columns = np.nonzero(pixels[:, :, 0] < 128)
    down = "top" if rows.mean() < pixels.shape[0] / 2 else "bottom"
    across = "left" if columns.mean() < pixels.shape[1] / 2 else "right"
    assert f"{down} {across}" == mark


def test_colours_come_out_as_rgb(tmp_path: Path) -> None:
    path = save(tmp_path, "a.pdf", pdf(content=b"1 0 0 rg 0 0 200 100 re f"))
    assert decode_page(path, 1, 72, LIMITS).pixels[50, 50].tolist() == [255, 0, 0]


def test_filled_in_form_fields_are_drawn(tmp_path: Path) -> None:
    look = b"0 0 0 rg 0 0 40 40 re f"
    extra = [
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/F 4/Rect[100 20 140 60]/AP<</N 6 0 R>>>>",
        b"<</Type/XObject/Subtype/Form/BBox[0 0 40 40]/Length %d>>stream\n%s\nendstream"
        % (len(look), look),
    ]
    content = pdf(content=b"", page_entries=b"/Annots[5 0 R]", extra=extra)
    content = content.replace(b"/Pages 2 0 R", b"/Pages 2 0 R/AcroForm<</Fields[5 0 R]>>", 1)
    pixels = decode_page(save(tmp_path, "a.pdf", content), 1, 72, LIMITS).pixels
    assert pixels[60, 120].max() < 50


@pytest.mark.parametrize(
    ("points", "longest"),
    [((14_400 * 72, 14_400 * 72), 6_325), ((14_400 * 72, 72), 10_000), ((3, 14_400), 10_000)],
)
def test_an_enormous_page_is_drawn_as_large_as_limits_allow(
    points: tuple[float, float], longest: int, tmp_path: Path
) -> None:
    page = decode_page(save(tmp_path, "a.pdf", pdf([points], content=b"")), 1, 600, LIMITS)
    height, width = page.pixels.shape[:2]
    assert width * height <= LIMITS.max_pixels
    assert longest * 0.99 < max(width, height) <= longest
    assert page.dpi is not None
    assert page.dpi < 600


def test_a_pdf_behind_a_password_is_refused_as_encrypted(tmp_path: Path) -> None:
    assert refusal(save(tmp_path, "a.pdf", encrypted_pdf())) == "encrypted"


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"\x00" * 5000, pdf([])])
def test_a_pdf_without_pages_is_refused_as_damaged(content: bytes, tmp_path: Path) -> None:
    assert refusal(save(tmp_path, "a.pdf", content)) == "damaged"


@pytest.mark.parametrize("number", [0, 2, 1_000_000])
def test_a_page_beyond_the_last_is_refused(number: int, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        decode_page(save(tmp_path, "a.pdf", pdf()), number, 72, LIMITS)
    assert caught.value.code == "page_missing"


def test_too_many_pages_are_refused_before_any_is_drawn(tmp_path: Path) -> None:
    path = save(tmp_path, "a.pdf", pdf([(10, 10)] * 3))
    with pytest.raises(BadInput) as caught:
        probe(path, Limits(max_pages=2))
    assert caught.value.code == "too_many_pages"
    assert "3 pages" in caught.value.message
