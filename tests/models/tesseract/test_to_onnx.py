from pathlib import Path

import numpy as np
import pytest

from models.tesseract.graph_format import Precision
from models.tesseract.to_onnx import convert
from models.tesseract.traineddata import parse_traineddata
from tests.support.traineddata import ModelBytes
from vision.core.errors import EngineFailure
from vision.engines.onnx_session import Session, open_session

HEIGHT = 36


def opened(folder: Path, writer: ModelBytes, precision: Precision = "float32") -> Session:
    path = folder / f"{precision}.onnx"
    path.write_bytes(convert(parse_traineddata(writer.file()), "test", precision))
    trial = {"lines": (1, 1, writer.height, 60), "steps": (1,)}
    return open_session(path, name="test", version="1", sha256="", device="cpu", trial_shapes=trial)


def run(session: Session, images: list[np.ndarray]) -> list[np.ndarray]:
    """Probabilities of each line image, read as one batch."""
    width = max(image.shape[1] for image in images)
    lines = np.zeros((len(images), 1, images[0].shape[0], width), np.float32)
    for line, image in zip(lines, images, strict=True):
        line[0, :, : image.shape[1]] = image
    steps = np.array([image.shape[1] // 3 for image in images], np.int32)
    found = session.run({"lines": lines, "steps": steps})[0]
    return [each[:count] for each, count in zip(found, steps, strict=True)]


def line_images(*widths: int, height: int = HEIGHT) -> list[np.ndarray]:
    random = np.random.default_rng(3)
    return [random.uniform(-1, 1, (height, width)).astype(np.float32) for width in widths]


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def lstm(weights: dict[str, np.ndarray], name: str, inputs: np.ndarray) -> np.ndarray:
    """The equations of src/lstm/lstm.cpp over [time, depth]; the last column is the bias."""
    states = len(weights[f"{name}_c"])
    hidden, cell, outputs = np.zeros(states), np.zeros(states), []
    for given in inputs:
        column = np.concatenate([given, hidden, [1]])
        c, i, f, o = (weights[f"{name}_{gate}"] @ column for gate in "cifo")
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(c)
        hidden = sigmoid(o) * np.tanh(cell)
        outputs.append(hidden)
    return np.array(outputs)


def by_hand(weights: dict[str, np.ndarray], image: np.ndarray) -> np.ndarray:
    """The whole network, step by step as Tesseract stores and runs it: windows x-major."""
    height, width = image.shape
    padded = np.pad(image, 1)
    windows = [padded[dy : dy + height, dx : dx + width] for dx in range(3) for dy in range(3)]
    stacked = np.stack([*windows, np.ones_like(image)], axis=-1)
    maps = np.tanh(stacked @ weights["conv"].T)
    rows, time = height // 3, width // 3
    pooled = maps[: rows * 3, : time * 3].reshape(rows, 3, time, 3, -1).max(axis=(1, 3))
    features = np.array([lstm(weights, "down", pooled[:, at])[-1] for at in range(time)])
    features = lstm(weights, "first", features)
    features = lstm(weights, "second", features[::-1])[::-1]
    features = lstm(weights, "third", features)
    scores = features @ weights["out"][:, :-1].T + weights["out"][:, -1]
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("height", [36, 48])
def test_the_graph_computes_what_the_network_says(tmp_path: Path, height: int):
    writer = ModelBytes(integer=False, height=height)
    session = opened(tmp_path, writer)
    image = line_images(40, height=height)[0]
    np.testing.assert_allclose(run(session, [image])[0], by_hand(writer.weights, image), atol=2e-6)


def test_int8_stays_near_the_network_it_stands_for(tmp_path: Path):
    writer = ModelBytes(layers=(4, 3, 5, 128))
    session = opened(tmp_path, writer, "int8")
    image = np.rint(line_images(60)[0] * 127) / 127  # integer models see pixels in such steps
    expected = by_hand(writer.weights, np.clip(np.rint(image * 128), -127, 127) / 127)
    np.testing.assert_allclose(run(session, [image])[0], expected, atol=0.02)


@pytest.mark.parametrize(("height", "alike"), [(36, False), (48, True)])
def test_narrow_layers_run_in_int8_only_down_the_columns_of_low_networks(
    tmp_path: Path, height: int, alike: bool
):
    writer = ModelBytes(height=height)
    image = line_images(60, height=height)[0]
    floats, whole = (
        run(opened(tmp_path, writer, precision), [image])[0] for precision in ("float32", "int8")
    )
    assert np.array_equal(floats, whole) == alike


@pytest.mark.parametrize("precision", ["float32", "int8-along", "int8"])
def test_a_line_reads_the_same_whatever_it_is_read_with(tmp_path: Path, precision: Precision):
    session = opened(tmp_path, ModelBytes(layers=(16, 24, 24, 128), filters=16), precision)
    lines = line_images(90, 31, 7, 88, 60)
    together = run(session, lines)
    for line, found in zip(lines, together, strict=True):
        np.testing.assert_array_equal(run(session, [line])[0], found)


def test_the_file_says_where_it_came_from(tmp_path: Path):
    writer = ModelBytes()
    metadata = opened(tmp_path, writer).metadata
    assert metadata["source"] == "test"
    assert metadata["source_version"] == "4.0-test"
    assert metadata["source_sha256"] == parse_traineddata(writer.file()).sha256


@pytest.mark.parametrize(
    ("writer", "word"),
    [(ModelBytes(window="Maxpool"), "Maxpool"), (ModelBytes(height=35), "35")],
)
def test_an_unknown_topology_is_refused_by_name(writer: ModelBytes, word: str):
    with pytest.raises(EngineFailure, match=word) as caught:
        convert(parse_traineddata(writer.file()), "test")
    assert caught.value.code == "model_unsupported"
