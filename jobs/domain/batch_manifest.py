"""The documents of a batch as JSON Lines, stored between its acceptance and its expansion.

Written when a batch is accepted, read when it is expanded; never changed in between.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class BatchDocument:
    """A document: stored with the batch unless `url` or `job_id` says where it comes from.

    For an archive this describes the entry `name`. `options` are complete, or None for those of the
    batch. For a retry, `blob` is the key of the document, and `retry_of` the job whose finished
    pages are kept.
    """

    custom_id: str | None = None
    name: str | None = None
    url: str | None = None
    job_id: str | None = None
    blob: str | None = None
    retry_of: str | None = None
    sha256: str | None = None
    size: int | None = None
    options: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def line(self) -> bytes:
        """This as one line of JSON."""
        given = {name: value for name, value in asdict(self).items() if value not in (None, {})}
        return json.dumps(given, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def read_documents(pieces: Iterable[bytes]) -> Iterator[BatchDocument]:
    """Yield the documents of a stored list, a line in memory at a time."""
    for line in split_lines(pieces):
        yield BatchDocument(**json.loads(line))


def split_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a text that comes in pieces, without their ends; blank ones too."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
    if rest:
        yield rest


class CustomIds:
    """Gives each document of a batch a name that no other of it has."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def claim(self, wanted: str | None, index: int) -> str:
        """Return the wanted name, with the document's index after it where it is taken."""
        name = wanted or f"document-{index}"
        while name in self._taken:
            name = f"{name}#{index}"
        self._taken.add(name)
        return name
