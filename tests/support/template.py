"""Processes of the service that begin where `python -m MODULE` has imported what it needs.

A test run starts hundreds of them, and importing the service takes each a second: most of the
processor time that tests spent. A template process imports everything once, and is forked for each
process to start. Nothing else of the service has run in it, no engine and no thread of its own.

`Process` is a `subprocess.Popen` in all that tests can see, and the child's parent is the process
that started it. What depends on how Python itself starts (PYTHONPATH, a terminal, which modules are
imported) is tested with `subprocess`.
"""

import atexit
import ctypes
import functools
import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
_LARGEST_REQUEST = 128 << 10
_PRELOADED = (
    "PIL.ImageFont",
    "api.server",
    "celery.apps.worker",
    "cli.batch.command",
    "cli.keys.actions",
    "cli.keys.audit",
    "cli.main",
    "cli.models.listing",
    "cli.read.command",
    "cli.serve.api",
    "cli.serve.worker",
    "cli.webhooks.actions",
    "cv2",
    "httpcore",
    "jobs.migrations.upgrade",
    "kombu.transport.redis",
    "psycopg",
    "rich.progress",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
    "tesserocr",
    "workers.control.worker",
    "workers.pages.worker",
    "workers.tasks",
    "zxingcpp",
)
# It starts a thread when it is imported, and waits for it at the end, in a fork in vain.
_NEVER = "onnxruntime"


class Process(subprocess.Popen[Any]):
    """`python -m MODULE ...` of the service, forked from the template.

    The command begins with `sys.executable`, `-m`; without `env` it gets this process's own. Where
    the kernel is not Linux the process is started as any other.
    """

    def _execute_child(self, args: Sequence[str], *rest: Any) -> None:
        if sys.platform != "linux":  # no orphans can be adopted
            super()._execute_child(args, *rest)  # type: ignore[misc]
            return
        cwd, env, new_session = rest[4], rest[5], rest[20]
        ends = rest[9:15]  # both ends of the pipes to stdin, from stdout and from stderr
        python, flag, *words = args
        assert (python, flag) == (sys.executable, "-m"), args
        given = (ends[0], ends[3], ends[5])
        request = _Request(words, dict(env or os.environ), str(cwd or Path.cwd()), new_session)
        try:
            descriptors = [own if end == -1 else end for own, end in enumerate(given)]
            self.pid = _template().start(request, descriptors)
            self._child_created = True
        finally:
            self._close_pipe_fds(*ends)  # type: ignore[attr-defined]


def run(
    command: Sequence[str], *, timeout: float = 100, check: bool = False, **how: Any
) -> "subprocess.CompletedProcess[Any]":
    """As `subprocess.run`: `input`, and the arguments of `Popen`."""
    given = how.pop("input", None)
    if how.pop("capture_output", False):
        how |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    if given is not None:
        how["stdin"] = subprocess.PIPE
    with Process(command, **how) as process:
        try:
            out, err = process.communicate(given, timeout)
        except BaseException:
            process.kill()
            raise
    done = subprocess.CompletedProcess(command, process.returncode, out, err)
    if check:
        done.check_returncode()
    return done


class _Request(NamedTuple):
    words: list[str]
    env: dict[str, str]
    cwd: str
    new_session: bool


class _Template:
    """The process that is forked; one of each test process, started when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.template", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd=ROOT,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )

    def start(self, request: _Request, descriptors: Sequence[int]) -> int:
        """The pid of a new child of this process, which has these as 0, 1 and 2."""
        content = json.dumps(request).encode()
        assert len(content) <= _LARGEST_REQUEST, len(content)
        with self._lock:
            _adopt(orphans=True)
            try:
                socket.send_fds(self._socket, [content], descriptors)
                answer = self._socket.recv(100)
            finally:
                _adopt(orphans=False)
        assert answer, "the template of the service's processes has ended"
        return int(answer)

    def end(self) -> None:
        """Without the socket the process ends by itself."""
        self._socket.close()
        self._process.wait()


@functools.cache
def _template() -> _Template:
    template = _Template()
    atexit.register(template.end)
    return template


def _adopt(*, orphans: bool) -> None:
    """Whether children whose parent ends become this process's: the template's forks do so."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, int(orphans))


def _serve(channel: socket.socket, kept: Mapping[str, str]) -> list[str]:
    """Fork for each request until the tests end; return in each fork with the words to run."""
    while True:
        content, descriptors, _, _ = socket.recv_fds(channel, _LARGEST_REQUEST, 3)
        if not content:
            sys.exit()
        reader, writer = os.pipe()
        intermediate = os.fork()
        if intermediate == 0:
            child = os.fork()
            if child == 0:
                for each in (channel.detach(), reader, writer):
                    os.close(each)
                return _become(_Request(*json.loads(content)), descriptors, kept)
            os.write(writer, str(child).encode())
            os._exit(0)  # so the child is an orphan, which the tests' process adopts
        os.waitpid(intermediate, 0)
        channel.send(os.read(reader, 100))
        for each in (*descriptors, reader, writer):
            os.close(each)


def _become(request: _Request, descriptors: Sequence[int], kept: Mapping[str, str]) -> list[str]:
    for target, each in enumerate(descriptors):
        os.dup2(each, target)
        os.close(each)
    os.environ.clear()
    os.environ.update({**kept, **request.env})
    os.chdir(request.cwd)
    sys.path[0] = request.cwd
    if request.new_session:
        os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return request.words


def _preload() -> None:
    """Import all but what needs ONNX Runtime; the rest of such a module's imports stay loaded."""
    sys.modules[_NEVER] = None  # type: ignore[assignment]
    for name in _PRELOADED:
        try:
            import_module(name)
        except ModuleNotFoundError as error:
            if error.name != _NEVER:
                raise
    del sys.modules[_NEVER]
    gc.freeze()  # so that a collection in a fork copies no page of it


def main() -> None:
    """Import the service, then be forked; in a fork run the module as `python -m` does."""
    before = dict(os.environ)
    _preload()
    # What imports put into the environment, for programs that the service starts.
    kept = {name: value for name, value in os.environ.items() if before.get(name) != value}
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = socket.socket(fileno=int(sys.argv[1]))
    module, *words = _serve(channel, kept)
    sys.argv = [module, *words]
    sys.modules.pop(module, None)  # runpy warns of a module that is imported already
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
