import pytest

from vision.core.document import Barcode, Box
from vision.core.stages import Detection
from vision.object_detection.code_regions import READER, with_codes

CODE = Box(100, 100, 200, 200)


def qr(box=CODE, kind="QRCode"):
    return Barcode(kind, "text", box)


def found(box, confidence=0.6, label="qr_code"):
    return "doc", Detection(label, confidence, box)


def test_a_code_that_no_detector_found_becomes_a_region_of_its_reader():
    assert with_codes([], [qr()]) == [(READER, Detection("qr_code", 0.99, CODE))]
    assert with_codes([], [qr(kind="DataMatrix")])[0][1].label == "barcode"


@pytest.mark.parametrize(
    "box",
    [Box(95, 105, 190, 210), Box(60, 60, 240, 240), Box(110, 110, 150, 150)],
    ids=["beside", "around", "a part"],
)
def test_a_decoded_code_takes_the_place_of_what_was_found_of_it(box):
    found_of_it = found(box, label="QRCode")
    assert with_codes([found_of_it], [qr()]) == [("doc", Detection("QRCode", 0.99, CODE))]


def test_what_is_no_code_or_stands_elsewhere_stays_as_it_was():
    others = [found(CODE, label="figure"), found(Box(400, 400, 500, 500), 0.3)]
    assert with_codes(others, [qr()])[:2] == others


def test_bars_make_the_region_around_them_confident_and_no_region_of_their_own():
    line = Barcode("Code128", "text", Box(110, 150, 190, 150))
    assert with_codes([found(CODE, 0.4, "barcode")], [line]) == [found(CODE, 0.99, "barcode")]
    assert with_codes([], [line]) == []
