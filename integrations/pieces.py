"""Documents read by a running service, as pieces of text for retrieval frameworks.

Metadata values are text and numbers, which every vector store can keep: lists are written as JSON.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any, Final, Literal, NamedTuple

from pagesight.client import Client, Document
from pagesight.client.uploads import JobParameters, Source

Mode = Literal["chunks", "pages", "document"]
MODES: Final = ("chunks", "pages", "document")


class Piece(NamedTuple):
    """A text with its metadata, and an id that is the same whenever the same file is read."""

    id: str
    text: str
    metadata: Mapping[str, str | int]


@contextmanager
def opened(client: Client | None) -> Iterator[Client]:
    """The client that was given, or one of the environment's settings, closed at the end."""
    if client is not None:
        yield client
        return
    with Client() as own:
        yield own


def read_pieces(
    client: Client, source: Source, mode: Mode, parameters: JobParameters | None = None
) -> Iterator[Piece]:
    """Have a document read, and cut it up: a piece for each chunk, each page, or the whole.

    Raises ValueError for an unknown mode, JobFailedError and what the client raises else.
    """
    if mode not in MODES:
        raise ValueError(f"There is no mode {mode!r}; choose one of {', '.join(MODES)}.")
    job = client.jobs.submit(source, **(parameters or {}))
    client.jobs.wait(job.id)
    about: dict[str, str | int] = {"source": _name(source), "job": job.id}
    if mode == "chunks":
        yield from _chunks(client.jobs.export(job.id, "chunks"), about)
    elif mode == "pages":
        yield from _pages(client.jobs.result(job.id), about)
    else:
        text = client.jobs.export(job.id, "markdown").decode()
        document = client.jobs.result(job.id).document
        whole = {**about, "document": document.sha256, "pages": document.pages}
        yield Piece(document.sha256[:16], text, whole)


def _chunks(lines: bytes, about: Mapping[str, str | int]) -> Iterator[Piece]:
    for line in lines.splitlines():
        chunk: dict[str, Any] = json.loads(line)
        yield Piece(
            chunk["id"],
            chunk["text"],
            {
                **about,
                "document": chunk["document"],
                "kind": chunk["kind"],
                "headings": " > ".join(chunk["headings"]),
                "page": chunk["pages"][0],
                "pages": json.dumps(chunk["pages"]),
                "boxes": json.dumps(chunk["boxes"]),
                "tokens": chunk["tokens"],
                "sha256": chunk["sha256"],
            },
        )


def _pages(document: Document, about: Mapping[str, str | int]) -> Iterator[Piece]:
    sha256 = document.document.sha256
    for page in document.pages:
        metadata = {**about, "document": sha256, "page": page.number}
        yield Piece(f"{sha256[:16]}-p{page.number}", page.text, metadata)


def _name(source: Source) -> str:
    """What the source is called: its path or address, or the name of an open file."""
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)
    return PurePath(str(getattr(source, "name", "document"))).name
