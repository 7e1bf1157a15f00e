"""Small `.traineddata` files of the known topology, with random weights."""

import struct
from dataclasses import dataclass, field

import numpy as np

CHARACTERS = ("NULL", "Joined", "|Broken|0|1", "a", "b", "c")


@dataclass
class ModelBytes:
    """Writes one model; the fields are what tests vary. `layers` are S, a, b, c of the spec."""

    order: str = "<"
    integer: bool = True
    embedded: bool = False
    height: int = 36
    layers: tuple[int, int, int, int] = (4, 3, 5, 4)
    filters: int = 2
    codes: tuple[tuple[int, ...], ...] = ((0,), (4,), (4,), (1,), (2,), (3,))
    null: int = 4
    seed: int = 7
    window: str = "Convolve"
    weights: dict[str, np.ndarray] = field(default_factory=dict)

    def file(self) -> bytes:
        components = {17: self.lstm(), 23: b"4.0-test"}
        if not self.embedded:
            components |= {21: self.unicharset(), 22: self.recoder()}
        return container(components, self.order)

    def lstm(self) -> bytes:
        self._random = np.random.default_rng(self.seed)
        down, first, second, third = self.layers
        window = 9 if self.window == "Convolve" else 1
        body = self.plumbing(
            "Series",
            self.node("Input", self.pack("5i", 1, self.height, 0, 1, 0)),
            self.plumbing(
                "Series",
                self.node(self.window, self.pack("2i", 1, 1)),
                self.node("Tanh", self.matrix("conv", self.filters, window), inputs=window),
            ),
            self.node("Maxpool", self.pack("2i", 3, 3)),
            self.plumbing("XYTranspose", self.lstm_node("SummLSTM", "down", self.filters, down)),
            self.lstm_node("LSTM", "first", down, first),
            self.plumbing("RTLReversed", self.lstm_node("LSTM", "second", first, second)),
            self.lstm_node("LSTM", "third", second, third),
            self.node("Softmax", self.matrix("out", self.classes, third), third, self.classes),
        )
        if self.embedded:
            body += self.unicharset()
        flags = (1 if self.integer else 0) | 64
        body += self.text("[spec]") + self.pack("4i", flags, 10, 10, self.null)
        body += self.pack("3f", 0.9, 0.001, 0.5)
        return body + (self.recoder() if self.embedded else b"")

    @property
    def classes(self) -> int:
        return 1 + max(part for code in self.codes for part in code)

    def unicharset(self) -> bytes:
        lines = [f"{name} 0 0,255 Common 0" for name in CHARACTERS]
        return "\n".join([str(len(lines)), *lines, ""]).encode()

    def recoder(self) -> bytes:
        codes = (self.pack("bI", 1, len(code)) + self.pack(f"{len(code)}i", *code)
                 for code in self.codes)  # fmt: skip
        return self.pack("I", len(self.codes)) + b"".join(codes)

    def lstm_node(self, kind: str, name: str, inputs: int, states: int) -> bytes:
        columns = inputs + states
        gates = b"".join(self.matrix(f"{name}_{gate}", states, columns) for gate in "cifo")
        return self.node(kind, self.pack("i", columns) + gates, inputs, states)

    def plumbing(self, kind: str, *children: bytes) -> bytes:
        rates = self.pack("I", 1) + self.pack("f", 1.0)
        content = self.pack("I", len(children)) + b"".join(children) + rates
        return self.node(kind, content, 1, self.classes, flags=192)

    def node(
        self, kind: str, content: bytes, inputs: int = 1, outputs: int = 1, flags: int = 0
    ) -> bytes:
        head = self.pack("b", 0) + self.text(kind) + self.pack("2b", 0, 0)
        return head + self.pack("4i", flags, inputs, outputs, 0) + self.text(kind) + content

    def matrix(self, name: str, rows: int, columns: int) -> bytes:
        """Rows of weights with the bias last; what they are worth is kept in `weights`."""
        shape = (rows, columns + 1)
        if self.integer:
            whole = self._random.integers(-127, 128, shape).astype(np.int8)
            # Wide layers of large weights would be chaotic: rounding would tell nothing.
            scales = self._random.uniform(0.002, 0.01, rows) / max(1, columns / 16)
            self.weights[name] = whole * scales[:, None]
            body = whole.tobytes() + self.pack("I", rows) + self.doubles(scales)
            return self.pack("B", 133) + self.pack("2I", *shape) + b"\0" + body
        values = self._random.normal(size=shape) / 2
        self.weights[name] = values
        return self.pack("B", 132) + self.pack("2Id", *shape, 0.0) + self.doubles(values)

    def doubles(self, values: np.ndarray) -> bytes:
        return values.astype(f"{self.order}f8").tobytes()

    def text(self, content: str) -> bytes:
        return self.pack("I", len(content)) + content.encode()

    def pack(self, layout: str, *values: float) -> bytes:
        return struct.pack(self.order + layout, *values)


def container(components: dict[int, bytes], order: str = "<", entries: int = 24) -> bytes:
    at = 4 + 8 * entries
    offsets = []
    for index in range(entries):
        offsets.append(at if index in components else -1)
        at += len(components.get(index, b""))
    body = b"".join(components[index] for index in sorted(components))
    return struct.pack(f"{order}I{entries}q", entries, *offsets) + body
