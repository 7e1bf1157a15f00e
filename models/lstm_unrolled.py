"""An LSTM over a few steps, laid out step by step for very many sequences at once.

ONNX Runtime's LSTM operator projects the whole input before its first step, and keeps all gates of
a step in one matrix: with thousands of columns both leave the caches. One product for each gate
and step stays in them (figures in docs/recognition.md).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.lstm_tree import LstmNode
from models.onnx_writer import GraphWriter

_Gate = Callable[[str, bool], str]  # input, whether it is the first step; output before activation


def unrolled_lstm(graph: GraphWriter, lstm: LstmNode, inputs: Sequence[str]) -> str:
    """The last hidden state [columns, S] of an LSTM over `inputs`, each [columns, depth]."""
    matrices = (lstm.cell, lstm.input_gate, lstm.forget_gate, lstm.output_gate)
    gates = [_gate(graph, weights, lstm.header.inputs) for weights in matrices]
    hidden = cell = ""
    for step, own in enumerate(inputs):
        given = graph.node("Concat", own, hidden, axis=1) if step else own
        new, opened, forget, output = (gate(given, step == 0) for gate in gates)
        added = graph.node("Mul", graph.node("Sigmoid", opened), graph.node("Tanh", new))
        if step:
            kept = graph.node("Mul", graph.node("Sigmoid", forget), cell)
            cell = graph.node("Add", kept, added)
        else:
            cell = added
        hidden = graph.node("Mul", graph.node("Sigmoid", output), graph.node("Tanh", cell))
    return hidden


def _gate(graph: GraphWriter, weights: NDArray[np.float32], depth: int) -> _Gate:
    """Before the first step the hidden state is 0: its weights are left out there."""
    bias = graph.constant(weights[:, -1].copy())
    later = graph.constant(np.ascontiguousarray(weights[:, :-1].T))
    first = graph.constant(np.ascontiguousarray(weights[:, :depth].T))
    return lambda given, is_first: graph.node("Gemm", given, first if is_first else later, bias)
