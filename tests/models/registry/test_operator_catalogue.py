from dataclasses import replace
from pathlib import Path

import pytest

from models.registry.catalogue import Entry, load_catalogue
from models.registry.operator_catalogue import next_version, put_entry, take_out
from vision.core.errors import BadInput, EngineFailure
from vision.object_detection.spec import DetectorHints

HINTS = DetectorHints(("cat", 'a "dog"', "naïve\x7f☂"), (416, 640), "yolox", "bgr", 1.0, "top-left")


def entry(folder: Path, name: str = "mine", version: str = "1") -> Entry:
    source = f"file:{name}-{version}.onnx"
    return Entry(name, version, "detector", source, "a" * 64, "MIT", folder, HINTS)


def added(folder: Path) -> list[tuple[str, str]]:
    ours = {(each.name, each.version) for each in load_catalogue()}
    everything = [(each.name, each.version) for each in load_catalogue(folder)]
    return [each for each in everything if each not in ours]


def test_an_entry_is_read_as_it_was_added(tmp_path):
    put_entry(entry(tmp_path))
    assert load_catalogue(tmp_path)[-1] == entry(tmp_path)


def test_an_entry_without_hints_can_be_added(tmp_path):
    plain = replace(entry(tmp_path), task="recogniser", detector=None)
    put_entry(plain)
    assert load_catalogue(tmp_path)[-1] == plain


def test_entries_are_appended_and_what_a_person_wrote_stays(tmp_path):
    put_entry(entry(tmp_path))
    file = tmp_path / "catalogue.toml"
    file.write_text("# mine, do not touch\n" + file.read_text() + "# the end")
    put_entry(entry(tmp_path, version="2"))
    assert added(tmp_path) == [("mine", "1"), ("mine", "2")]
    assert file.read_text().startswith("# mine, do not touch\n")
    assert "# the end\n" in file.read_text()


@pytest.mark.parametrize(
    ("versions", "following"),
    [([], "1"), (["1"], "2"), (["2", "10"], "11"), (["beta"], "1"), (["beta", "4"], "5")],
)
def test_the_next_version_is_the_next_whole_number(tmp_path, versions, following):
    for version in versions:
        put_entry(entry(tmp_path, version=version))
    assert next_version("mine", tmp_path) == following


def test_the_next_version_of_a_built_in_model_counts_its_own():
    assert next_version("pagesight-doc", Path("nowhere")) != "1"


def test_a_removed_model_is_gone_with_its_file_and_comments_of_others_stay(tmp_path):
    for version in ("1", "2", "3"):
        put_entry(entry(tmp_path, version=version))
        (tmp_path / f"mine-{version}.onnx").write_bytes(b"x")
    file = tmp_path / "catalogue.toml"
    marked = file.read_text().replace('\n[[model]]\nname = "mine"\nversion = "3"', "\n# third\n\\g")
    marked = marked.replace("\\g", '[[model]]\nname = "mine"\nversion = "3"')
    file.write_text(marked)
    removed = take_out("mine", "2", tmp_path)
    assert [(each.entry.version, each.deleted) for each in removed] == [
        ("2", tmp_path / "mine-2.onnx")
    ]
    assert added(tmp_path) == [("mine", "1"), ("mine", "3")]
    assert "# third" in file.read_text()
    assert sorted(path.name for path in tmp_path.glob("*.onnx")) == ["mine-1.onnx", "mine-3.onnx"]


def test_without_a_version_all_are_removed(tmp_path):
    put_entry(entry(tmp_path, version="1"))
    put_entry(entry(tmp_path, name="other"))
    put_entry(entry(tmp_path, version="2"))
    assert len(take_out("mine", None, tmp_path)) == 2
    assert added(tmp_path) == [("other", "1")]


@pytest.mark.parametrize("place", ["file:/elsewhere/x.onnx", "file:../x.onnx", "repo:x.onnx"])
def test_a_file_outside_of_the_folder_is_never_deleted(tmp_path, place):
    folder = tmp_path / "models"
    folder.mkdir()
    outside = tmp_path / "x.onnx"
    outside.write_bytes(b"x")
    put_entry(replace(entry(folder), source=place.replace("/elsewhere", str(tmp_path))))
    (removed,) = take_out("mine", None, folder)
    assert removed.deleted is None
    assert outside.exists()


def test_a_file_that_another_entry_uses_stays(tmp_path):
    (tmp_path / "mine-1.onnx").write_bytes(b"x")
    put_entry(entry(tmp_path))
    put_entry(replace(entry(tmp_path, name="twin"), source="file:mine-1.onnx"))
    (removed,) = take_out("mine", None, tmp_path)
    assert removed.deleted is None
    assert (tmp_path / "mine-1.onnx").exists()


@pytest.mark.parametrize(
    ("name", "version", "message"),
    [
        ("nobody", None, "no model 'nobody'"),
        ("mine", "7", "no model 'mine 7'"),
        ("pagesight-doc", None, "comes with Pagesight"),
    ],
)
def test_a_model_that_cannot_be_removed_is_refused_with_those_that_can(
    tmp_path, name, version, message
):
    put_entry(entry(tmp_path))
    with pytest.raises(BadInput, match=message) as failure:
        take_out(name, version, tmp_path)
    assert failure.value.code == "unknown_model"
    assert "mine 1" in failure.value.message


def test_an_empty_folder_has_nothing_to_remove(tmp_path):
    with pytest.raises(BadInput, match="nothing"):
        take_out("mine", None, tmp_path)


def test_a_catalogue_that_cannot_be_read_is_left_alone(tmp_path):
    file = tmp_path / "catalogue.toml"
    file.write_text("[[model]\n")
    with pytest.raises(EngineFailure, match="by hand") as failure:
        put_entry(entry(tmp_path))
    assert failure.value.code == "catalogue_invalid"
    assert file.read_text() == "[[model]\n"
    assert list(tmp_path.iterdir()) == [file]


def test_headers_with_spaces_are_headers_too(tmp_path):
    put_entry(entry(tmp_path))
    file = tmp_path / "catalogue.toml"
    file.write_text(file.read_text().replace("[[model]]", " [[ model ]]"))
    put_entry(entry(tmp_path, name="other"))
    take_out("mine", None, tmp_path)
    assert added(tmp_path) == [("other", "1")]


def test_a_catalogue_that_cannot_be_cut_safely_is_left_alone(tmp_path):
    put_entry(entry(tmp_path))
    file = tmp_path / "catalogue.toml"
    text = file.read_text().replace('licence = "MIT"', "licence = '''\n[[model]]\n'''")
    file.write_text(text)
    with pytest.raises(EngineFailure, match="by hand") as failure:
        take_out("mine", None, tmp_path)
    assert failure.value.code == "catalogue_invalid"
    assert file.read_text() == text
