import os
import subprocess
import sys
from pathlib import Path

import pytest

from workers.observability.process_memory import gpu_bytes, parse_gpu_rows, resident_bytes

MIB = 2**20
SMI = """#!/bin/sh
[ "$1" = --query-gpu=index,memory.used ] || exit 9
printf '0, 512\\n1, [N/A]\\n2, 40960\\n'
"""


def test_memory_of_the_process_and_of_its_children_is_counted_apart() -> None:
    before = resident_bytes()
    code = "held = bytearray(64 << 20); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        with_child = resident_bytes()
        child.communicate(b"\n")
    assert before["worker"] > 8 * MIB
    assert with_child["helpers"] - before["helpers"] >= 64 * MIB


def test_gpus_are_asked_through_nvidia_smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(SMI)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert gpu_bytes() == {"0": 512 * MIB, "2": 40960 * MIB}


@pytest.mark.parametrize("script", ["", "#!/bin/sh\nexit 3\n"])
def test_without_a_driver_that_answers_there_are_no_gpus(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if script:
        (tmp_path / "nvidia-smi").write_text(script)
        (tmp_path / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gpu_bytes() == {}


@pytest.mark.parametrize("rows", ["", "\n", "No devices were found", "0;512", "0, -1"])
def test_rows_that_are_not_figures_are_left_out(rows: str) -> None:
    assert parse_gpu_rows(rows) == {}
