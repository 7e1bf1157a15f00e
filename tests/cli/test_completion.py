"""Completion for bash, zsh and fish: a script for the shell, and words while typing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.support.parts import require


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


def in_shell(shell: list[str], program: str, tmp_path: Path) -> list[list[str]]:
    """The words of each line that `program` prints in a real shell, which loads our script."""
    name = shell[0]
    require(shutil.which(name), name)
    script = tmp_path / f"pagesight.{name}"
    script.write_text(complete(_PAGESIGHT_COMPLETE=f"source_{name}"))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    ran = subprocess.run(
        [*shell, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path, "SCRIPT": str(script), "TERM": "dumb"},
    )
    return [line.split() for line in ran.stdout.splitlines()]


def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    program = """
    source "$SCRIPT"
    answer() { _pagesight_completion pagesight; echo "${COMPREPLY[@]}"; }
    COMP_WORDS=(pagesight wat); COMP_CWORD=1; answer
    COMP_WORDS=(pagesight keys r); COMP_CWORD=2; answer
    """
    words = in_shell(["bash", "--norc"], program, tmp_path)
    assert words == [["watch"], ["rotate", "revoke"]]


def test_fish_completes_commands(tmp_path: Path) -> None:
    program = 'source $SCRIPT; complete --do-complete "pagesight keys r"'
    words = in_shell(["fish", "--no-config"], program, tmp_path)
    assert [line[0] for line in words] == ["revoke", "rotate"]


def test_zsh_completes_a_command_at_the_tab_key(tmp_path: Path) -> None:
    program = r"""
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell "PS1=; autoload -Uz compinit; compinit -D; source $SCRIPT"
    zpty -w -n shell $'pagesight wat\t'
    zpty -r shell screen '*pagesight watch*' && print found
    """
    assert in_shell(["zsh", "-f"], program, tmp_path) == [["found"]]
