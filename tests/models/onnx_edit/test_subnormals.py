"""Subnormal weights are set to zero, and nothing else changes."""

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import numpy_helper

from models.onnx_edit.model_file import parse_model
from models.onnx_edit.subnormals import flush_weights, without_subnormals
from models.onnx_edit.writer import GraphWriter

_TINY = float(np.finfo(np.float32).tiny)


def _model(weights: np.ndarray) -> bytes:
    """A sum whose weights are stored as they are: `GraphWriter` itself would set them to zero."""
    graph = GraphWriter("sum")
    x = graph.input("x", weights.dtype.type, weights.shape)
    total = graph.node("Add", x, graph.constant(np.zeros_like(weights)))
    graph.output(total, weights.dtype.type, weights.shape)
    model = parse_model(graph.model("test", {}))
    (tensor,) = model.graph.initializer
    tensor.CopyFrom(numpy_helper.from_array(weights, tensor.name))
    return model.SerializeToString(deterministic=True)


@pytest.mark.parametrize(
    ("weights", "flushed"),
    [
        ([1.0, _TINY / 2, -_TINY / 4], [1.0, 0.0, 0.0]),
        ([_TINY, 1e-45, 2.0], [_TINY, 0.0, 2.0]),
    ],
)
def test_subnormal_weights_become_zero(weights, flushed):
    model = _model(np.array(weights, np.float32))
    assert without_subnormals(model) == _model(np.array(flushed, np.float32))


@pytest.mark.parametrize(
    "weights",
    [
        np.array([0.0, 1.0, -_TINY], np.float32),
        np.array([1, 2, 3], np.int32),
    ],
    ids=["normal", "integers"],
)
def test_a_model_without_subnormal_weights_stays_as_it_is(weights):
    assert without_subnormals(_model(weights)) is None


def test_constants_are_written_without_subnormals():
    graph = GraphWriter("constant")
    graph.output(graph.constant(np.array([1.0, _TINY / 2], np.float32)), np.float32, [2])
    (tensor,) = parse_model(graph.model("test", {})).graph.initializer
    assert numpy_helper.to_array(tensor).tolist() == [1.0, 0.0]


def test_weights_outside_the_file_are_left_to_the_file_that_holds_them():
    model = parse_model(_model(np.array([1.0, _TINY / 2], np.float32)))
    model.graph.initializer[0].data_location = onnx.TensorProto.EXTERNAL
    assert not flush_weights(model)


@given(st.binary(max_size=200))
def test_bytes_that_are_not_a_model_are_left_for_the_session_to_refuse(content):
    assert without_subnormals(content) is None


@given(st.integers(min_value=0, max_value=120))
def test_a_truncated_model_is_left_for_the_session_to_refuse(kept):
    model = _model(np.array([1.0, _TINY / 2], np.float32))
    # Truncated between two fields it is still a model, if an incomplete one.
    assert len(without_subnormals(model[:kept]) or b"") in {0, kept}
