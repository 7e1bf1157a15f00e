"""An LSTM over a few steps, unrolled step by step for very many sequences at once.

ONNX Runtime's LSTM operator projects the whole input before its first step, and keeps all gates of
a step in one matrix: with thousands of columns both exceed the CPU's caches. One product for each
gate and step fits (figures in docs/research/recognition.md).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.onnx_edit.writer import GraphWriter
from models.tesseract.lstm_operators import quantised_rows
from models.tesseract.network_tree import LstmNode

_Gate = Callable[[str, bool], str]  # input, whether it is the first step; output before activation

# Inputs and states lie between -1 and 1: as uint8 they are steps of 1/127 with zero point 128,
# whatever the batch. Tesseract stores them the same way (NetworkIO in its integer mode).
_UNITS, _ZERO = 127, 128


def unrolled_lstm(graph: GraphWriter, lstm: LstmNode, inputs: Sequence[str]) -> str:
    """The last hidden state [columns, S] of an LSTM over `inputs`, each [columns, depth]."""
    gates = [_gate(graph, weights, lstm.header.inputs) for weights in _matrices(lstm)]
    return _unrolled(graph, inputs, gates, lambda hidden: hidden)


def unrolled_int8_lstm(graph: GraphWriter, lstm: LstmNode, inputs: Sequence[str]) -> str:
    """The same with int8 products; inputs are results of `quantised`, the state is float32."""
    gates = [_int8_gate(graph, weights, lstm.header.inputs) for weights in _matrices(lstm)]
    return _unrolled(graph, inputs, gates, lambda hidden: quantised(graph, hidden))


def quantised(graph: GraphWriter, values: str) -> str:
    """Values of -1 to 1 as uint8."""
    return graph.node("QuantizeLinear", values, *_bytes(graph))


def _bytes(graph: GraphWriter) -> tuple[str, str]:
    scale = graph.constant(np.array(1 / _UNITS, np.float32))
    return scale, graph.constant(np.array(_ZERO, np.uint8))


def _matrices(lstm: LstmNode) -> tuple[NDArray[np.float32], ...]:
    return lstm.cell, lstm.input_gate, lstm.forget_gate, lstm.output_gate


def _unrolled(
    graph: GraphWriter, inputs: Sequence[str], gates: Sequence[_Gate], kept: Callable[[str], str]
) -> str:
    """The last hidden state; `kept` prepares a hidden state for the next step's product."""
    hidden = cell = ""
    for step, own in enumerate(inputs):
        features = graph.node("Concat", own, kept(hidden), axis=1) if step else own
        new, take, forget, output = (gate(features, step == 0) for gate in gates)
        added = graph.node("Mul", graph.node("Sigmoid", take), graph.node("Tanh", new))
        if step:
            kept_cell = graph.node("Mul", graph.node("Sigmoid", forget), cell)
            cell = graph.node("Add", kept_cell, added)
        else:
            cell = added
        hidden = graph.node("Mul", graph.node("Sigmoid", output), graph.node("Tanh", cell))
    return hidden


def _gate(graph: GraphWriter, weights: NDArray[np.float32], depth: int) -> _Gate:
    """The hidden state is 0 before the first step: its weights are omitted there."""
    bias = graph.constant(weights[:, -1].copy())
    later = graph.constant(np.ascontiguousarray(weights[:, :-1].T))
    first = graph.constant(np.ascontiguousarray(weights[:, :depth].T))
    return lambda features, is_first: graph.node(
        "Gemm", features, first if is_first else later, bias
    )


def _int8_gate(graph: GraphWriter, weights: NDArray[np.float32], depth: int) -> _Gate:
    whole, scales = quantised_rows(weights[:, :-1])
    later = graph.constant(np.ascontiguousarray(whole.T))
    first = graph.constant(np.ascontiguousarray(whole[:, :depth].T))
    bias = np.rint(weights[:, -1] * _UNITS / scales).astype(np.int32)
    behind = (
        graph.constant(scales),
        graph.constant(np.zeros(len(scales), np.int8)),
        graph.constant(bias),
    )
    scale, zero = _bytes(graph)
    return lambda features, is_first: graph.node(
        "com.microsoft:QGemm", features, scale, zero, first if is_first else later, *behind
    )
