import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.core.errors import BadInput
from vision.input.media_type import MEDIA_TYPES, media_type


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe0....JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n....IHDR", "image/png"),
        (b"II*\x00....", "image/tiff"),
        (b"MM\x00*....", "image/tiff"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"BM......", "image/bmp"),
        (b"GIF89a....", "image/gif"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "image/heic"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", "image/heic"),
        (b"\x00\x00\x00\x18ftypmsf1\x00\x00\x00\x00hevcmsf1", "image/heic"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00miafavif", "image/avif"),
        (b"\x00\x00\x00\x1cftypavis\x00\x00\x00\x00msf1avifmiaf", "image/avif"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
        (b"\xff\x4f\xff\x51....", "image/j2c"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\x00" * 1000 + b"%PDF-1.4", "application/pdf"),
        (b"GIF89a %PDF-1.7", "image/gif"),
    ],
)
def test_a_type_is_told_by_the_first_bytes(head: bytes, kind: str) -> None:
    assert media_type(head) == kind


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "SVG"),
        (b"<?xml version='1.0'?><!-- x --><SVG width='1'>", "SVG"),
        (b"<!DOCTYPE html><p>%PDF-1.7", "HTML"),
        (b"<!doctype html>\n<title>A</title><svg width='1'>", "HTML"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><foreignObject><html>", "SVG"),
        (b"<?xml version='1.0'?><invoice/>", "XML"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "PostScript"),
        (b"%!PS\n%PDF-1.7", "PostScript"),
        (b"\xc5\xd0\xd3\xc6....", "Encapsulated PostScript"),
        (b"PK\x03\x04....", "ZIP"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42heic", "MPEG-4"),
        (b"\x00\x00\x00\x14ftypmif1\x00\x00\x00\x00jpegheic", "another codec"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00miafvvic", "another codec"),
        (b"8BPS....", "Photoshop"),
        (b"plain words", "Unknown file type"),
        (b"RIFF....WAVE", "Unknown file type"),
        (b"\x00" * 1024 + b"%PDF-1.4", "Unknown file type"),
    ],
)
def test_another_type_is_refused_by_name_and_says_what_is_read(head: bytes, name: str) -> None:
    with pytest.raises(BadInput) as caught:
        media_type(head)
    assert caught.value.code == "unsupported_type"
    assert name in caught.value.message
    assert "PDF" in caught.value.message


def test_an_empty_file_is_refused_as_empty() -> None:
    with pytest.raises(BadInput) as caught:
        media_type(b"")
    assert caught.value.code == "empty"


def judged(head: bytes) -> str:
    try:
        return media_type(head)
    except BadInput as error:
        return error.code


@given(st.binary())
def test_any_bytes_are_a_known_type_or_refused(head: bytes) -> None:
    assert judged(head) in MEDIA_TYPES | {"empty", "unsupported_type"}
