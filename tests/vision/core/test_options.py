"""Profiles fill in what a caller left open, and nothing else."""

import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from vision.core.options import ReadOptions, with_profile

ROOT = Path(__file__).parents[3]


def test_balanced_is_the_default():
    assert ReadOptions(**with_profile({"profile": "balanced"})) == ReadOptions()
    assert with_profile({}) == {}


@pytest.mark.parametrize(
    ("profile", "option", "value"),
    [("fast", "second_reader", "ppocr_tiny"), ("fast", "detectors", ()),
     ("fast", "rectifier", "off"), ("balanced", "rectifier", "outline"),
     ("accurate", "lines", "learned")],
)  # fmt: skip
def test_a_profile_chooses(profile, option, value):
    assert getattr(ReadOptions(**with_profile({"profile": profile})), option) == value


def test_what_a_caller_chose_himself_stands():
    options = with_profile({"profile": "fast", "detectors": ["coco"], "dpi": 200})
    assert options["detectors"] == ["coco"]
    assert options["second_reader"] == "ppocr_tiny"
    assert options["dpi"] == 200


@pytest.mark.parametrize("profile", ["", "slow", None, 3, ["fast"]])
def test_a_profile_that_there_is_not_is_left_for_validation_to_refuse(profile):
    assert with_profile({"profile": profile}) == {"profile": profile}


CHECK = """
from typer.main import get_command
from api.intake.options import OptionsIn, check_options
from api.problems import Problem
from cli.main import app
from cli.reference import options_page

field = OptionsIn.model_json_schema()["properties"]["margin"]
assert (field["description"], field["default"], field["maximum"]) == ("Room around a page.", 0, 9)
assert check_options({"margin": 4}).margin == 4
try:
    check_options({"margin": 10})
except Problem as problem:
    assert problem.kind.code == "invalid_option"
else:
    raise AssertionError("10 was accepted")
for command in ("read", "batch"):
    flags = {flag for each in get_command(app).commands[command].params for flag in each.opts}
    assert "--margin" in flags, command
assert "## margin" in options_page()
"""


def test_an_option_declared_in_one_place_appears_in_api_command_line_and_docs(
    tmp_path: Path,
) -> None:
    copytree(ROOT / "vision", tmp_path / "vision", ignore=ignore_patterns("__pycache__"))
    for package in ("api", "cli", "jobs"):
        (tmp_path / package).symlink_to(ROOT / package)
    declarations = tmp_path / "vision" / "core" / "options.py"
    text = declarations.read_text(encoding="utf-8")
    after = "    pages: str | None = _option("
    assert text.count(after) == 1
    added = '    margin: int = _option(0, "Room around a page.", minimum=0, maximum=9)\n'
    declarations.write_text(text.replace(after, added + after), encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-c", CHECK],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
