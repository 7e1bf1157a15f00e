"""Tesseract's LSTM layers as operators of an ONNX graph."""

import numpy as np
from numpy.typing import NDArray

from models.onnx_edit.writer import GraphWriter
from models.tesseract.network_tree import LstmNode

# Units added to each int8 layer to fix the range of its values (see `int8_lstm`).
_GUARDS = 2
_SATURATED = 40.0  # a bias at which sigmoid and tanh are 1


def float_lstm(
    graph: GraphWriter, lstm: LstmNode, features: str, steps: str, direction: str
) -> str:
    """[time, batch, depth] to [time, batch, S] in float32."""
    gates, depth = stacked_gates(lstm), lstm.header.inputs
    bias = np.concatenate([gates[:, -1], np.zeros(4 * lstm.states, np.float32)])
    output = graph.node(
        "LSTM",
        features,
        graph.constant(gates[None, :, :depth].copy()),
        graph.constant(gates[None, :, depth:-1].copy()),
        graph.constant(bias[None]),
        steps,
        hidden_size=lstm.states,
        direction=direction,
    )
    return graph.node("Squeeze", output, integers(graph, 1))


def int8_lstm(graph: GraphWriter, lstm: LstmNode, features: str, steps: str, direction: str) -> str:
    """[time, batch, depth] to [time, batch, S] with int8 weights and uint8 values.

    ONNX Runtime takes the range of the values to quantise from the batch, which would make a line's
    text depend on the lines that are read with it. Two guards fix the range: columns of 1 and -1
    are added to the input, and two units whose cell state moves by 1 at each step, up and down. No
    cell state can move faster, so no output exceeds theirs, whatever the batch.
    """
    weights, recurrent, bias = _guarded(lstm)
    output = graph.node(
        "com.microsoft:DynamicQuantizeLSTM",
        _with_ones(graph, features),
        *(_transposed(graph, weights[0]), _transposed(graph, recurrent[0])),
        graph.constant(np.concatenate([bias, np.zeros_like(bias)])[None]),
        steps,
        *("", "", ""),
        *_scales(graph, weights[1]),
        *_scales(graph, recurrent[1]),
        hidden_size=lstm.states + _GUARDS,
        direction=direction,
    )
    values = graph.node("Squeeze", output, integers(graph, 1))
    own = (integers(graph, 0), integers(graph, lstm.states), integers(graph, 2))
    return graph.node("Slice", values, *own)


def stacked_gates(lstm: LstmNode) -> NDArray[np.float32]:
    """The gates in ONNX's order: input, output, forget, cell; columns as in the file."""
    return np.concatenate([lstm.input_gate, lstm.output_gate, lstm.forget_gate, lstm.cell])


def integers(graph: GraphWriter, *values: int) -> str:
    """A constant of int64 values."""
    return graph.constant(np.array(values, np.int64))


_Quantised = tuple[NDArray[np.int8], NDArray[np.float32]]


def _guarded(lstm: LstmNode) -> tuple[_Quantised, _Quantised, NDArray[np.float32]]:
    """Input weights, recurrent weights and biases, with rows and columns for the guards."""
    states, depth = lstm.states, lstm.header.inputs
    gates = stacked_gates(lstm).reshape(4, states, -1)
    extra = [(0, 0), (0, _GUARDS), (0, 0)]
    weights = np.pad(gates[:, :, :depth], [*extra[:2], (0, _GUARDS)])
    recurrent = np.pad(gates[:, :, depth:-1], [*extra[:2], (0, _GUARDS)])
    bias = np.pad(gates[:, :, -1], extra[:2])
    bias[:, states:] = _SATURATED
    bias[3, states + 1 :] = -_SATURATED
    rows = 4 * (states + _GUARDS)
    return (
        quantised_rows(weights.reshape(rows, -1)),
        quantised_rows(recurrent.reshape(rows, -1)),
        bias.ravel(),
    )


def quantised_rows(weights: NDArray[np.float32]) -> _Quantised:
    """Weights [rows, columns] as int8 from -127 to 127, and the scale [rows] of each row."""
    scales = np.abs(weights).max(axis=1) / 127
    scales[scales == 0] = 1
    return np.rint(weights / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def _with_ones(graph: GraphWriter, features: str) -> str:
    behind = integers(graph, 0, 0, 0, 0, 0, 1)
    for value in (1, -1):
        features = graph.node("Pad", features, behind, graph.constant(np.array(value, np.float32)))
    return features


def _transposed(graph: GraphWriter, weights: NDArray[np.int8]) -> str:
    return graph.constant(np.ascontiguousarray(weights.T)[None])


def _scales(graph: GraphWriter, scales: NDArray[np.float32]) -> tuple[str, str]:
    zero_points = np.zeros((1, len(scales)), np.int8)
    return graph.constant(scales[None]), graph.constant(zero_points)
