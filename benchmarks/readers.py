"""The programs under comparison, each in a process of its own, asked one page at a time."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.reader_child import FoundWord
from vision.tessdata import find_tessdata

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


class ReaderProcess:
    """One program, loaded once; `python` is its environment's interpreter."""

    def __init__(self, name: str, python: Path, log: Path) -> None:
        self.name = name
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [str(python), "-P", "-m", "benchmarks.reader_child", name],
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
        self.version: str = self._answer()["version"]

    def read(self, path: Path, languages: str) -> Reading:
        """Read one image file. Raises RuntimeError where the program fell over."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"path": str(path), "languages": languages}) + "\n")
        self._process.stdin.flush()
        answer = self._answer()
        words = tuple(tuple(word) for word in answer.pop("words"))
        return Reading(words=words, **answer)

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended; {self._log.name} says why")
        answer: dict[str, Any] = json.loads(line)
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
