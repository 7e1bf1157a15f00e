import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.tesseract.network_tree import LayerNode, LstmNode, PlumbingNode
from models.tesseract.traineddata import parse_traineddata, read_traineddata
from tests.support.traineddata import CHARACTERS, ModelBytes, container
from vision.core.errors import EngineFailure

SOUND = ModelBytes().file()


def refused(data: bytes) -> EngineFailure:
    with pytest.raises(EngineFailure) as caught:
        parse_traineddata(data)
    return caught.value


def outcome(data: bytes) -> str:
    try:
        parse_traineddata(data)
    except EngineFailure as failure:
        return failure.code
    return "a model"


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("integer", [True, False])
@pytest.mark.parametrize("embedded", [True, False])
def test_models_of_every_make_give_the_same_parts(order: str, integer: bool, embedded: bool):
    writer = ModelBytes(order=order, integer=integer, embedded=embedded)
    model = parse_traineddata(writer.file())
    assert model.integer is integer
    assert model.null_class == 4
    assert model.classes == 5
    assert model.characters == (" ", *CHARACTERS[1:])
    assert model.codes == writer.codes
    assert model.version == "4.0-test"


@pytest.mark.parametrize("integer", [True, False])
def test_weights_are_worth_what_was_written(integer: bool):
    writer = ModelBytes(integer=integer)
    network = parse_traineddata(writer.file()).network
    assert isinstance(network, PlumbingNode)
    first, output = network.children[4], network.children[7]
    assert isinstance(first, LstmNode)
    assert isinstance(output, LayerNode)
    np.testing.assert_allclose(first.cell, writer.weights["first_c"], rtol=1e-6)
    np.testing.assert_allclose(first.output_gate, writer.weights["first_o"], rtol=1e-6)
    np.testing.assert_allclose(output.weights, writer.weights["out"], rtol=1e-6)


def test_a_model_without_a_network_says_what_it_holds():
    failure = refused(container({1: b"unichars", 3: b"inttemp"}))
    assert failure.code == "model_unsupported"
    assert "unicharset, inttemp" in failure.message


@pytest.mark.parametrize("magic", [b"PK\x03\x04", b"\x1f\x8b\x08\x00"])
def test_an_archive_is_refused_by_name(magic: bytes):
    failure = refused(magic + bytes(100))
    assert failure.code == "model_unsupported"
    assert "archive" in failure.message


def test_a_symlink_saved_as_text_names_its_target():
    failure = refused(b"script/Fraktur.traineddata")
    assert failure.code == "model_unsupported"
    assert "script/Fraktur.traineddata" in failure.message


def test_a_symlink_is_followed(tmp_path: Path):
    (tmp_path / "real.traineddata").write_bytes(SOUND)
    (tmp_path / "link.traineddata").symlink_to("real.traineddata")
    assert read_traineddata(tmp_path / "link.traineddata").classes == 5


def test_a_missing_file_and_a_damaged_one_have_different_codes(tmp_path: Path):
    with pytest.raises(EngineFailure) as caught:
        read_traineddata(tmp_path / "eng.traineddata")
    assert caught.value.code == "model_missing"
    (tmp_path / "eng.traineddata").write_bytes(SOUND[:300])
    with pytest.raises(EngineFailure) as caught:
        read_traineddata(tmp_path / "eng.traineddata")
    assert caught.value.code == "model_unreadable"
    assert "eng.traineddata" in caught.value.message


def test_an_empty_file_is_refused():
    assert refused(b"").code == "model_unreadable"


def test_bytes_after_the_network_are_refused():
    writer = ModelBytes()
    parts = {17: writer.lstm() + b"?", 21: writer.unicharset(), 22: writer.recoder()}
    assert "1 bytes after the end" in refused(container(parts)).message


def test_a_network_nested_without_end_is_refused():
    writer = ModelBytes()
    nested = b""
    for _ in range(5000):
        nested += writer.node("Series", writer.pack("I", 1))
    parts = {17: nested, 21: writer.unicharset(), 22: writer.recoder()}
    assert "deeper than" in refused(container(parts)).message


def test_absurd_sizes_allocate_nothing():
    writer = ModelBytes()
    huge = writer.node("Tanh", writer.pack("B", 132) + writer.pack("2I", 2**31, 2**31) + bytes(64))
    data = container({17: huge, 21: writer.unicharset(), 22: writer.recoder()})
    tracemalloc.start()
    failure = refused(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert failure.code == "model_unreadable"
    assert peak < 1 << 20


def test_an_unknown_node_is_named():
    writer = ModelBytes(window="Convolute")
    failure = refused(writer.file())
    assert failure.code == "model_unsupported"
    assert "Convolute" in failure.message


def test_weights_that_are_not_numbers_are_refused():
    writer = ModelBytes(integer=False)
    data = writer.file().replace(struct.pack("<d", writer.weights["out"][0, 0]), b"\xff" * 8)
    assert "not finite" in refused(data).message


@pytest.mark.parametrize("null", [-1, 5])
def test_a_null_class_outside_the_classes_is_refused(null: int):
    assert "null class" in refused(ModelBytes(null=null).file()).message


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(SOUND) - len("4.0-test") - 1))  # a shorter version is still one
def test_a_model_cut_anywhere_is_refused(length: int):
    assert refused(SOUND[:length]).code in {"model_unreadable", "model_unsupported"}


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, len(SOUND) - 1), st.binary(min_size=1, max_size=8), st.sampled_from(["<", ">"])
)
def test_damage_gives_a_model_or_a_clear_refusal(at: int, damage: bytes, order: str):
    data = ModelBytes(order=order).file()
    damaged = data[:at] + damage + data[at + len(damage) :]
    assert outcome(damaged) in {"a model", "model_unreadable", "model_unsupported"}


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_noise_is_refused(data: bytes):
    assert refused(data).code in {"model_unreadable", "model_unsupported"}
