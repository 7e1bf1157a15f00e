"""The documents that `pagesight read` is given: files, folders, standard input."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vision.input.media_type import SUFFIXES

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Input:
    """A document: its name for messages, and where its result goes within a folder of results.

    `place` has no extension; for documents of a folder it has the folders below that one.
    """

    name: str
    place: Path


def find_inputs(names: Sequence[str]) -> list[Input]:
    """The documents of each file or folder, in order. A folder's hidden files are skipped."""
    return [each for name in names for each in _of(name)]


def _of(name: str) -> list[Input]:
    if name == STDIN:
        return [Input(name, Path("stdin"))]
    path = Path(name)
    if not path.is_dir():
        return [Input(name, Path(path.stem))]
    return [Input(str(file), file.relative_to(path).with_suffix("")) for file in documents_in(path)]


def documents_in(folder: Path, apart_from: Path | None = None) -> list[Path]:
    """Images and PDFs of a folder and below it, in order; what is hidden is skipped."""
    found = []
    for root, folders, files in os.walk(folder):
        here = Path(root)
        folders[:] = sorted(
            each for each in folders if not each.startswith(".") and here / each != apart_from
        )
        names = (each for each in files if not each.startswith("."))
        found += [here / each for each in sorted(names) if Path(each).suffix.lower() in SUFFIXES]
    return found
