"""LlamaIndex: a reader of documents that a running service reads. It needs `llama-index-core`."""

from collections.abc import Iterable, Mapping
from typing import Any

from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document

from integrations.pieces import Mode, opened, read_pieces
from pagesight.client import Client
from pagesight.client.uploads import JobParameters, Source

# What an embedding or a model gains nothing from.
_PLACES = ["boxes", "document", "job", "pages", "sha256", "tokens"]


class PagesightReader(BaseReader):
    """Reads a document, also for SimpleDirectoryReader: `file_extractor={".pdf": reader}`.

    `mode` is `chunks` (pieces for retrieval), `pages` or `document` (Markdown). The server and the
    key are those of the environment unless a `client` is given; `parameters` accompany each
    document, such as `{"options": {"languages": ["deu"]}}`. Raises what the client raises.
    """

    def __init__(
        self,
        *,
        client: Client | None = None,
        mode: Mode = "chunks",
        parameters: JobParameters | None = None,
    ) -> None:
        self._client = client
        self._mode = mode
        self._parameters = parameters

    def lazy_load_data(
        self,
        file: Source,
        extra_info: Mapping[str, Any] | None = None,
        **_: Any,
    ) -> Iterable[Document]:
        """Each piece as a LlamaIndex document; `extra_info` is added to its metadata."""
        with opened(self._client) as client:
            for piece in read_pieces(client, file, self._mode, self._parameters):
                yield Document(
                    id_=piece.id,
                    text=piece.text,
                    metadata={**piece.metadata, **(extra_info or {})},
                    excluded_embed_metadata_keys=list(_PLACES),
                    excluded_llm_metadata_keys=list(_PLACES),
                )
