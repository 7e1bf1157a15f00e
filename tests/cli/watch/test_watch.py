"""`pagesight watch`: each document is read once, when it no longer grows."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.exit_codes import Exit
from cli.main import app
from cli.watch.command import STATE_FILE, settled
from tests.cli.read.test_read import draw
from tests.support.command_line import shared_engine

QUICK = ["--profile", "fast", "--languages", "eng"]


@pytest.fixture(scope="module", autouse=True)
def _one_engine() -> Iterator[None]:
    with shared_engine():
        yield


def watch(folder: Path, output: Path, *words: str) -> Any:
    command = ["watch", str(folder), "--output", str(output), "--once", *words, *QUICK]
    return CliRunner().invoke(app, command)


@pytest.mark.parametrize(
    ("before", "now", "read"),
    [
        ({}, {"a": (1, 1)}, []),
        ({"a": (1, 1)}, {"a": (1, 1)}, ["a"]),
        ({"a": (1, 1)}, {"a": (2, 1)}, []),
        ({"a": (1, 1)}, {"a": (1, 2)}, []),
        ({"a": (1, 1)}, {}, []),
    ],
)
def test_a_file_that_still_changes_is_left_alone(
    before: dict[Any, Any], now: dict[Any, Any], read: list[str]
) -> None:
    assert list(settled(before, now)) == read


def test_documents_are_read_once_and_again_when_they_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGESIGHT_DATA_DIR", str(tmp_path / "data"))
    folder, output = tmp_path / "in", tmp_path / "in" / "out"
    (folder / "post").mkdir(parents=True)
    output.mkdir()
    draw(folder / "post" / "letter.png", "Dear Madam")
    first = watch(folder, output)
    assert first.exit_code == Exit.OK, first.output
    result = output / "post" / "letter.txt"
    assert "Dear Madam" in result.read_text()
    assert "1 document, 1 page in" in first.stderr
    result.unlink()
    assert watch(folder, output).stderr == ""
    assert not result.exists()
    draw(folder / "post" / "letter.png", "Kind regards")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    third = watch(folder, output)
    assert third.exit_code == Exit.PARTIAL
    assert "Kind regards" in result.read_text()
    assert "broken.pdf" in third.stderr
    assert "; 1 failed" in third.stderr
    noted = json.loads((output / STATE_FILE).read_text())
    assert set(noted) == {"post/letter.png", "broken.pdf"}


def test_folders_that_are_missing_are_named(tmp_path: Path) -> None:
    missing = watch(tmp_path / "none", tmp_path)
    assert (missing.exit_code, "is not a folder" in missing.stderr) == (Exit.USAGE, True)
    nowhere = watch(tmp_path, tmp_path / "none")
    assert "must be a folder that exists" in nowhere.stderr
    assert watch(tmp_path, tmp_path, "--format", "none").exit_code == Exit.USAGE
