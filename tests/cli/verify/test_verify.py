"""`pagesight verify` on a page of the sample invoice."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.exit_codes import Exit
from cli.main import app
from tests.support.command_line import shared_engine

ROOT = Path(__file__).parents[3]
QUICK = ["--profile", "fast", "--pages", "1", "--languages", "eng"]


@pytest.fixture(scope="module", autouse=True)
def _one_engine() -> Iterator[None]:
    with shared_engine():
        yield


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a document."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAGESIGHT_DATA_DIR", str(tmp_path / "data"))
    shutil.copy(ROOT / "samples" / "invoice.pdf", tmp_path / "scan.pdf")
    return tmp_path


def run(command: str) -> Any:
    return CliRunner().invoke(app, [*command.split(), *QUICK])


def test_a_text_with_invented_and_missing_words_is_taken_apart(folder: Path) -> None:
    (folder / "model.md").write_text("# Invoice\n\nXylophones quagmire zebra.\n")
    plain, as_json = (
        run("verify scan.pdf model.md"),
        run("verify scan.pdf model.md --strict --json"),
    )
    assert (plain.exit_code, as_json.exit_code) == (Exit.OK, Exit.PARTIAL)
    assert "no ink     Xylophones quagmire zebra" in plain.output
    assert re.search(r"not read   .+\(page 1, \d+, \d+, \d+, \d+\)", plain.output)
    found = json.loads(as_json.stdout)
    assert found["supported"] >= 1
    assert found["unread"][0]["place"]["page"] == 1
    assert (found["blank"], found["uncovered"]) == ([], [])


def test_files_that_cannot_be_read_are_named(folder: Path) -> None:
    missing = run("verify scan.pdf missing.md")
    assert missing.exit_code == Exit.FAILED
    assert "missing.md: No such file or directory" in missing.stderr
    (folder / "latin.md").write_bytes(b"caf\xe9")
    assert "latin.md: is not text in UTF-8" in run("verify scan.pdf latin.md").stderr
    (folder / "model.md").write_text("text")
    (folder / "scan.txt").write_text("not a document")
    assert "[unsupported_type]" in run("verify scan.txt model.md").stderr
