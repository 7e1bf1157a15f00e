"""The real engine: what it opens, proves and reports."""

from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path

import numpy as np
import pytest

from jobs.settings import Settings
from tests.support.onnx_graphs import write_colour_detector
from vision.core.errors import EngineFailure
from vision.core.options import ReadOptions
from vision.core.registry import names
from workers.engine.engine import build_engine

ENTRY = """
[[model]]
name = "{name}"
version = "1"
task = "detector"
source = "file:{file}"
sha256 = "{digest}"
licence = "CC0-1.0"
"""


def operators_folder(folder: Path) -> Path:
    """A models folder with one working detector and one whose file is not there."""
    model = write_colour_detector(
        folder / "colours.onnx", names="{0: 'red', 1: 'green', 2: 'blue'}", imgsz="[64, 64]"
    )
    content = model.read_bytes()
    rows = [("colours", model.name, content), ("lost", "lost.onnx", b"?")]
    entries = [
        ENTRY.format(name=name, file=file, digest=sha256(data).hexdigest())
        for name, file, data in rows
    ]
    (folder / "catalogue.toml").write_text("".join(entries))
    return folder


def test_the_engine_opens_what_is_here_proves_it_and_names_what_is_missing(
    tmp_path: Path,
) -> None:
    settings = Settings(_env_file=None, device="cpu", models_dir=operators_folder(tmp_path))
    engine = build_engine(settings)
    said = engine.capabilities()
    assert set(engine.stages.finders) == set(names("line_finder"))
    assert set(engine.stages.recognisers) == set(names("recogniser"))
    assert set(engine.stages.rectifiers) == set(names("rectifier"))
    assert set(engine.stages.second_readers) == set(names("second_reader"))
    assert "eng" in engine.stages.recognisers["tesseract"].languages()
    installed = engine.stages.recognisers["tesseract"].languages()
    assert said["languages"] == sorted({*installed, "chi_sim", "chi_tra", "jpn"})
    assert engine.providers["pp-ocrv6-det"] == "CPUExecutionProvider"
    assert engine.providers["colours"] == "CPUExecutionProvider"
    assert engine.canary_ms["recognise"] > 0
    assert engine.orienter is not None

    image = np.zeros((64, 64, 3), np.uint8)
    image[:32, :32, 0] = 255
    found = engine.stages.detectors["colours"].detect([image], 0.5)[0].found
    assert [detection.label for detection in found] == ["red"]

    engine.require(ReadOptions(detectors=("colours",)))
    with pytest.raises(EngineFailure) as failure:
        engine.require(ReadOptions(detectors=("colours", "lost")))
    assert failure.value.code == "detector_missing"
    assert "lost.onnx" in failure.value.message
    engine.close()


@pytest.mark.skipif(
    any(each.name == "onnxruntime-gpu" for each in distributions()),
    reason="the GPU flavour is here",
)
def test_cuda_that_was_asked_for_and_is_not_here_is_refused_with_the_remedy() -> None:
    with pytest.raises(EngineFailure) as failure:
        build_engine(Settings(_env_file=None, device="cuda"))
    assert failure.value.code == "provider_missing"
    assert "onnxruntime-gpu" in failure.value.message


def test_without_any_tesseract_model_nothing_can_be_read_and_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(EngineFailure) as failure:
        build_engine(Settings(_env_file=None, tessdata_dir=tmp_path))
    assert failure.value.code == "tessdata_missing"
