import cv2
import numpy as np
import pytest
import zxingcpp

from vision.core.document import Box
from vision.object_detection.barcodes import read_barcodes


def code(text, kind):
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    pixels = np.asarray(made.to_image(scale=4))
    return cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)


def placed(image, x, y, width=1000, height=800):
    page = np.full((height, width, 3), 255, np.uint8)
    page[y : y + image.shape[0], x : x + image.shape[1]] = image
    return page


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("https://example.org/ä?x=1", "QRCode"),
        ("INV-2071", "Code128"),
        ("4006381333931", "EAN13"),
        ("seat 14C", "DataMatrix"),
        ("boarding", "PDF417"),
    ],
)
def test_a_code_is_read_with_its_kind_and_place(text, kind):
    drawn = code(text, kind)
    (found,) = read_barcodes(placed(drawn, 120, 300))
    assert (found.format, found.text) == (kind, text)
    box = found.box
    assert 120 <= box.x0 < box.x1 <= 120 + drawn.shape[1]
    assert 300 <= box.y0 <= box.y1 <= 300 + drawn.shape[0]


@pytest.mark.parametrize(
    ("content", "kind", "text", "data"),
    [
        (b"\x00\x01\xff\xfe\x80bin", "QRCode", "<NUL><SOH>ÿþ<U+80>bin", b"\x00\x01\xff\xfe\x80bin"),
        ("a\x01b\x1dc", "DataMatrix", "a<SOH>b<GS>c", b"a\x01b\x1dc"),
    ],
)
def test_a_code_of_control_characters_or_bytes_is_read_with_all_of_them(content, kind, text, data):
    (found,) = read_barcodes(placed(code(content, kind), 120, 300))
    assert (found.format, found.text) == (kind, text)
    assert bytes.fromhex(found.data) == data


def test_a_gs1_code_is_read_with_its_application_identifiers():
    text = "(01)04012345678901(10)ABC(21)XYZ"
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, gs1=True)
    pixels = cv2.cvtColor(np.asarray(made.to_image(scale=4)), cv2.COLOR_GRAY2RGB)
    (found,) = read_barcodes(placed(pixels, 120, 300))
    assert found.text == text
    assert found.content == "gs1"
    assert b"\x1d" in bytes.fromhex(found.data)


def test_several_codes_come_from_top_to_bottom():
    page = placed(code("below", "QRCode"), 100, 500)
    upper = code("above", "QRCode")
    page[50 : 50 + upper.shape[0], 600 : 600 + upper.shape[1]] = upper
    assert [found.text for found in read_barcodes(page)] == ["above", "below"]


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_code_is_read(turns):
    page = np.ascontiguousarray(np.rot90(placed(code("turned", "QRCode"), 100, 100), turns))
    assert [found.text for found in read_barcodes(page)] == ["turned"]


@pytest.mark.parametrize("shape", [(1, 1, 3), (300, 200, 3)])
def test_a_page_without_codes_gives_none(shape):
    assert read_barcodes(np.full(shape, 255, np.uint8)) == ()


@pytest.mark.data
def test_most_photographed_qr_codes_are_read(data_dir):
    images = sorted((data_dir / "qrcodes" / "images").iterdir())
    pixels = (cv2.imread(str(path), cv2.IMREAD_COLOR_RGB) for path in images)
    read = sum(bool(read_barcodes(image)) for image in pixels)
    assert read >= 0.7 * len(images)


LINEAR = [("INV-2071", "Code128"), ("4006381333931", "EAN13"), ("AB12", "Code39")]


@pytest.mark.parametrize(("text", "kind"), LINEAR)
@pytest.mark.parametrize("tilt", [20, 30, 45, -60])
def test_a_code_at_any_angle_is_read_where_it_is(text, kind, tilt):
    drawn = code(text, kind)
    page = placed(drawn, 300, 350)
    middle = (300 + drawn.shape[1] / 2, 350 + drawn.shape[0] / 2)
    turn = cv2.getRotationMatrix2D(middle, tilt, 1.0)
    paper = (255.0, 255.0, 255.0)
    turned = cv2.warpAffine(page, turn, (1000, 800), flags=cv2.INTER_CUBIC, borderValue=paper)
    (found,) = read_barcodes(np.asarray(turned, np.uint8))
    assert (found.format, found.text) == (kind, text)
    assert found.box.x0 < middle[0] < found.box.x1
    assert found.box.y0 - 20 < middle[1] < found.box.y1 + 20


@pytest.mark.parametrize(
    ("text", "kind"), [*LINEAR, ("light", "QRCode"), ("on dark", "DataMatrix")]
)
def test_a_light_code_on_dark_is_read(text, kind):
    dark = np.asarray(255 - code(text, kind), np.uint8)
    assert [found.text for found in read_barcodes(placed(dark, 300, 350))] == [text]


@pytest.mark.parametrize("kind", ["QRCode", "DataMatrix", "Code128", "EAN13"])
def test_a_code_of_one_pixel_a_module_is_read(kind):
    text = "4006381333931" if kind == "EAN13" else "INV-2071"
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    small = cv2.cvtColor(np.asarray(made.to_image(scale=1)), cv2.COLOR_GRAY2RGB)
    assert [found.text for found in read_barcodes(placed(small, 300, 350))] == [text]


def test_a_blurred_code_is_read_where_a_detector_found_one():
    made = zxingcpp.create_barcode("https://example.org/a?x=1", zxingcpp.BarcodeFormat.QRCode)
    small = cv2.cvtColor(np.asarray(made.to_image(scale=2)), cv2.COLOR_GRAY2RGB)
    page = np.asarray(cv2.GaussianBlur(placed(small, 300, 350), (0, 0), 1.0), np.uint8)
    assert read_barcodes(page) == ()
    height, width = small.shape[:2]
    (found,) = read_barcodes(page, [Box(300, 350, 300 + width, 350 + height)])
    assert found.text == "https://example.org/a?x=1"
    assert 295 < found.box.x0 < found.box.x1 < 305 + width


def test_five_codes_of_different_kinds_on_a_page_are_all_read():
    page = np.full((1000, 1400, 3), 255, np.uint8)
    kinds = ("QRCode", "Code128", "DataMatrix", "Aztec", "PDF417")
    for at, kind in enumerate(kinds):
        drawn = code(f"code {at}", kind)
        x, y = 60 + 640 * (at % 2), 40 + 320 * (at // 2)
        page[y : y + drawn.shape[0], x : x + drawn.shape[1]] = drawn
    assert {found.text for found in read_barcodes(page)} == {f"code {at}" for at in range(5)}


def test_a_code_beside_an_area_that_is_searched_again_is_read_once():
    made = zxingcpp.create_barcode("https://example.org/a?x=1", zxingcpp.BarcodeFormat.QRCode)
    small = cv2.cvtColor(np.asarray(made.to_image(scale=2)), cv2.COLOR_GRAY2RGB)
    page = np.asarray(cv2.GaussianBlur(placed(small, 300, 350), (0, 0), 1.0), np.uint8)
    right, bottom = 300 + small.shape[1], 350 + small.shape[0]
    beside = Box(right + 5, bottom + 5, right + 2 * small.shape[1], bottom + 2 * small.shape[0])
    around = [Box(300, 350, right, bottom), beside, beside]
    assert len(read_barcodes(page, around)) == 1
