from pathlib import Path

import onnxruntime
import pytest

from cli.exit_codes import Exit
from cli.models.tesseract import convert_to_onnx, inspect
from tests.support.parts import require
from vision.engines.tessdata import find_tessdata


@pytest.fixture
def english() -> Path:
    file = find_tessdata(None) / "eng.traineddata"
    require(file.is_file(), "tesseract-ocr-eng")
    return file


def test_a_model_is_shown_with_its_network_as_a_tree(
    english: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert inspect(english) == Exit.OK
    said = capsys.readouterr().out
    assert "8-bit integers" in said
    assert "\n  Series 1 -> 16\n    Convolve 1 -> 9, window 3 x 3\n" in said


def test_a_converted_model_opens_and_says_where_it_came_from(english: Path, tmp_path: Path) -> None:
    made = tmp_path / "eng.onnx"
    assert convert_to_onnx(english, made) == Exit.OK
    session = onnxruntime.InferenceSession(made, providers=["CPUExecutionProvider"])
    assert "eng.traineddata" in session.get_modelmeta().custom_metadata_map.values()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 an archive", b"\x18\x00\x00\x00 cut off"])
def test_what_is_no_model_is_refused_with_a_reason(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.traineddata"
    broken.write_bytes(content)
    assert inspect(broken) == Exit.FAILED
    assert convert_to_onnx(broken, None) == Exit.FAILED
    assert "[model_un" in capsys.readouterr().err
    assert not broken.with_suffix(".onnx").exists()
