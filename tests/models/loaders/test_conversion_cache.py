"""Models are converted once; what the folder holds is verified, and it may fail in any way."""

import multiprocessing
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.loaders.conversion_cache import ConversionCache, cache_in
from tests.support.patience import PATIENCE_S

KEY = ("a" * 64, "recipe-1")


class Converter:
    """Returns `content`, and counts how often it was needed."""

    def __init__(self, content: bytes | None = b"converted") -> None:
        self.content = content
        self.runs = 0

    def __call__(self) -> bytes | None:
        self.runs += 1
        return self.content


def used(folder: Path | None, converter: Converter, key: tuple[str, str] = KEY) -> bytes | None:
    return ConversionCache(folder).get(*key, converter)


@pytest.mark.parametrize("content", [b"converted", None], ids=["converted", "unchanged"])
def test_a_model_is_converted_once(tmp_path, content):
    converter = Converter(content)
    for _ in range(3):
        assert used(tmp_path / "cache", converter) == content
    assert converter.runs == 1
    assert len(list((tmp_path / "cache").iterdir())) == 1


@pytest.mark.parametrize(
    "other",
    [("b" * 64, "recipe-1"), ("a" * 64, "recipe-2"), ("a" * 64, "recipe")],
    ids=["source", "version", "prefix"],
)
def test_another_source_or_recipe_is_converted_apart(tmp_path, other):
    used(tmp_path, Converter(b"one"))
    assert used(tmp_path, Converter(b"two"), other) == b"two"
    assert used(tmp_path, Converter(b"three")) == b"one"


@pytest.mark.parametrize("damage", [b"", b"converte", b"converteD", b"converted?"])
def test_a_damaged_file_is_rebuilt(tmp_path, caplog, damage):
    used(tmp_path, Converter())
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    converter = Converter()
    assert used(tmp_path, converter) == b"converted"
    assert converter.runs == 1
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"converted"]
    assert "damaged" in caplog.text


@given(st.binary(max_size=64))
def test_every_content_comes_back_as_it_was_converted(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("cache")
    assert used(folder, Converter(content)) == used(folder, Converter(b"unused")) == content


def test_without_a_folder_each_use_converts():
    converter = Converter()
    assert used(None, converter) == used(None, converter) == b"converted"
    assert converter.runs == 2


def refusing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose file system is read-only, also for root."""

    def refuse(*_args, **_kwargs):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("models.loaders.conversion_cache.tempfile.mkstemp", refuse)
    return folder


def occupied(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file is in the place of the folder."""
    (folder / "file").write_bytes(b"")
    return folder / "file"


@pytest.mark.parametrize("make", [refusing, occupied])
def test_a_folder_that_cannot_be_written_is_logged_once_and_models_are_converted_in_memory(
    tmp_path, monkeypatch, caplog, make
):
    cache = ConversionCache(make(tmp_path, monkeypatch))
    for recipe in ("one", "two", "three"):
        assert cache.get("a" * 64, recipe, Converter()) == b"converted"
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "cannot be written" in caplog.text


def test_a_read_only_folder_still_serves_what_it_holds(tmp_path, monkeypatch, caplog):
    used(tmp_path, Converter())
    converter = Converter()
    assert used(refusing(tmp_path, monkeypatch), converter) == b"converted"
    assert converter.runs == 0
    assert not caplog.records


def test_a_write_that_fails_half_way_leaves_nothing(tmp_path, monkeypatch):
    def full(_handle, _mode):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("models.loaders.conversion_cache.os.fdopen", full)
    assert used(tmp_path, Converter()) == b"converted"
    assert list(tmp_path.iterdir()) == []


def test_processes_of_other_users_can_read_the_files(tmp_path):
    used(tmp_path, Converter())
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o644


def test_a_process_has_one_cache_for_a_folder(tmp_path):
    assert cache_in(tmp_path) is cache_in(tmp_path)
    assert cache_in(tmp_path) is not cache_in(tmp_path / "other")


def _convert_together(folder: Path, barrier, number: int) -> None:
    barrier.wait(PATIENCE_S)
    content = b"the same for all" * 100_000
    found = ConversionCache(folder).get(*KEY, lambda: content)
    os._exit(0 if found == content and number >= 0 else 1)


def test_processes_that_convert_at_the_same_time_leave_one_whole_file(tmp_path):
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(4)
    processes = [
        context.Process(target=_convert_together, args=(tmp_path, barrier, number))
        for number in range(4)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(PATIENCE_S)
    assert [process.exitcode for process in processes] == [0] * 4
    (file,) = tmp_path.iterdir()
    assert used(tmp_path, Converter(b"unused")) == b"the same for all" * 100_000
    assert file.name.startswith("a" * 64)
