"""The commands that the documentation shows, and a shell that runs them as printed.

A command block is indented by four spaces, or fenced without a language. A comment before it says
that it is not run, which test runs it, or that each of its commands goes on until Ctrl-C:

    <!-- not run: REASON -->
    <!-- run by: tests/... -->
    <!-- until interrupted -->
"""

import json
import os
import re
import selectors
import shlex
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.support import template
from tests.support.command_line import invoke

ROOT = Path(__file__).parents[2]
_MARK = re.compile(r"<!-- (not run|run by|until interrupted)(?:: (.+?))? -->$")
_COMMANDS = frozenset(
    {
        "apt-get", "aws", "chown", "cp", "curl", "docker", "export", "grep", "install", "kubectl",
        "make", "npm", "ocrmypdf", "openssl", "pagesight", "pg_dump", "pg_restore", "pip",
        "promtool", "python", "python3", "sqlite3", "sudo",
    }
)  # fmt: skip
# Programs by their paths, and programs after assignments: KEY=$(...), SETTING=value pagesight.
_PROGRAM = re.compile(
    r"\.(?:venv|training)/bin/(\w+)|[A-Z]+=(?:\S*\$\(|job_)|PAGESIGHT_\w+=\S+ (\w+)"
)
_ADDRESS = re.compile(r"(?:http://127\.0\.0\.1|(?<=\s)localhost):8765")
_PORT = re.compile(r"(--port) \d+")
_ASSIGNED = re.compile(r"[A-Z_]+=")
_JOB = re.compile(r"job_01\w*\.\.\.")


class Block(NamedTuple):
    """Lines that stand together on a page; `mark` is what the comment before them says."""

    page: str
    line: int
    text: str
    mark: tuple[str, str] | None


def blocks_of(path: Path) -> list[Block]:
    """The blocks of a page that are indented, or fenced without a language, in their order."""
    page = path.relative_to(ROOT).as_posix()
    return [Block(page, *each) for each in _blocks(path.read_text(encoding="utf-8").splitlines())]


def command_blocks(path: Path) -> list[Block]:
    """The blocks that hold commands."""
    return [block for block in blocks_of(path) if is_command(block.text)]


def example(path: Path, beginning: str) -> str:
    """The one block of a page that begins so."""
    (found,) = (block.text for block in blocks_of(path) if block.text.startswith(beginning))
    return found


def is_command(text: str) -> bool:
    """Whether a block begins with a program that is run."""
    found = _PROGRAM.match(text)
    return text.split(maxsplit=1)[0] in _COMMANDS or found is not None


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, str, tuple[str, str] | None]]:
    mark: tuple[str, str] | None = None
    fence: str | None = None
    held: list[str] = []
    for number, line in enumerate([*lines, ""], 1):
        fenced, indented = line.startswith("```"), line.startswith("    ")
        if held and (fenced if fence is not None else not indented):
            yield number - len(held), "\n".join(held), mark
            held, mark = [], None
        if fenced:
            fence = None if fence is not None else line[3:]
        elif fence == "" or (fence is None and indented):
            held.append(line if fence == "" else line[4:])
        elif found := _MARK.match(line):
            mark = (found[1], found[2] or "")
        elif line:
            mark = None


def filled(text: str, url: str) -> str:
    """The commands with what a reader fills in: the address, a job's id, and `curl ...`."""
    text = re.sub(
        r"^curl \.\.\. (.*) \.\.\.$",
        r'curl -H "Authorization: Bearer $KEY" -F file=@scan.pdf \1 http://127.0.0.1:8765/v1/jobs',
        text,
        flags=re.MULTILINE,
    )
    text = re.sub(r"^curl \.\.\.", 'curl -H "Authorization: Bearer $KEY"', text, flags=re.MULTILINE)
    text = text.replace("https://example.com/", "file://$PWD/")
    return _JOB.sub("$JOB", _ADDRESS.sub(url, text))


class Shell:
    """Bash in a folder. `pagesight` runs in this process, which saves the start of each.

    curl fails where the server refuses.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        programs = folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        self._folder = folder
        self._address = str(folder / ".commands")
        _write_program(programs / "pagesight", _CALLER.format(sys.executable, self._address))
        _write_program(programs / "python", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        (folder / ".curlrc").write_text("fail-with-body\nno-progress-meter\n")
        path = f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        self._environment = {
            **os.environ, **environment, "PATH": path, "CURL_HOME": str(folder)
        }  # fmt: skip

    def run(self, text: str) -> "subprocess.CompletedProcess[bytes]":
        """Run commands until one fails; the left side of `&&` may."""
        command = ["bash", "-xeuo", "pipefail", "-c", f"{text}\ntrue"]
        output = (self._folder / ".output").open("w+b")
        listener = socket.socket(socket.AF_UNIX)
        with output, listener:
            listener.bind(self._address)
            listener.listen()
            with subprocess.Popen(
                command, cwd=self._folder, env=self._environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT,
            ) as bash:  # fmt: skip
                _serve(listener, bash)
            Path(self._address).unlink()
            output.seek(0)
            return subprocess.CompletedProcess(command, bash.returncode, output.read(), b"")

    def run_until_output(self, line: str) -> tuple[int, str]:
        """Start one command, interrupt it once it has printed something; its exit code."""
        words = shlex.split(_PORT.sub(r"\1 0", line), comments=True)
        given = dict(word.split("=", 1) for word in words if _ASSIGNED.match(word))
        command = [sys.executable, "-m", "cli.main", *words[len(given) + 1 :]]
        with template.Process(
            command, cwd=self._folder, env={**self._environment, **given},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            first = process.stdout.readline()
            process.send_signal(signal.SIGINT)
            output = first + process.stdout.read()
        return process.returncode, output.decode()


def _serve(listener: socket.socket, bash: "subprocess.Popen[bytes]") -> None:
    """Answer the calls of `pagesight` until the shell has ended."""
    ended = os.pidfd_open(bash.pid)
    try:
        with selectors.DefaultSelector() as waiting:
            waiting.register(listener, selectors.EVENT_READ)
            waiting.register(ended, selectors.EVENT_READ)
            while all(key.fileobj is not ended for key, _ in waiting.select()):
                with listener.accept()[0] as caller, caller.makefile("rwb") as stream:
                    stream.write(json.dumps(_call(json.loads(stream.readline()))).encode() + b"\n")
    finally:
        os.close(ended)


def _call(request: dict[str, Any]) -> dict[str, object]:
    """Run the command as `pagesight` does, with the folder and the environment of the caller."""
    ran = invoke(
        request["words"],
        Path(request["folder"]),
        stdin=request["stdin"].encode("latin-1"),
        env=request["environment"],
    )
    out, err = ran.stdout.decode("latin-1"), ran.stderr.decode("latin-1")
    return {"code": ran.returncode, "out": out, "err": err}


_CALLER = """#!{} -IS
import json, os, socket, sys
given = sys.stdin.buffer.read() if "-" in sys.argv[1:] else b""
caller = socket.socket(socket.AF_UNIX)
caller.connect({!r})
stream = caller.makefile("rwb")
wanted = {{"words": sys.argv[1:], "folder": os.getcwd(), "stdin": given.decode("latin-1")}}
wanted["environment"] = {{k: v for k, v in os.environ.items() if k.startswith("PAGESIGHT_")}}
stream.write(json.dumps(wanted).encode() + b"\\n")
stream.flush()
done = json.loads(stream.readline())
sys.stderr.buffer.write(done["err"].encode("latin-1"))
sys.stdout.buffer.write(done["out"].encode("latin-1"))
sys.exit(done["code"])
"""


def _write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
