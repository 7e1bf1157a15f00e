"""Every command that the documentation shows runs, against a service that really reads.

What cannot run here, or runs in another test, says so in a comment before it in the page.
"""

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from jobs.settings import Settings
from models.registry.add_detector import NewDetector, add_detector
from tests.support.command_line import shared_engine
from tests.support.docs_commands import (
    ROOT,
    Block,
    Shell,
    blocks_of,
    command_blocks,
    filled,
    is_command,
)
from tests.support.onnx_graphs import write_colour_detector
from tests.support.serving import Serving, serving

FOLDERS = ("tutorial", "how-to", "reference", "operations")
PAGES = sorted(
    [
        ROOT / "README.md",
        *(page for each in FOLDERS for page in (ROOT / "docs" / each).glob("*.md")),
    ]
)
TUTORIAL = ROOT / "docs" / "tutorial" / "first-result.md"
BLOCKS = [block for page in PAGES for block in command_blocks(page)]
WITH_COMMANDS = sorted({block.page for block in BLOCKS if block.mark is None})
INTERRUPTED = [block for block in BLOCKS if block.mark and block.mark[0] == "until interrupted"]
# Settings, headers, requests, lists, code of other languages, drawings: nothing that a shell runs.
DATA = re.compile(
    r"[A-Z_]+=\S+(\s*#.*)?$|[A-Z][\w-]+: |[{\"]|POST /|sum\(|from \w+(\.\w+)* import|preparing -",
    re.MULTILINE,
)
NAMES = (
    "a.jpg", "b.pdf", "a.pdf", "a.png", "letter.jpg", "letter.png", "scan.jpg", "scan.pdf",
    "scans.pdf", "form.png", "form.pdf", "page.jpg", "page.png", "receipt.jpg", "report.pdf",
    "street.jpg", "samples/invoice.pdf", "receipts/a.jpg", "scans/in/a.png", "forms/a.png",
    "inbox/a.png",
)  # fmt: skip


@cache
def picture() -> Image.Image:
    """A small page with something to find for every command."""
    page = Image.new("L", (700, 210), 255)
    drawn, font = ImageDraw.Draw(page), ImageFont.load_default(36)
    drawn.text((40, 40), "Invoice number: 4711", 0, font)
    drawn.text((40, 120), "Total: 12.50 EUR", 0, font)
    return page


def write_files(folder: Path, job: str) -> None:
    """All that the pages name. The bytes of a document say what it is, not its name."""
    written = io.BytesIO()
    picture().save(written, "PNG", dpi=(150, 150))
    for name in NAMES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(written.getvalue())
    pages = [picture()] * 3
    pages[0].save(folder / "brief.tif", save_all=True, append_images=pages[1:], dpi=(150, 150))
    for name in ("scans.zip", "archive.zip"):
        with zipfile.ZipFile(folder / name, "w") as archive:
            archive.writestr("a.png", written.getvalue())
    (folder / "documents.jsonl").write_text(f'{{"job": "{job}"}}\n')
    (folder / "model.md").write_text("# Invoice\n\nnumber: 4712\n")
    (folder / "wanted.json").write_text('{"properties": {"total": {"type": "number"}}}')
    (folder / "pagesight.log").write_text(f'{{"message": "accepted", "job_id": "{job}"}}\n')
    (folder / "secret").write_text("whsec_bmV3IHNlY3JldCBvZiAyNCBieXRlcw==\n")
    write_detector(folder / "coco.onnx", "['bus', 'tram', 'bicycle']")
    for name in ("results", "crops"):
        (folder / name).mkdir()


def write_detector(path: Path, names: str) -> Path:
    return write_colour_detector(path, names=names, license="CC0-1.0")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A service with the detector that the pages name."""
    folder = tmp_path_factory.mktemp("docs") / "data"
    folder.mkdir()
    models = Settings(_env_file=None, data_dir=folder).models_folder
    file = write_detector(folder / "coco.onnx", "['person', 'car', 'dog']")
    add_detector(NewDetector(file, "coco"), models)
    with serving(folder, egress_allow=("127.0.0.1", "app.example.com")) as running:
        yield running


@pytest.fixture(scope="module")
def job(service: Serving) -> str:
    """A job that has ended."""
    with io.BytesIO() as written:
        picture().save(written, "PNG", dpi=(150, 150))
        answer = service.client.post("/v1/jobs", files={"file": ("a.png", written.getvalue())})
    return str(service.finished(answer.json()["id"])["id"])


@pytest.fixture(scope="module", autouse=True)
def _opened_once() -> Iterator[None]:
    with shared_engine():
        yield


@pytest.fixture
def shell(service: Serving, job: str, tmp_path: Path) -> Shell:
    """A shell in a folder with the documents, and with the key and the models of the service."""
    write_files(tmp_path, job)
    own = tmp_path / ".data"
    shutil.copytree(service.folder / "models", own / "models")
    shutil.copy(service.folder / "api-key", own)
    for name in ("converted", "pagesight.db"):
        (own / name).symlink_to(service.folder / name)
    (program,) = re.findall(r"```python\n(.*?)```", TUTORIAL.read_text(), re.DOTALL)
    (tmp_path / "read.py").write_text(filled(program, _url(service)))
    port = str(service.client.base_url.port)
    key = (own / "api-key").read_text().strip()
    given = {"PAGESIGHT_DATA_DIR": str(own), "PAGESIGHT_PORT": port, "JOB": job, "KEY": key}
    return Shell(tmp_path, given)


def _url(service: Serving) -> str:
    return str(service.client.base_url).rstrip("/")


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_every_command_of_a_page_runs(page: str, service: Serving, shell: Shell) -> None:
    for block in BLOCKS:
        if block.page == page and block.mark is None:
            ran = shell.run(filled(block.text, _url(service)))
            assert ran.returncode == 0, f"{page}:{block.line}\n{ran.stdout.decode()}"


@pytest.mark.parametrize(
    ("block", "line"),
    [(block, line) for block in INTERRUPTED for line in block.text.splitlines()],
    ids=lambda each: each.page if isinstance(each, Block) else each.split("#")[0].strip(),
)
def test_commands_that_go_on_until_they_are_interrupted(
    block: Block, line: str, service: Serving, shell: Shell
) -> None:
    code, output = shell.run_until_output(filled(line, _url(service)))
    assert code in {0, 130}, output


def test_what_is_not_run_here_says_why_or_which_test_runs_it() -> None:
    for block in BLOCKS:
        if block.mark and block.mark[0] == "run by":
            assert (ROOT / block.mark[1]).is_file(), f"{block.page}:{block.line}"
        elif block.mark and block.mark[0] == "not run":
            assert len(block.mark[1].split()) > 1, f"{block.page}:{block.line}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_other_block_is_none_that_a_shell_runs(page: Path) -> None:
    others = [block for block in blocks_of(page) if not is_command(block.text)]
    assert [block for block in others if not DATA.match(block.text)] == []
