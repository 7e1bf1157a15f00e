import os
from pathlib import Path

import pytest

from jobs.storage.whole_file import exists, write_whole


def test_a_file_is_written_with_the_folders_that_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c"
    write_whole(str(path), b"first")
    write_whole(str(path), b"second")
    assert path.read_bytes() == b"second"
    assert [each.name for each in path.parent.iterdir()] == ["c"]


def test_nothing_is_left_of_a_file_that_could_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_part: str, _path: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        write_whole(str(tmp_path / "a" / "c"), b"data")
    assert list((tmp_path / "a").iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(NotADirectoryError):
        write_whole(str(tmp_path / "a" / "c"), b"data")


def test_only_a_regular_file_exists(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert exists(str(tmp_path / "file"))
    assert not exists(str(tmp_path))
    assert not exists(str(tmp_path / "none"))
