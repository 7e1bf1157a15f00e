"""What `pagesight read` is given becomes a list of documents and places for their results."""

from pathlib import Path

import pytest

from cli.read.inputs import Input, documents_in, find_inputs
from cli.read.outputs import output_problem, target
from vision.core.exports import Artefact


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    for name in ("b.PNG", "in/a.pdf", "in/deep/a.tif", "notes.txt", ".hidden.png", ".git/c.png"):
        file = tmp_path / "scans" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    return tmp_path / "scans"


def test_a_folder_is_its_images_and_pdfs_and_those_below(scans: Path) -> None:
    found = find_inputs(["-", str(scans), "one.jpg"])
    assert [each.place for each in found] == [
        Path("stdin"),
        Path("b"),
        Path("in/a"),
        Path("in/deep/a"),
        Path("one"),
    ]
    assert found[2].name == str(scans / "in" / "a.pdf")
    assert documents_in(scans, apart_from=scans / "in") == [scans / "b.PNG"]


def test_results_keep_the_folders_of_their_documents(scans: Path, tmp_path: Path) -> None:
    deep = Input("x", Path("in/deep/a"))
    assert target(tmp_path, deep, "hocr") == tmp_path / "in/deep/a.hocr"
    page = Artefact(b"", 2)
    assert target(tmp_path, deep, "overlay", page) == tmp_path / "in/deep/a-p2.png"
    assert output_problem(find_inputs([str(scans)]), "text", tmp_path) is None
    (scans / "b.jpg").write_bytes(b"x")
    problem = output_problem(find_inputs([str(scans)]), "text", tmp_path)
    assert problem is not None
    assert "b.PNG" in problem
    assert "would both be written" in problem
