"""Readings of images, kept in a file, so that no program reads the same image twice.

A reading belongs to the image's content and to the program's identity: version and, for Pagesight,
a hash of the code and of the catalogue that read. A run that was interrupted goes on; a change of
ours leaves the others' readings as they are.
"""

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import pytesseract

from benchmarks.readers import ReaderProcess

_ROOT = Path(__file__).resolve().parents[1]
_READING_CODE = ("vision", "models", "workers/engine")


@dataclass(frozen=True, slots=True)
class KeptReading:
    """What one program read on one image, and its cost in milliseconds."""

    text: str
    doubtful: tuple[str, ...]
    cpu_ms: float
    wall_ms: float
    failed: bool


Key = tuple[str, str, str]  # SHA-256 of the image's file, program, its identity


class KeptReadings:
    """Readings by image and program in a file of JSON lines; threads may share it."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._kept: dict[Key, KeptReading] = {}
        if path.exists():
            # What follows the last line break was cut off while it was written.
            whole = path.read_text().rpartition("\n")[0]
            for line in whole.split("\n") if whole else ():
                row = json.loads(line)
                key = (row.pop("sha"), row.pop("reader"), row.pop("identity"))
                self._kept[key] = KeptReading(**row | {"doubtful": tuple(row["doubtful"])})
            path.write_text(whole + "\n" if whole else "")

    def get(self, key: Key) -> KeptReading | None:
        """The reading, or None."""
        return self._kept.get(key)

    def add(self, key: Key, reading: KeptReading) -> None:
        """Keep a reading, in the file at once."""
        sha, reader, identity = key
        row = {"sha": sha, "reader": reader, "identity": identity, **asdict(reading)}
        with self._lock:
            self._kept[key] = reading
            with self._path.open("a") as file:
                file.write(json.dumps(row) + "\n")


def read_all(
    path: Path,
    others_path: Path,
    languages: str,
    readers: Sequence[ReaderProcess],
    kept: KeptReadings,
    pool: ThreadPoolExecutor,
) -> dict[str, KeptReading]:
    """What every program reads in this file, by name; what was read before is not read again.

    The other programs get `others_path`, for what they cannot open.
    """
    one = partial(_read, languages=languages, kept=kept)
    paths = [path if each.name.startswith("pagesight") else others_path for each in readers]
    answers = pool.map(one, readers, paths)
    return dict(zip((reader.name for reader in readers), answers, strict=True))


def _read(reader: ReaderProcess, path: Path, languages: str, kept: KeptReadings) -> KeptReading:
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    key = (sha, reader.name, identity_of(reader))
    known = kept.get(key)
    if known is None:
        read = reader.read(path, languages)
        known = KeptReading(
            read.text, read.doubtful, round(read.cpu_ms), round(read.wall_ms), read.failed
        )
        if not read.failed:
            kept.add(key, known)
    return known


def identity_of(reader: ReaderProcess) -> str:
    """The version of a program; Pagesight's is a hash of its reading code and catalogue."""
    if reader.name.startswith("pagesight"):
        return code_hash()
    return f"{reader.version}, tesseract {pytesseract.get_tesseract_version()}"


def code_hash(root: Path = _ROOT) -> str:
    """Twelve hex digits of the SHA-256 of all code that reads."""
    digest = hashlib.sha256()
    for folder in _READING_CODE:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in {".py", ".toml", ".json"}:
                digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def others_of(readings: Mapping[str, KeptReading]) -> list[str]:
    """The names among them that are not Pagesight's."""
    return [name for name in readings if not name.startswith("pagesight")]
