"""Pages of an evaluation set with their truth, read once for each state of the reading code."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.read.local_reader import LocalReader
from jobs.settings import Settings
from vision.core.document import Page, PageReading
from vision.core.options import ReadOptions, with_profile
from vision.export.json import page_reading_from_dict, page_reading_to_dict

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as it was read, and its truth. Constants were chosen on pages of the half `even`."""

    name: str
    half: str
    page: Page
    truth: dict[str, Any]


def read_set(data: Path, name: str, profile: str, kept: Path) -> Iterator[ReadPage]:
    """Every page of the set, in the order of names; readings are kept in the folder `kept`."""
    folder = kept / f"{profile}-{reading_code()}"
    folder.mkdir(parents=True, exist_ok=True)
    truths = sorted((data / name / "gt").glob("*.json"))
    missing = [path for path in truths if not (folder / path.name).exists()]
    if missing:
        _read(data / name, missing, profile, folder)
    for number, path in enumerate(truths):
        reading = page_reading_from_dict(json.loads((folder / path.name).read_text()))
        half = "odd" if number % 2 else "even"
        yield ReadPage(path.stem, half, reading.page, json.loads(path.read_text()))


def _read(folder: Path, truths: list[Path], profile: str, kept: Path) -> None:
    options = ReadOptions(**with_profile({"profile": profile}))
    with LocalReader(Settings()) as reader:
        for path in truths:
            image = folder / json.loads(path.read_text())["image"]
            (outcome,) = reader.read(reader.open(image, options))
            assert isinstance(outcome, PageReading), f"{image}: {outcome.message}"
            (kept / path.name).write_text(json.dumps(page_reading_to_dict(outcome)))


def reading_code() -> str:
    """Twelve hex digits of the SHA-256 of the code that reads pages, which extraction is not."""
    digest = hashlib.sha256()
    for package in ("vision", "models", "workers/engine"):
        for path in sorted((_ROOT / package).rglob("*")):
            extracts = "extraction" in path.parts or "export" in path.parts
            if path.suffix in {".py", ".toml", ".json", ".onnx"} and not extracts:
                digest.update(str(path.relative_to(_ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]
