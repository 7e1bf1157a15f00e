"""The programs under comparison, each in a process of its own, asked one page at a time."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.reader_child import FoundWord
from vision.engines.tessdata import find_tessdata

_ROOT = Path(__file__).resolve().parents[1]
OTHERS = ("pytesseract", "tesserocr", "ocrmypdf", "rapidocr")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a program read on one page, and what that cost."""

    text: str
    words: tuple[FoundWord, ...]
    wall_ms: float
    cpu_ms: float
    peak_mb: float
    failed: bool = False
    doubtful: tuple[str, ...] = ()


class ReaderProcess:
    """One program, loaded once; `python` is its environment's interpreter."""

    def __init__(self, name: str, python: Path, log: Path) -> None:
        self.name = name
        self._python = python
        self._log = log.open("ab")
        self._start()

    def read(self, path: Path, languages: str) -> Reading:
        """Read one image file; a program that ends is started anew, and has read nothing.

        Raises RuntimeError where it does not start.
        """
        assert self._process.stdin is not None
        began = time.perf_counter()
        self._process.stdin.write(json.dumps({"path": str(path), "languages": languages}) + "\n")
        self._process.stdin.flush()
        answer = self._answer()
        if answer is None:
            milliseconds = (time.perf_counter() - began) * 1000
            self._process.communicate()
            self._start()
            return Reading("", (), milliseconds, milliseconds, 0.0, failed=True)
        words = tuple(tuple(word) for word in answer.pop("words"))
        return Reading(words=words, doubtful=tuple(answer.pop("doubtful")), **answer)

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [str(self._python), "-P", "-m", "benchmarks.reader_child", self.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=_ROOT,
            env={
                **os.environ,
                "PYTHONPATH": str(_ROOT),
                "OMP_THREAD_LIMIT": "1",
                "TESSDATA_PREFIX": str(find_tessdata(None)),
            },
            text=True,
        )
        answer = self._answer()
        if answer is None:
            raise RuntimeError(f"{self.name} does not start; {self._log.name} says why")
        self.version: str = answer["version"]

    def _answer(self) -> dict[str, Any] | None:
        """What the program says next; None where it ended."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        answer: dict[str, Any] | None = json.loads(line) if line else None
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()
        self._log.close()


def python_of(name: str, others: Path | None) -> Path | None:
    """The interpreter that runs this program: ours, or the other environment's; None without it."""
    if name.startswith("pagesight"):
        return Path(sys.executable)
    return others / "bin" / "python" if others else None
