"""The decoder's helper process: one JSON request a line on stdin, one JSON answer a line on stdout.

Started by worker.py only. The pixels of a page go into the shared memory whose descriptor the
parent passes. From the first hostile byte on nothing this process sends is trusted: the parent
checks every answer.

It keeps the user and may read files, whose paths it is given: to limit either would take root or
another protocol.
"""

import ctypes
import json
import mmap
import os
import resource
import select
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from vision.core.errors import BadInput
from vision.core.limits import Limits
from vision.input.decode import decode_page, probe
from vision.input.sandbox.no_processes import forbid_processes
from vision.input.sandbox.page_text_codec import page_texts
from vision.input.sandbox.text_layer_codec import layer_answer

_PR_SET_NO_NEW_PRIVS = 38  # linux/prctl.h
_CLONE_NEWUSER, _CLONE_NEWNET = 0x1000_0000, 0x4000_0000  # linux/sched.h
_OPEN_FILES = 64  # the document, the fonts that PDFium opens, the pipes

Pixels = NDArray[np.uint8]
Message = dict[str, Any]


def main() -> None:
    """Confine this process, report that it is ready, then answer until the parent ends."""
    settings = json.loads(sys.argv[1])
    limits = Limits(**settings["limits"])
    _leave_network()
    shared = np.frombuffer(mmap.mmap(settings["pixels_fd"], limits.max_pixels * 3), np.uint8)
    answers = _private_stdout()
    no_processes = forbid_processes()  # before the first thread, for which it is to hold as well
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    _confine(settings["memory_bytes"])
    if not no_processes:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    _send(answers, {"ready": True})
    for line in sys.stdin.buffer:
        request = json.loads(line)
        _renew_cpu_time(settings["cpu_seconds"] * request.get("budgets", 1))
        _send(answers, _answer(request, limits, shared))


def _answer(request: Message, limits: Limits, shared: Pixels) -> Message:
    try:
        # Decoders open a file several times. By its descriptor they all get the same one, even if
        # the folder is unmounted or the file replaced in between.
        with Path(request["path"]).open("rb") as file:
            path = Path(f"/proc/self/fd/{file.fileno()}")
            if request["do"] == "probe":
                return _probed(path, limits)
            if request["do"] == "searchable_pdf":
                return _made_searchable(path, request, limits, shared)
            return _decoded(path, request, limits, shared)
    except BadInput as error:
        return {"bad_input": [error.code, error.message]}
    except MemoryError:
        return {"out_of_memory": True}
    except OSError as error:
        return {"not_readable": error.errno}


def _probed(path: Path, limits: Limits) -> Message:
    found = probe(path, limits)
    return {"media_type": found.media_type, "pages": found.pages}


def _made_searchable(path: Path, request: Message, limits: Limits, shared: Pixels) -> Message:
    # Its libraries stay out of helpers that never make one.
    from vision.input.searchable.pdf import searchable_pdf  # noqa: PLC0415

    pages = page_texts(request["pages"])
    made = searchable_pdf(path, pages, limits, archival=request["archival"])
    if len(made) > shared.size:
        raise BadInput("too_large", "The searchable PDF is too large. Ask for fewer pages.")
    shared[: len(made)] = np.frombuffer(made, np.uint8)
    return {"bytes": len(made)}


def _decoded(path: Path, request: Message, limits: Limits, shared: Pixels) -> Message:
    page = decode_page(path, request["number"], request["dpi"], limits)
    height, width, _ = page.pixels.shape
    np.copyto(shared[: page.pixels.size].reshape(page.pixels.shape), page.pixels)
    warnings = [[warning.code, warning.message] for warning in page.warnings]
    return {
        "width": width,
        "height": height,
        "dpi": page.dpi,
        "warnings": warnings,
        "text_layer": layer_answer(page.text_layer),
    }


def _private_stdout() -> BinaryIO:
    """The channel for answers, moved to a descriptor to which no C library prints."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return answers


def _send(answers: BinaryIO, message: Message) -> None:
    answers.write(json.dumps(message).encode() + b"\n")
    answers.flush()


def _exit_with_parent() -> None:
    """End at once when the parent closes its end, even in the middle of a long page.

    PR_SET_PDEATHSIG would not do: it fires when the *thread* that started us ends.
    """
    poll = select.poll()
    poll.register(0, 0)  # hang-up is always reported
    poll.poll()
    os._exit(0)


def _leave_network() -> None:
    """Move to a network namespace of its own, which has no interface, where the kernel permits.

    Only root may do so directly; others need a user namespace as well, and root does not want one:
    in it, it could not read other users' files. The kernel refuses user namespaces to processes
    with several threads, so this comes first. Containers often refuse both.
    """
    flags = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWNET | _CLONE_NEWUSER
    ctypes.CDLL(None).unshare(flags)  # a refusal changes nothing


def _confine(memory_bytes: int) -> None:
    """Bound memory; no files written, no core dumps, no new privileges."""
    for kind, bound in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (bound, bound))
    ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _renew_cpu_time(seconds: int) -> None:
    """Give the next request its own CPU time; beyond it the kernel sends SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    bound = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (bound, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
