"""Haystack: a converter of documents that a running service reads. It needs `haystack-ai`."""

import io
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from haystack import Document, component, default_from_dict, default_to_dict
from haystack.components.converters.utils import normalize_metadata
from haystack.dataclasses import ByteStream
from haystack.utils import Secret, deserialize_secrets_inplace

from integrations.pieces import Mode, read_pieces
from pagesight.client import Client, JobFailedError
from pagesight.client.uploads import JobParameters, Source

_log = logging.getLogger(__name__)


@component
class PagesightConverter:
    """Converts files to documents, in a pipeline or by `run(sources=["scan.pdf"])`.

    `mode` is `chunks` (pieces for retrieval), `pages` or `document` (Markdown); `parameters`
    accompany each file, such as `{"options": {"languages": ["deu"]}}`. A file that cannot be read
    is logged and left out, as Haystack's converters do; other errors of the client are raised.
    """

    def __init__(
        self,
        server: str | None = None,
        api_key: Secret = Secret.from_env_var("PAGESIGHT_API_KEY", strict=False),  # noqa: B008 - Haystack's way
        mode: Mode = "chunks",
        parameters: JobParameters | None = None,
    ) -> None:
        self.server = server
        self.api_key = api_key
        self.mode: Mode = mode
        self.parameters = parameters

    @component.output_types(documents=list[Document])
    def run(
        self,
        sources: list[str | Path | ByteStream],
        meta: dict[str, Any] | list[dict[str, Any]] | None = None,
    ) -> dict[str, list[Document]]:
        """The documents of all files; `meta` is added to theirs, or to those of each file."""
        additions = normalize_metadata(meta, len(sources))
        documents: list[Document] = []
        with Client(self.server, self.api_key.resolve_value()) as client:
            for source, more in zip(sources, additions, strict=True):
                documents += self._converted(client, source, more)
        return {"documents": documents}

    def to_dict(self) -> dict[str, Any]:
        """For saving a pipeline; the key itself is not in it."""
        return default_to_dict(
            self,
            server=self.server,
            api_key=self.api_key.to_dict(),
            mode=self.mode,
            parameters=self.parameters,
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "PagesightConverter":
        """For loading a pipeline."""
        deserialize_secrets_inplace(data["init_parameters"], keys=["api_key"])
        made: PagesightConverter = default_from_dict(cls, data)
        return made

    def _converted(
        self, client: Client, source: str | Path | ByteStream, more: Mapping[str, Any]
    ) -> Sequence[Document]:
        own = source.meta if isinstance(source, ByteStream) else {}
        try:
            pieces = list(read_pieces(client, _sent(source), self.mode, self.parameters))
        except JobFailedError as error:
            _log.warning("%s cannot be read and is left out: %s", _label(source), error)
            return []
        return [
            Document(id=piece.id, content=piece.text, meta={**piece.metadata, **own, **more})
            for piece in pieces
        ]


def _sent(source: str | Path | ByteStream) -> Source:
    """What the client sends; a stream keeps the name that Haystack gave it."""
    if not isinstance(source, ByteStream):
        return source
    file = io.BytesIO(source.data)
    file.name = _label(source)
    return file


def _label(source: str | Path | ByteStream) -> str:
    if isinstance(source, ByteStream):
        return str(source.meta.get("file_path") or source.meta.get("file_name") or "document")
    return str(source)
