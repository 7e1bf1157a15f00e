"""The pruned recogniser gives the probabilities of the whole one, over fewer characters."""

import numpy as np
import pytest

from models.onnx_edit.ppocr import convert_recogniser
from models.onnx_edit.writer import GraphWriter
from vision.core.errors import EngineFailure
from vision.engines.onnx_session import open_session

_CHARACTERS = ["a", "字", "b", "č"]
_WEIGHTS = np.arange(18, dtype=np.float32).reshape(3, 6) / 9
_BIAS = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], np.float32)


def recogniser() -> bytes:
    """Three features a step, six classes: blank, four characters, space."""
    graph = GraphWriter("recogniser")
    x = graph.input("x", np.float32, ["lines", "steps", 3])
    total = graph.node(
        "Add", graph.node("MatMul", x, graph.constant(_WEIGHTS)), graph.constant(_BIAS)
    )
    graph.output(graph.node("Softmax", total, axis=2), np.float32, ["lines", "steps", 6])
    return graph.model("test", {"character": "\n".join(_CHARACTERS), "made": "by a test"})


def nothing() -> bytes:
    graph = GraphWriter("nothing")
    graph.output(graph.node("Identity", graph.input("x", np.float32, [1])), np.float32, [1])
    return graph.model("test", {})


def opened(path, content):
    path.write_bytes(content)
    return open_session(
        path, name="pruned", version="1", sha256="", device="cpu", trial_shapes=_TRIAL
    )


_TRIAL = {"x": (1, 4, 3)}


def test_the_kept_classes_keep_their_relative_probabilities(tmp_path):
    x = np.random.default_rng(1).random((2, 4, 3), np.float32)
    (whole,) = opened(tmp_path / "whole.onnx", recogniser()).run({"x": x})
    pruned = opened(tmp_path / "pruned.onnx", convert_recogniser(recogniser(), str.isascii))
    (probabilities,) = pruned.run({"x": x})
    kept = whole[..., [0, 1, 3, 5]]
    assert probabilities == pytest.approx(kept / kept.sum(axis=2, keepdims=True), abs=1e-6)


def test_the_metadata_lists_the_remaining_characters(tmp_path):
    metadata = opened(
        tmp_path / "pruned.onnx", convert_recogniser(recogniser(), str.isascii)
    ).metadata
    assert metadata == {"character": "a\nb", "made": "by a test"}


@pytest.mark.parametrize(
    "content",
    [
        b"no model",
        nothing(),
        recogniser()[:-40],
    ],
    ids=["text", "no characters", "truncated"],
)
def test_other_files_are_refused(content):
    with pytest.raises(EngineFailure) as refusal:
        convert_recogniser(content, str.isascii)
    assert refusal.value.code == "model_unreadable"


def without_list() -> bytes:
    graph = GraphWriter("recogniser")
    x = graph.input("x", np.float32, ["lines", "steps", 3])
    scores = graph.node("MatMul", x, graph.constant(_WEIGHTS))
    graph.output(graph.node("Softmax", scores, axis=2), np.float32, ["lines", "steps", 6])
    return graph.model("test", {})


def test_a_recogniser_without_a_list_is_given_one(tmp_path):
    content = convert_recogniser(without_list(), lambda each: each != "č", characters=_CHARACTERS)
    pruned = opened(tmp_path / "pruned.onnx", content)
    assert pruned.metadata["character"].split("\n") == ["a", "字", "b"]
    (probabilities,) = pruned.run({"x": np.zeros(_TRIAL["x"], np.float32)})
    assert probabilities.shape == (1, 4, 5)


def test_a_list_of_another_length_is_refused():
    with pytest.raises(EngineFailure, match="not a recogniser of 2 characters") as caught:
        convert_recogniser(without_list(), None, characters=["a", "b"])
    assert caught.value.code == "model_unreadable"
