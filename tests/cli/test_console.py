import subprocess
import sys

import pytest

from cli.console import counted, plain
from tests.support.patience import PATIENCE_S


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "0 files"), (1, "1 file"), (2, "2 files"), (1000, "1000 files")]
)
def test_a_noun_agrees_with_its_number(number: int, expected: str) -> None:
    assert counted(number, "file") == expected


def test_an_irregular_noun_brings_its_own_plural() -> None:
    assert counted(1, "delivery", "deliveries") == "1 delivery"
    assert counted(0, "delivery", "deliveries") == "0 deliveries"


def test_text_from_outside_cannot_control_the_terminal() -> None:
    assert plain("a\x1b[2Jb\nc") == "a\ufffd[2Jb\ufffdc"


@pytest.mark.parametrize("stream", ["out", "err"])
def test_a_long_line_in_a_frame_or_table_stays_whole_where_there_is_no_terminal(
    stream: str,
) -> None:
    program = (
        f"from cli.console import {stream} as console\n"
        "from rich.panel import Panel; from rich.table import Table\n"
        "path = '/' + 'folder with blanks/' * 100 + 'api-key'\n"
        "table = Table('check', 'result', box=None); table.add_row('key', path)\n"
        "console.print(path); console.print(Panel.fit(path)); console.print(table)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    path = "/" + "folder with blanks/" * 100 + "api-key"
    assert sum(path in line for line in (ran.stdout + ran.stderr).splitlines()) == 3


def test_a_reader_that_closes_the_pipe_early_does_not_stop_the_command() -> None:
    program = (
        "import sys, time; from cli.console import err, out\n"
        "out.print('first'); sys.stdin.readline()\n"
        "for _ in range(3): out.print('x' * 100_000)\n"
        "err.print('done')"
    )
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "first\n"
    process.stdout.close()
    process.stdin.write("go on\n")
    process.stdin.close()
    assert process.stderr is not None
    assert process.stderr.read() == "done\n"
    process.stderr.close()
    assert process.wait(PATIENCE_S) == 0
