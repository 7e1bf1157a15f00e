"""Completion for bash, zsh and fish: a script for the shell, and words while typing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app


def complete(**environment: str) -> str:
    return CliRunner().invoke(app, [], env=environment, prog_name="pagesight").output


@pytest.mark.parametrize(
    ("shell", "sign"),
    [("bash", "complete -o"), ("zsh", "#compdef pagesight"), ("fish", "complete --command")],
)
def test_each_shell_gets_a_script(shell: str, sign: str) -> None:
    script = complete(_PAGESIGHT_COMPLETE=f"source_{shell}")
    assert sign in script
    assert f"_PAGESIGHT_COMPLETE=complete_{shell}" in script


@pytest.mark.parametrize(
    ("shell", "words"),
    [
        ("bash", {"COMP_WORDS": "pagesight wat", "COMP_CWORD": "1"}),
        ("zsh", {"_TYPER_COMPLETE_ARGS": "pagesight wat"}),
        (
            "fish",
            {"_TYPER_COMPLETE_ARGS": "pagesight wat", "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
        ),
    ],
)
def test_commands_are_completed(shell: str, words: dict[str, str]) -> None:
    assert "watch" in complete(_PAGESIGHT_COMPLETE=f"complete_{shell}", **words)


def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    """The script that the command prints, in the real shell, with the installed command."""
    script = tmp_path / "pagesight.sh"
    script.write_text(complete(_PAGESIGHT_COMPLETE="source_bash"))
    asked = f"""
    source {script}
    answer() {{ _pagesight_completion pagesight; echo "${{COMPREPLY[@]}}"; }}
    COMP_WORDS=(pagesight wat); COMP_CWORD=1; answer
    COMP_WORDS=(pagesight keys r); COMP_CWORD=2; answer
    """
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "--norc", "-c", asked],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path},
    )
    assert [line.split() for line in ran.stdout.splitlines()] == [["watch"], ["rotate", "revoke"]]
