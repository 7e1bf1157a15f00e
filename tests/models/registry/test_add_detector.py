import hashlib

import numpy as np
import pytest

from models.registry.add_detector import NewDetector, add_detector, hints_for
from models.registry.catalogue import load_catalogue
from models.registry.resolve import resolve
from tests.support import onnx_graphs as onnx
from vision.core.errors import BadInput, EngineFailure
from vision.engines.onnx_session import open_session
from vision.object_detection.yolo import YoloDetector

NAMES = "['red', 'green', 'blue']"


def colours(folder, **metadata):
    stated = {"names": NAMES, "license": "MIT", **metadata}
    return onnx.write_colour_detector(folder / "colours.onnx", **stated)


def red_corner():
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[:32, :32, 0] = 255
    return picture


def constant_output(folder, rows):
    """A network whose metadata says end-to-end and which always outputs these rows of 6."""
    output = np.zeros((1, 300, 6), np.float32)
    output[0, : len(rows)] = rows
    stated = {"names": NAMES, "license": "MIT", "end2end": "True"}
    return onnx.write_constant(folder / "constant.onnx", output, 64, **stated)


def test_an_added_detector_is_in_the_catalogue_with_all_that_its_file_states(tmp_path):
    file, folder = colours(tmp_path), tmp_path / "models"
    added = add_detector(NewDetector(file, "colours"), folder, [red_corner()])
    local = resolve("colours", models_dir=folder)
    assert local.path == folder / "colours-1.onnx"
    assert local.entry.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (local.entry.licence, local.entry.version) == ("MIT", "1")
    assert local.entry.detector.labels == added.labels == ("red", "green", "blue")
    assert local.entry.detector.size == added.size == (64, 64)
    assert local.entry.detector.head == added.head == "yolov8"
    assert [[found.label for found in each] for each in added.found] == [["red"]]


def test_a_model_from_the_catalogue_opens_as_it_was_added(tmp_path):
    add_detector(NewDetector(colours(tmp_path), "colours"), tmp_path / "models")
    local = resolve("colours", models_dir=tmp_path / "models")
    session = open_session(local.path, name="colours", version="1", sha256="", device="cpu")
    (page,) = YoloDetector(session, local.entry.detector).detect([red_corner()], 0.5)
    found = page.found
    assert [each.label for each in found] == ["red"]


def test_another_file_of_the_same_name_is_its_next_and_current_version(tmp_path):
    folder = tmp_path / "models"
    add_detector(NewDetector(colours(tmp_path), "colours"), folder)
    second = colours(tmp_path, names="['r', 'g', 'b']")
    assert add_detector(NewDetector(second, "colours"), folder).entry.version == "2"
    assert resolve("colours", models_dir=folder).entry.detector.labels == ("r", "g", "b")
    assert resolve("colours", "1", models_dir=folder).path.exists()


def test_classes_and_licence_can_be_given_where_the_file_states_none(tmp_path):
    file = colours(tmp_path, names="", license="")
    hints = hints_for(None, ("x", "y", "z"))
    added = add_detector(NewDetector(file, "mine", hints, "7b", "CC0-1.0"), tmp_path / "models")
    assert (added.labels, added.entry.version, added.entry.licence) == (
        ("x", "y", "z"), "7b", "CC0-1.0",
    )  # fmt: skip


def test_yolox_gets_the_input_of_its_training_unless_hints_differ():
    usual = hints_for("yolox", ("a",), (416, 416))
    assert (usual.colour, usual.divisor, usual.corner) == ("bgr", 1.0, "top-left")
    given = hints_for("yolox", colour="rgb", divisor=255.0, corner="centre")
    assert (given.colour, given.divisor, given.corner) == ("rgb", 255.0, "centre")
    plain = hints_for(None)
    assert (plain.colour, plain.divisor, plain.corner) == ("rgb", 255.0, "centre")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"name": "../up"}, "cannot be a name", id="a path"),
        pytest.param({"name": "a b"}, "cannot be a name", id="a space"),
        pytest.param({"name": ""}, "cannot be a name", id="no name"),
        pytest.param({"version": "../1"}, "cannot be a version", id="version with a path"),
        pytest.param({"name": "pp-ocrv6-det"}, "another task", id="name of a line finder"),
    ],
)
def test_an_invalid_name_is_refused_before_anything_is_written(tmp_path, changes, message):
    new = NewDetector(**{"file": colours(tmp_path), "name": "mine", **changes})
    with pytest.raises(BadInput, match=message) as failure:
        add_detector(new, tmp_path / "models")
    assert failure.value.code == "model_refused"
    assert not (tmp_path / "models").exists()


def test_a_built_in_version_cannot_be_taken(tmp_path):
    built_in = next(each for each in load_catalogue() if each.task == "detector")
    new = NewDetector(colours(tmp_path), built_in.name, version=built_in.version)
    with pytest.raises(BadInput, match="already"):
        add_detector(new, tmp_path / "models")


def test_the_same_file_is_not_added_twice(tmp_path):
    new = NewDetector(colours(tmp_path), "mine")
    add_detector(new, tmp_path / "models")
    with pytest.raises(BadInput, match="already mine 1"):
        add_detector(new, tmp_path / "models")


def test_a_file_that_does_not_state_its_licence_is_refused(tmp_path):
    with pytest.raises(BadInput, match="licence"):
        add_detector(NewDetector(colours(tmp_path, license=""), "mine"), tmp_path / "models")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param([0, 0, 9, 9, 7.5, 0], "not confidences", id="logits"),
        pytest.param([0, 0, 9, 9, -3.0, 0], "not confidences", id="negative scores"),
        pytest.param([0, 0, np.inf, 9, 0.5, 0], "infinite numbers or NaN", id="infinite boxes"),
        pytest.param([0, 0, 9, 9, np.nan, 0], "infinite numbers or NaN", id="not a number"),
    ],
)
def test_numbers_that_are_not_boxes_and_confidences_are_refused(tmp_path, row, message):
    with pytest.raises(BadInput, match=message):
        add_detector(NewDetector(constant_output(tmp_path, [row]), "mine"), tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_a_file_that_is_not_a_network_or_not_a_detector_is_refused(tmp_path):
    junk = tmp_path / "junk.onnx"
    junk.write_bytes(b"PK\x03\x04")
    doubler = onnx.write_doubler(tmp_path / "doubler.onnx")
    for file, code in ((junk, "model_unreadable"), (doubler, "model_unsupported")):
        with pytest.raises(EngineFailure) as failure:
            add_detector(NewDetector(file, "mine"), tmp_path / "models")
        assert failure.value.code == code
    assert [each.name for each in load_catalogue(tmp_path / "models")] == [
        each.name for each in load_catalogue()
    ]


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "hints"),
    [
        ("yolov8n_int8_640_coco.onnx", hints_for(None)),
        ("yolox_nano_416_coco.onnx", hints_for("yolox", tuple(map(str, range(80))))),
    ],
)
def test_public_networks_are_accepted(data_dir, tmp_path, file, hints):
    new = NewDetector(data_dir / "models" / file, "coco", hints, licence="as stated")
    assert len(add_detector(new, tmp_path).labels) == 80
