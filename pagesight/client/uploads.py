"""Documents as they are sent: paths, bytes, files that are open, and URLs."""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Literal, TypedDict

Source = str | os.PathLike[str] | bytes | IO[bytes]
Priority = Literal["interactive", "normal", "batch"]
_SCHEMES = ("http://", "https://")


class JobParameters(TypedDict, total=False):
    """What may accompany a document (docs/reference/api.md#submit-a-document)."""

    options: Mapping[str, Any]
    metadata: Mapping[str, Any]
    filename: str
    callback_url: str
    priority: Priority
    deadline_s: float
    begin_within_s: float


class BatchParameters(TypedDict, total=False):
    """What may accompany a batch (docs/how-to/batches.md)."""

    options: Mapping[str, Any]
    metadata: Mapping[str, Any]
    callback_url: str
    priority: Priority
    deadline_s: float
    begin_within_s: float


@dataclass(frozen=True, slots=True)
class BatchDocument:
    """One document of a batch. `job` reads the document of an earlier job again."""

    source: Source | None = None
    job: str | None = None
    custom_id: str | None = None
    name: str | None = None
    options: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


class LazyFile:
    """A file that is open only while it is sent, so that a batch may have thousands.

    It has what httpx asks of a file: `read`, `seek` and `tell`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = path.stat().st_size  # now, so that a missing file is reported before sending
        self._open: IO[bytes] | None = None

    def read(self, size: int = -1) -> bytes:
        """The next bytes; the file is closed at its end."""
        if self._open is None:
            self._open = self._path.open("rb")
        piece = self._open.read(size)
        if not piece:
            self.close()
        return piece

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go back to the beginning, or say how long the file is."""
        self.close()
        return self._size if whence == os.SEEK_END else offset

    def tell(self) -> int:
        """The position before anything was read."""
        return 0

    def close(self) -> None:
        """Close the file; the next read starts again."""
        if self._open is not None:
            self._open.close()
            self._open = None


def is_url(source: object) -> bool:
    """Whether the service fetches the document by itself."""
    return isinstance(source, str) and source.startswith(_SCHEMES)


def job_body(source: Source, parameters: JobParameters) -> dict[str, Any]:
    """The arguments of httpx that send one document."""
    if is_url(source):
        return {"json": {"url": source, **parameters}}
    name, file = file_of(source, parameters.get("filename"))
    rest = {key: value for key, value in parameters.items() if key != "filename"}
    return {"data": form(rest), "files": {"file": (name, file)}}


def batch_body(
    documents: Sequence[BatchDocument | Source], parameters: BatchParameters
) -> dict[str, Any]:
    """The arguments of httpx that send many documents: files, and a list of their settings."""
    files, rows = [], []
    for index, each in enumerate(documents):
        document = each if isinstance(each, BatchDocument) else BatchDocument(each)
        row = _settings(document)
        if document.job is None and not is_url(document.source):
            name, file = _part(document, index)
            files.append(("file", (name, file)))
            row["name"] = name
        rows.append(row)
    if not files:
        return _only_rows(rows, parameters)
    told = "\n".join(json.dumps(row) for row in rows if row.keys() - {"name"})
    return {"data": form({**parameters, **({"documents": told} if told else {})}), "files": files}


def archive_body(archive: Source, parameters: BatchParameters) -> dict[str, Any]:
    """The arguments of httpx that send a ZIP."""
    name, file = file_of(archive, None)
    return {"data": form(dict(parameters)), "files": {"archive": (name, file)}}


def _only_rows(rows: Sequence[Mapping[str, Any]], parameters: BatchParameters) -> dict[str, Any]:
    """A form needs a file; a list of URLs and jobs is a body of its own."""
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    return {
        "content": lines.encode(),
        "params": form(dict(parameters)),
        "headers": {"Content-Type": "application/jsonl"},
    }


def _settings(document: BatchDocument) -> dict[str, Any]:
    row: dict[str, Any] = {"job": document.job} if document.job else {}
    if is_url(document.source):
        row["url"] = document.source
    if document.custom_id is not None:
        row["custom_id"] = document.custom_id
    if document.options is not None:
        row["options"] = dict(document.options)
    if document.metadata:
        row["metadata"] = dict(document.metadata)
    return row


def _part(document: BatchDocument, index: int) -> tuple[str, Any]:
    if document.source is None:
        raise ValueError(f"document {index} of the batch has neither `source` nor `job`")
    name, file = file_of(document.source, document.name)
    return (name if document.name or name != "document" else f"document-{index}"), file


def file_of(source: Source, name: str | None) -> tuple[str, Any]:
    """The name and the file of a source that is not a URL. OSError where there is no such file."""
    if isinstance(source, bytes):
        return name or "document", BytesIO(source)
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        return name or path.name, LazyFile(path)
    found = getattr(source, "name", None)
    shown = Path(found).name if isinstance(found, str) else "document"
    # Read now, from where it stands: a request may have to be sent again.
    return name or shown, BytesIO(source.read())


def form(values: Mapping[str, Any]) -> dict[str, str]:
    """Values as fields of a form or a query: objects as JSON."""
    return {
        name: json.dumps(value) if isinstance(value, Mapping) else str(value)
        for name, value in values.items()
        if value is not None
    }


def new_key() -> str:
    """A new idempotency key."""
    return secrets.token_hex(16)
