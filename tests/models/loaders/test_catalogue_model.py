"""Models of the catalogue run from copies without subnormal weights; a warm start converts none."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from models.loaders.catalogue_model import open_model
from models.loaders.ppocr import RECOGNISER_MODEL, open_ppocr_recogniser
from models.registry.catalogue import load_catalogue
from models.registry.resolve import resolve
from tests.support import onnx_graphs
from tests.support.traineddata import ModelBytes
from vision.engines.onnx_session import open_session

ROOT = Path(__file__).parents[3]
TINY = float(np.finfo(np.float32).tiny)


def in_catalogue(folder: Path, weights: list[float]) -> str:
    """A catalogue with one model, `x + weights`; returns the hash of its file."""
    path = onnx_graphs.write_model(
        folder / "sum.onnx",
        [onnx_graphs.node("Add", ["x", "weights"], "y")],
        [onnx_graphs.value("x", [len(weights)])],
        [onnx_graphs.value("y", [len(weights)])],
        [onnx_graphs.tensor("weights", np.array(weights, np.float32))],
    )
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "catalogue.toml").write_text(
        f'[[model]]\nname = "sum"\nversion = "1"\ntask = "recogniser"\nsource = "file:sum.onnx"\n'
        f'sha256 = "{sha256}"\nlicence = "MIT"\n'
    )
    return sha256


def weights_of(path: Path) -> list[float]:
    return numpy_helper.to_array(onnx.load(path).graph.initializer[0]).tolist()


def test_the_receipt_states_the_hash_of_the_source_file_not_of_the_copy_that_runs(tmp_path):
    sha256 = in_catalogue(tmp_path, [1.0, TINY / 2])
    session = open_model("sum", models_dir=tmp_path, cache_dir=tmp_path / "cache", device="cpu")
    (copy,) = (tmp_path / "cache").iterdir()
    assert weights_of(copy) == [1.0, 0.0]
    assert session.use.sha256 == sha256
    assert hashlib.sha256(copy.read_bytes()).hexdigest() != sha256
    assert session.run({"x": np.ones(2, np.float32)})[0].tolist() == [2.0, 1.0]


def test_a_model_without_subnormal_weights_is_not_copied(tmp_path):
    in_catalogue(tmp_path, [1.0, 2.0])
    session = open_model("sum", models_dir=tmp_path, cache_dir=tmp_path / "cache", device="cpu")
    (marker,) = (tmp_path / "cache").iterdir()
    assert marker.name.endswith(".unchanged")
    assert session.run({"x": np.ones(2, np.float32)})[0].tolist() == [2.0, 3.0]


@pytest.mark.parametrize("entry", load_catalogue(), ids=lambda entry: entry.name)
def test_a_model_of_ours_computes_the_same_without_subnormal_weights(tmp_path, entry):
    shape = (1, 3, 96, 96) if entry.task != "detector" else (1, 3, *entry.detector.size)
    fixed = {"recogniser": (1, 3, 48, 96), "pp-ocr-cls": (1, 3, 48, 192)}
    fixed |= {"pp-lcnet-doc-ori": (1, 3, 224, 224), "marks": (1, 2, 32, 48)}
    shape = fixed.get(entry.name, fixed.get(entry.task, shape))
    trial = {"x": shape, "images": shape, "windows": shape}
    edited = open_model(entry.name, cache_dir=tmp_path / "cache", device="cpu", trial_shapes=trial)
    plain = open_session(
        resolve(entry.name).path, name=entry.name, version="", sha256="", device="cpu",
        trial_shapes=trial,
    )  # fmt: skip
    image = np.random.default_rng(1).standard_normal(shape, np.float32)
    feeds = {plain.inputs[0].name: image}
    for found, expected in zip(edited.run(feeds), plain.run(feeds), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert edited.use.sha256 == entry.sha256


@pytest.mark.parametrize("languages", [("eng",), ("chi_sim",)])
def test_the_receipt_of_an_edited_recogniser_states_the_hash_of_its_source(tmp_path, languages):
    recogniser = open_ppocr_recogniser(None, "cpu", 1, None, tmp_path / "cache")
    (use,) = recogniser.models(languages)
    (copy,) = (tmp_path / "cache").iterdir()
    assert use.sha256 == resolve(RECOGNISER_MODEL).entry.sha256
    assert hashlib.sha256(copy.read_bytes()).hexdigest() != use.sha256


def test_the_recogniser_of_the_operators_models_folder_is_the_one_that_reads(tmp_path):
    built_in = resolve(RECOGNISER_MODEL)
    (tmp_path / "catalogue.toml").write_text(
        f'[[model]]\nname = "{RECOGNISER_MODEL}"\nversion = "mine"\ntask = "recogniser"\n'
        f'source = "file:{built_in.path}"\nsha256 = "{built_in.entry.sha256}"\nlicence = "MIT"\n'
    )
    (use,) = open_ppocr_recogniser(tmp_path, "cpu", 1, None).models(("eng",))
    assert use.version == "mine-latin"


START = """
import sys
from pathlib import Path
from models.loaders.catalogue_model import open_model
from models.loaders.ppocr import open_ppocr_recogniser
from models.loaders.tesseract_lstm import open_network
import workers.engine.engine
folder = Path(sys.argv[1])
cache = folder / "cache"
for name in ("pp-ocrv6-det", "pp-ocr-cls", "pagesight-doc"):
    open_model(name, cache_dir=cache)
open_network(folder / "one.traineddata", cache)
open_ppocr_recogniser(None, "auto", 1, None, cache).models(("eng",))
print("onnx" in sys.modules)
"""


def test_only_a_start_that_converts_loads_the_onnx_package(tmp_path):
    (tmp_path / "one.traineddata").write_bytes(ModelBytes().file())
    loaded = [
        subprocess.run(
            [sys.executable, "-c", START, str(tmp_path)],
            capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        ).stdout.strip()
        for _ in range(2)
    ]  # fmt: skip
    assert loaded == ["True", "False"]
