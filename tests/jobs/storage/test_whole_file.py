import os
import resource
import signal
from pathlib import Path

import pytest

from jobs.storage.whole_file import exists, write_new, write_whole


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


def test_a_new_file_is_written_with_the_folders_that_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c"
    write_new(str(path), b"data")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"data", 0o600)
    with pytest.raises(FileExistsError):
        write_new(str(path), b"other")
    assert path.read_bytes() == b"data"


def test_nothing_is_left_of_a_new_file_that_could_not_be_written(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handled = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            write_new(str(tmp_path / "a" / "c"), b"x" * 200)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handled)
    assert list((tmp_path / "a").iterdir()) == []
