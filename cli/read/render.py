"""Results of `pagesight read` in the format asked for, and where they are written."""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from cli.read.local_reader import LocalReader, Pending
from vision.core.document import Document
from vision.export.json import dumps
from vision.export.markdown import render_markdown
from vision.export.overlay import render_overlay
from vision.export.text import render_text

EXTENSIONS = {"json": ".json", "text": ".txt", "markdown": ".md", "overlay": ".png"}

_TEXTUAL: dict[str, Callable[[Document], str]] = {
    "json": dumps,
    "text": render_text,
    "markdown": render_markdown,
}


@dataclass(frozen=True, slots=True)
class Artefact:
    """Bytes to write; `page` is set where each page has a file of its own."""

    content: bytes
    page: int | None = None


def render(document: Document, form: str, reader: LocalReader, pending: Pending) -> list[Artefact]:
    """One artefact for texts, one for each page for overlays."""
    if form != "overlay":
        text = _TEXTUAL[form](document)
        return [Artefact(f"{text.rstrip()}\n".encode())]
    return [
        Artefact(_overlay_png(document, index, reader, pending), page.number)
        for index, page in enumerate(document.pages)
    ]


def _overlay_png(document: Document, index: int, reader: LocalReader, pending: Pending) -> bytes:
    page = document.pages[index]
    decoded = reader.decode(pending, page.number).pixels
    upright = np.ascontiguousarray(np.rot90(decoded, -page.rotation // 90))  # rot90 turns left
    png = io.BytesIO()
    Image.fromarray(render_overlay(upright, page)).save(png, "PNG")
    return png.getvalue()


def write(artefacts: list[Artefact], name: str, form: str, output: Path | None) -> None:
    """Write to standard output, to the file named, or into the folder named."""
    for artefact in artefacts:
        if output is None:
            sys.stdout.buffer.write(artefact.content)
            sys.stdout.buffer.flush()
        else:
            _target(output, name, form, artefact, len(artefacts)).write_bytes(artefact.content)


def _target(output: Path, name: str, form: str, artefact: Artefact, count: int) -> Path:
    stem = "stdin" if name == "-" else Path(name).stem
    if output.is_dir():
        page = f"-p{artefact.page}" if artefact.page else ""
        return output / f"{stem}{page}{EXTENSIONS[form]}"
    if artefact.page and count > 1:
        return output.with_stem(f"{output.stem}-p{artefact.page}")
    return output
