"""LangChain: a loader of documents that a running service reads. It needs `langchain-core`."""

from collections.abc import Iterator

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document

from integrations.pieces import Mode, opened, read_pieces
from pagesight.client import Client
from pagesight.client.uploads import JobParameters, Source


class PagesightLoader(BaseLoader):
    """Loads one document or several: `PagesightLoader("scan.pdf").load()`.

    `mode` is `chunks` (pieces for retrieval), `pages` or `document` (Markdown). The server and the
    key are those of the environment unless a `client` is given; `parameters` accompany each
    document, such as `{"options": {"languages": ["deu"]}}`. Raises what the client raises.
    """

    def __init__(
        self,
        sources: Source | list[Source] | tuple[Source, ...],
        *,
        client: Client | None = None,
        mode: Mode = "chunks",
        parameters: JobParameters | None = None,
    ) -> None:
        self._sources = list(sources) if isinstance(sources, (list, tuple)) else [sources]
        self._client = client
        self._mode = mode
        self._parameters = parameters

    def lazy_load(self) -> Iterator[Document]:
        """Each piece as a LangChain document, source by source."""
        with opened(self._client) as client:
            for source in self._sources:
                for piece in read_pieces(client, source, self._mode, self._parameters):
                    yield Document(piece.text, id=piece.id, metadata=dict(piece.metadata))
