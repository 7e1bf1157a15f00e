import cv2
import numpy as np
import pytest
import zxingcpp

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
