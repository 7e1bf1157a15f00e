"""The code of docs/reference/python-client.md runs as printed, block after block."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pagesight.client import Client
from tests.api.routes.test_create_job import PNG
from tests.support.hand_worker import TEXTS, HandWorker
from tests.support.service import Service

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "reference" / "python-client.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def reader(
    service: Service, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Client]:
    """A client in a folder with the documents that the page names."""
    for name in ("scan.pdf", "broken.pdf", "letters/a.png", "letters/b.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(PNG + name.encode())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAGESIGHT_SERVER", service.url)
    monkeypatch.setenv("PAGESIGHT_API_KEY", key)
    with Client() as client:
        yield client


def test_the_example_of_the_readme_runs(
    service: Service,
    key: str,
    reader: Client,
    worker: HandWorker,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    code = block.replace("http://127.0.0.1:8765", service.url)
    exec(compile(code, "README.md", "exec"), {"KEY": key})
    assert capsys.readouterr().out.splitlines() == [f"{text} []" for text in TEXTS]


def test_every_block_of_the_page_runs(
    service: Service,
    key: str,
    reader: Client,
    worker: HandWorker,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    names: dict[str, Any] = {"KEY": key, "client": reader}
    for number, block in enumerate(BLOCKS):
        code = block.replace("http://127.0.0.1:8765", service.url)
        exec(compile(code, f"block {number} of the page", "exec"), names)
        # The first block closes its client; the others go on with one that is open.
        names["client"] = reader
    printed = capsys.readouterr().out
    for expected in (
        f"1 {TEXTS[0]}",
        "succeeded 2 pages",
        "5 job.succeeded",
        f"letter-17 {TEXTS[0]}",
        str([TEXTS[0]] * 2),
        "cannot be read: damaged",
    ):
        assert expected in printed
    assert (tmp_path / "scan.alto.xml").read_text().startswith("<?xml")
    assert (tmp_path / "scan.zip").read_bytes().startswith(b"PK")
    receive: Callable[[bytes, dict[str, str]], int] = names["receive"]
    assert receive(b"{}", {}) == 401
