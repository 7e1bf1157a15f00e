"""A network with its pointwise convolutions in int8 computes nearly what it did in float32."""

import numpy as np
import pytest

from models.onnx_edit.model_file import parse_model
from models.onnx_edit.ppocr import convert_recogniser
from models.onnx_edit.writer import GraphWriter
from vision.core.errors import EngineFailure
from vision.engines.onnx_session import open_session

CHANNELS = 64
random = np.random.default_rng(5)


def values(*shape):
    return random.standard_normal(shape).astype(np.float32) / 8


def representable(outputs, inputs):
    """Weights of a pointwise convolution that int8 represents exactly, one large to each output.

    No two products of theirs sum to more than 16 bits hold, so that every processor is exact.
    """
    steps = random.integers(-1, 2, (outputs, inputs)).astype(np.float32)
    rows = np.arange(outputs)
    steps[rows, rows % inputs] = 127
    return (steps / 127 / 2).reshape(outputs, inputs, 1, 1)


class Network(GraphWriter):
    """Convolutions with their bias added next, as PP-OCR's files have them."""

    def __init__(self):
        super().__init__("network")
        self.x = self.input("x", np.float32, ["lines", CHANNELS, "rows", "columns"])

    def convolution(self, x, outputs, inputs, side, bias=True, **attributes):
        pads = [side // 2] * 4
        pointwise = side == 1
        weights = (
            representable(outputs, inputs) if pointwise else values(outputs, inputs, side, side)
        )
        attributes = {"strides": [1, 1], "pads": pads, "group": 1, **attributes}
        products = self.node(
            "Conv", x, self.constant(weights), kernel_shape=[side, side], **attributes
        )
        if not bias:
            return products
        return self.node("Add", products, self.constant(values(1, outputs, 1, 1)))

    def of(self, y):
        self.output(y, np.float32, ["lines", CHANNELS, "rows", "columns"])
        return self.model("test", {"made": "by a test"})


def lone():
    network = Network()
    return network.of(network.convolution(network.x, CHANNELS, CHANNELS, 1))


def block():
    """Depthwise, pooled attention, wide and narrow products, and what was before added."""
    network = Network()
    deep = network.convolution(network.x, CHANNELS, 1, 3, group=CHANNELS)
    mean = network.node("ReduceMean", deep, axes=[2, 3], keepdims=1)
    share = network.node("HardSigmoid", network.convolution(mean, CHANNELS, CHANNELS, 1))
    scaled = network.node("Mul", deep, share)
    wide = network.node("Relu", network.convolution(scaled, 2 * CHANNELS, CHANNELS, 1))
    narrow = network.convolution(wide, CHANNELS, 2 * CHANNELS, 1)
    shifted = network.node("Mul", narrow, network.constant(values(1, CHANNELS, 1, 1)))
    halved = network.node("Div", shifted, network.constant(np.array(0.5, np.float32)))
    again = network.convolution(network.node("Add", scaled, halved), CHANNELS, 1, 3, group=CHANNELS)
    return network.of(network.node("Identity", network.node("Add", again, halved)))


def used_twice():
    network = Network()
    found = network.convolution(network.x, CHANNELS, CHANNELS, 1, bias=False)
    shifted = network.node("Add", found, network.constant(values(1, CHANNELS, 1, 1)))
    return network.of(network.node("Add", found, shifted))


def narrow():
    network = Network()
    few = network.convolution(network.x, 8, CHANNELS, 3)
    return network.of(network.convolution(few, CHANNELS, 8, 1))


def strided():
    network = Network()
    return network.of(network.convolution(network.x, CHANNELS, CHANNELS, 1, strides=[2, 1]))


def without_bias():
    network = Network()
    return network.of(network.convolution(network.x, CHANNELS, CHANNELS, 1, bias=False))


def computed(folder, model, x):
    path = folder / "model.onnx"
    path.write_bytes(model)
    trial = {"x": (1, CHANNELS, 4, 4)}
    return open_session(
        path, name="test", version="1", sha256="", device="cpu", trial_shapes=trial
    ).run({"x": x})[0]


def quantised(model):
    return convert_recogniser(model, int8=True)


def products(model):
    operators = [node.op_type for node in parse_model(model).graph.node]
    return operators.count("DynamicQuantizeMatMul")


@pytest.mark.parametrize(("make", "count"), [(lone, 1), (block, 2)])
def test_the_result_is_nearly_that_of_float32(tmp_path, make, count):
    model = make()
    fast = quantised(model)
    x = values(1, CHANNELS, 6, 20) * 8
    expected = computed(tmp_path, model, x)
    found = computed(tmp_path, fast, x)
    assert products(fast) == count
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 0.02 * np.abs(expected).max()


@pytest.mark.parametrize("make", [used_twice, narrow, strided, without_bias])
def test_other_convolutions_stay_as_they_are(tmp_path, make):
    model = make()
    x = values(1, CHANNELS, 6, 20)
    same = quantised(model)
    assert products(same) == 0
    assert (computed(tmp_path, same, x) == computed(tmp_path, model, x)).all()


def test_channels_whose_weights_are_all_zero_are_their_bias(tmp_path):
    network = Network()
    nothing = network.constant(np.zeros((CHANNELS, CHANNELS, 1, 1), np.float32))
    bias = values(1, CHANNELS, 1, 1)
    found = network.node("Conv", network.x, nothing)
    model = network.of(network.node("Add", found, network.constant(bias)))
    y = computed(tmp_path, quantised(model), values(1, CHANNELS, 2, 3))
    assert y == pytest.approx(np.broadcast_to(bias, y.shape))


def test_metadata_stays():
    (entry,) = parse_model(quantised(lone())).metadata_props
    assert (entry.key, entry.value) == ("made", "by a test")


def test_weights_that_int8_replaces_are_dropped():
    model = parse_model(quantised(lone()))
    used = {name for node in model.graph.node for name in node.input}
    assert {tensor.name for tensor in model.graph.initializer} <= used


@pytest.mark.parametrize("content", [b"", b"no model", lone()[:-40]])
def test_other_files_are_refused(content):
    with pytest.raises(EngineFailure) as refusal:
        quantised(content)
    assert refusal.value.code == "model_unreadable"
