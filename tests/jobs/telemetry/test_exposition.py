"""Processes that share a folder are real ones: the folder must be named before they begin."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.telemetry.exposition import FOLDER_VARIABLE, forget_process, shared_folder

COUNT = """
import os
from prometheus_client import CollectorRegistry, Counter, Gauge
own = CollectorRegistry()
Counter("things", "Things.", registry=own).inc(3)
Gauge("held", "Held.", registry=own, multiprocess_mode="livesum").set(5)
print(os.getpid())
"""
RENDER = """
from prometheus_client import CollectorRegistry, Gauge
from jobs.telemetry.exposition import render
local = CollectorRegistry()
Gauge("asked", "Asked.", registry=local, multiprocess_mode="all").set(1)
print(render(CollectorRegistry(), local).decode())
"""


def run(code: str, folder: Path) -> str:
    env = {**os.environ, FOLDER_VARIABLE: str(folder), "PYTHONPATH": str(Path.cwd())}
    return subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    ).stdout


def test_processes_with_one_folder_are_added_up_and_one_that_ended_keeps_its_counts(
    tmp_path: Path,
) -> None:
    folder = shared_folder(tmp_path)
    pids = [int(run(COUNT, folder)) for _ in range(2)]
    both = run(RENDER, folder)
    assert ("things_total 6.0" in both, "held 10.0" in both) == (True, True)
    forget_process(folder, pids[0])
    one = run(RENDER, folder)
    assert ("things_total 6.0" in one, "held 5.0" in one) == (True, True)


def test_a_new_service_begins_with_an_empty_folder(tmp_path: Path) -> None:
    run(COUNT, shared_folder(tmp_path))
    folder = shared_folder(tmp_path)
    assert list(folder.iterdir()) == []
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["things", "held"])
def test_without_a_folder_a_process_serves_its_own(name: str) -> None:
    code = COUNT + "from jobs.telemetry.exposition import render\nprint(render(own).decode())"
    env = {key: value for key, value in os.environ.items() if key != FOLDER_VARIABLE}
    env["PYTHONPATH"] = str(Path.cwd())
    shown = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    ).stdout
    assert f"\n{name}" in shown
