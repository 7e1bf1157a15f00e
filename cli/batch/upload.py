"""What `pagesight batch` sends: a folder's files as one form; a ZIP or list unchanged."""

import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vision.input.media_type import SUFFIXES

_TYPES = {".zip": "application/zip", ".jsonl": "application/jsonl", ".ndjson": "application/jsonl"}
_CHUNK_BYTES = 1 << 18


class Unusable(Exception):  # noqa: N818 - says what is the matter
    """The source cannot be sent; the message is for people."""


@dataclass(frozen=True, slots=True)
class Source:
    """A folder's documents and its other files, or one file with its Content-Type."""

    path: Path
    documents: Sequence[Path]
    content_type: str | None
    skipped: Sequence[Path] = ()

    def fingerprint(self) -> str:
        """Return a digest that changes when a document of the source does."""
        digest = hashlib.sha256(os.fsencode(self.path.resolve()))
        for path in self.documents:
            found = path.stat()
            digest.update(os.fsencode(path))
            digest.update(f"\0{found.st_size}\0{found.st_mtime_ns}\0".encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Upload:
    """A request's body in pieces, and its headers and query."""

    pieces: Iterator[bytes]
    content_type: str
    query: Mapping[str, str]


def find_source(path: Path) -> Source:
    """Find the documents to send. Raises Unusable."""
    if path.is_dir():
        return _find_documents(path)
    if not path.is_file():
        raise Unusable(f"{path} does not exist")
    content_type = _TYPES.get(path.suffix.lower())
    if content_type is None:
        raise Unusable(f"{path} is neither a folder nor a .zip or .jsonl file")
    return Source(path, [path], content_type)


def _find_documents(folder: Path) -> Source:
    """Sort the files of a folder by suffix; hidden files count as neither."""
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    documents = [each for each in files if each.suffix.lower() in SUFFIXES]
    if not documents:
        raise Unusable(f"{folder} holds no document ({', '.join(sorted(SUFFIXES))})")
    others = (each for each in files if each.suffix.lower() not in SUFFIXES)
    skipped = [each for each in others if not each.name.startswith(".")]
    return Source(folder, documents, None, skipped)


def make_upload(source: Source, parameters: Mapping[str, str]) -> Upload:
    """Build the request that submits the source; files are opened one after the other."""
    if source.content_type is not None:
        return Upload(_read(source.path), source.content_type, parameters)
    boundary = secrets.token_hex(16)
    content_type = f"multipart/form-data; boundary={boundary}"
    return Upload(_form(source, parameters, boundary), content_type, {})


def _form(source: Source, parameters: Mapping[str, str], boundary: str) -> Iterator[bytes]:
    for name, value in parameters.items():
        yield f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        yield value.encode() + b"\r\n"
    for path in source.documents:
        name = _escaped(path.relative_to(source.path).as_posix())
        head = f'Content-Disposition: form-data; name="file"; filename="{name}"'
        # A name that is not UTF-8 has characters that stand for its bytes.
        yield f"--{boundary}\r\n{head}\r\n\r\n".encode("utf-8", "replace")
        yield from _read(path)
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _escaped(name: str) -> str:
    """Escape a file's name for a quoted string (RFC 9110, 5.6.4), without line breaks."""
    name = name.replace("\\", "\\\\").replace('"', '\\"')
    return name.replace("\r", " ").replace("\n", " ")


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def parameters_of(options: Mapping[str, object], priority: str) -> dict[str, str]:
    """Return the parameters as fields of a form or a query."""
    return {"options": json.dumps(options), "priority": priority}
