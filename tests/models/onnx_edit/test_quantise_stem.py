"""The first convolutions of a network in int8 compute nearly what they did in float32."""

import cv2
import numpy as np
import pytest

from models.onnx_edit.model_file import parse_model
from models.onnx_edit.ppocr import convert_recogniser
from models.onnx_edit.writer import GraphWriter
from vision.engines.onnx_session import open_session

random = np.random.default_rng(7)


class Network(GraphWriter):
    """Convolutions with their bias added next, as PP-OCR's small recogniser begins."""

    def __init__(self):
        super().__init__("network")
        self.x = self.input("x", np.float32, ["lines", 3, 48, "columns"])

    def convolution(self, x, outputs, inputs, side, relu=True, **attributes):
        # Small steps of weights: no sum of two products needs more than 16 bits, on any processor.
        weights = random.integers(-63, 64, (outputs, inputs, side, side)).astype(np.float32) / 256
        y = self.node("Conv", x, self.constant(weights), kernel_shape=[side, side], **attributes)
        bias = random.standard_normal((1, outputs, 1, 1)).astype(np.float32) / 8
        y = self.node("Identity", self.node("Add", y, self.constant(bias)))
        return self.node("Relu", y) if relu else y

    def halved(self, x, outputs, inputs, **attributes):
        return self.convolution(x, outputs, inputs, 3, strides=[2, 2], pads=[1] * 4, **attributes)

    def same(self, x, outputs, inputs):
        return self.convolution(x, outputs, inputs, 2, auto_pad="SAME_UPPER")

    def pooled(self, x, **attributes):
        attributes = {"kernel_shape": [2, 2], "auto_pad": "SAME_UPPER", **attributes}
        return self.node("MaxPool", x, **attributes)

    def of(self, y):
        self.output(y, np.float32, ["lines", "channels", "rows", "columns"])
        return self.model("test", {"made": "by a test"})


def stem():
    """Two branches that meet, and a rest that is no convolution."""
    network = Network()
    first = network.halved(network.x, 8, 3)
    deep = network.same(network.same(first, 4, 8), 8, 4)
    both = network.node("Concat", network.pooled(first), deep, axis=1)
    return network.of(network.node("Sigmoid", network.halved(both, 8, 16)))


def without_relu():
    network = Network()
    return network.of(network.node("Sigmoid", network.halved(network.x, 8, 3, relu=False)))


def used_later():
    network = Network()
    first = network.halved(network.x, 8, 3)
    second = network.convolution(first, 8, 8, 3, pads=[1] * 4)
    return network.of(network.node("Sigmoid", network.node("Mul", first, second)))


def of_other_pixels():
    """Pooled before the first convolution: values that may be negative."""
    network = Network()
    return network.of(network.node("Sigmoid", network.halved(network.pooled(network.x), 8, 3)))


def in_groups():
    network = Network()
    return network.of(network.convolution(network.x, 3, 1, 3, group=3))


def line(ink, paper):
    pixels = np.full((48, 96, 3), paper, np.uint8)
    cv2.putText(pixels, "Wa 17", (2, 34), cv2.FONT_HERSHEY_SIMPLEX, 0.9, ink, 2)
    return (pixels.astype(np.float32).transpose(2, 0, 1)[None] - 127.5) / 127.5


def computed(folder, model, x):
    path = folder / "model.onnx"
    path.write_bytes(model)
    trial = {"x": (1, 3, 48, 64)}
    return open_session(
        path, name="test", version="1", sha256="", device="cpu", trial_shapes=trial
    ).run({"x": x})[0]


def in_bytes(model):
    return sum(node.op_type == "QLinearConv" for node in parse_model(model).graph.node)


@pytest.mark.parametrize(
    ("ink", "paper"), [((0, 0, 0), (255, 255, 255)), ((250, 240, 230), (20, 60, 90))]
)
def test_the_result_is_nearly_that_of_float32(tmp_path, ink, paper):
    model = stem()
    fast = convert_recogniser(model, int8=True)
    x = line(ink, paper)
    expected, found = computed(tmp_path, model, x), computed(tmp_path, fast, x)
    assert in_bytes(fast) == 4
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 0.02
    assert np.abs(found - expected).mean() < expected.std() / 20


def test_a_line_has_the_same_result_in_any_batch(tmp_path):
    fast = convert_recogniser(stem(), int8=True)
    lines = [line((0, 0, 0), (255, 255, 255)), line((90, 90, 90), (140, 140, 140))]
    together = computed(tmp_path, fast, np.concatenate(lines))
    alone = np.concatenate([computed(tmp_path, fast, each) for each in lines])
    assert (together == alone).all()


@pytest.mark.parametrize("make", [without_relu, used_later, of_other_pixels, in_groups])
def test_other_beginnings_stay_as_they_are(make):
    model = make()
    assert convert_recogniser(model, int8=True) == convert_recogniser(model)
