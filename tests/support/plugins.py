"""Packages of others: one file and one entry point, installed in a folder of their own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def install_plugin(folder: Path, kind: str, name: str, code: str) -> None:
    """Put a module `name`, whose PLUGIN is registered for `kind`, where `run_with` looks."""
    module = f"plugin_{name}" if name == "lstm" else name
    (folder / f"{module}.py").write_text(code)
    about = folder / f"{module}_package-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {module}-package\nVersion: 1.0\n"
    )
    (about / "entry_points.txt").write_text(f"[pagesight.{kind}]\n{name} = {module}:PLUGIN\n")


def plugin_environment(folder: Path) -> dict[str, str]:
    """The environment of a process that sees the packages of `folder`."""
    return {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "COLUMNS": "300"}


def run_with(folder: Path, *words: str, check: bool = True, **settings: str) -> str:
    """What `pagesight WORDS` prints where the packages of `folder` are installed."""
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", *words],
        env=plugin_environment(folder) | settings,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert not check or done.returncode == 0, done.stderr
    return done.stdout if check else done.stdout + done.stderr
