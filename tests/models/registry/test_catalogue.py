import pytest

from models.registry.catalogue import load_catalogue
from vision.core.errors import EngineFailure

SHA = "a" * 64
GOOD = f"""
[[model]]
name = "mine"
version = "1"
task = "detector"
source = "file:mine.onnx"
sha256 = "{SHA}"
licence = "MIT"
[model.detector]
head = "yolox"
size = [416, 640]
labels = ["cat", "dog"]
colour = "bgr"
divisor = 1
corner = "top-left"
iou_threshold = 0.5
second_look_size = [320, 320]
second_look_labels = ["dog"]
"""


def overlay(tmp_path, text):
    (tmp_path / "catalogue.toml").write_text(text)
    return load_catalogue(tmp_path)


def test_the_models_of_a_fresh_installation_are_listed():
    tasks = {entry.name: entry.task for entry in load_catalogue()}
    assert tasks["pagesight-doc"] == "detector"
    assert tasks["pp-ocrv6-det"] == "line_finder"
    assert tasks["pp-ocr-cls"] == "orientation"


def test_every_entry_states_a_licence_and_a_hash():
    for entry in load_catalogue():
        assert entry.licence
        assert len(entry.sha256) == 64


def test_our_detector_names_its_classes_in_the_order_of_training():
    (entry,) = [entry for entry in load_catalogue() if entry.name == "pagesight-doc"]
    assert entry.detector.labels[:4] == ("text", "title", "list", "table")
    assert len(set(entry.detector.labels)) == 18


def test_all_fields_of_an_operators_entry_are_read(tmp_path):
    entry = overlay(tmp_path, GOOD)[-1]
    assert (entry.name, entry.version, entry.sha256) == ("mine", "1", SHA)
    hints = entry.detector
    assert (hints.head, hints.size, hints.labels) == ("yolox", (416, 640), ("cat", "dog"))
    assert (hints.colour, hints.divisor, hints.corner) == ("bgr", 1.0, "top-left")
    assert hints.iou_threshold == 0.5
    assert (hints.second_look_size, hints.second_look_labels) == ((320, 320), ("dog",))


def test_an_operators_entry_replaces_ours_of_the_same_name_and_version(tmp_path):
    (ours,) = [entry for entry in load_catalogue() if entry.name == "pagesight-doc"]
    text = GOOD.replace('"mine"', f'"{ours.name}"').replace('"1"', f'"{ours.version}"')
    named = [entry for entry in overlay(tmp_path, text) if entry.name == "pagesight-doc"]
    assert [entry.sha256 for entry in named] == [SHA]


def test_a_folder_without_a_catalogue_adds_nothing(tmp_path):
    assert load_catalogue(tmp_path) == load_catalogue()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "mine"', "", "name is required"),
        ('version = "1"', "version = 1", "version is required and must be text"),
        ('licence = "MIT"', 'licence = ""', "licence is required"),
        ('task = "detector"', 'task = "oracle"', "one of detector"),
        (SHA, "abc", "sha256"),
        (SHA, "A" * 64, "sha256"),
        ("file:mine.onnx", "ftp:mine.onnx", "source"),
        ("file:mine.onnx", "wheel:rapidocr", "source"),
        ('head = "yolox"', 'head = "yolo99"', "one of yolov8"),
        ("[416, 640]", "[0, 640]", "size"),
        ("[416, 640]", "640", "size"),
        ('["cat", "dog"]', '"cat"', "labels"),
        ("divisor = 1", 'divisor = "much"', "divisor|float"),
        ("divisor = 1", "dividend = 1", "unknown keys dividend"),
        ('licence = "MIT"', 'licence = "MIT"\nurl = "x"', "unknown keys url"),
        ("[[model]]", "[[models]]", "its own table"),
        ("[[model]]", "[model]", "its own table"),
        ("[[model]]", "[model", "catalogue.toml"),
        ("[model.detector]", "[[more]]", "unknown keys more"),
    ],
)
def test_a_mistake_in_a_catalogue_is_named_with_its_file(tmp_path, old, new, message):
    assert old in GOOD
    with pytest.raises(EngineFailure, match=message) as failure:
        overlay(tmp_path, GOOD.replace(old, new))
    assert failure.value.code == "catalogue_invalid"
    assert str(tmp_path) in failure.value.message


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('characters = "letters.txt"', "characters must be a table"),
        (f'characters = {{sha256 = "{SHA}"}}', "source is required"),
        ('characters = {source = "file:letters.txt", sha256 = "1"}', "sha256 of characters"),
        (f'characters = {{source = "file:a", sha256 = "{SHA}", more = 1}}', "unknown keys more"),
    ],
)
def test_a_list_of_characters_that_cannot_be_used_is_refused(tmp_path, line, complaint):
    text = (
        GOOD.split("[model.detector]", maxsplit=1)[0].replace('"detector"', '"recogniser"') + line
    )
    with pytest.raises(EngineFailure, match=complaint):
        overlay(tmp_path, text)
