"""Inputs of active jobs as local files."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

_KEPT = 4  # documents kept beyond those in use: a worker mostly reads pages of a few jobs


class Store(Protocol):
    """Where documents are stored (jobs/storage/blob_store.py)."""

    def local_path(self, key: str, /) -> AbstractContextManager[Path]:
        """A blob as a local file."""
        ...

    def answers(self) -> bool:
        """Whether the store is there."""
        ...


class _Document:
    def __init__(self) -> None:
        self.users = 0
        self.lock = threading.Lock()
        self.path: Path | None = None
        self.stack = ExitStack()


class Documents:
    """Keeps the latest few documents local, so that none is fetched again for each of its pages.

    `store` makes a blob a local file for the length of a `with`. Safe from many threads.
    """

    def __init__(self, store: Store, keep: int = _KEPT) -> None:
        self._store = store
        self._keep = keep
        self._documents: OrderedDict[str, _Document] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def open(self, blob: str) -> Iterator[Path]:
        """The document stored under the key `blob`, as a file that stays for the `with`."""
        document = self._take(blob)
        try:
            with document.lock:
                if document.path is None:
                    document.path = document.stack.enter_context(self._store.local_path(blob))
            yield document.path
        finally:
            with self._lock:
                document.users -= 1
            self._drop_beyond(self._keep)

    def store_answers(self) -> bool:
        """Whether the store is there, so that a document that is missing is missing alone."""
        return self._store.answers()

    def close(self) -> None:
        """Release every document that is not in use."""
        self._drop_beyond(0)

    def _take(self, blob: str) -> _Document:
        with self._lock:
            document = self._documents.setdefault(blob, _Document())
            self._documents.move_to_end(blob)
            document.users += 1
            return document

    def _drop_beyond(self, keep: int) -> None:
        with self._lock:
            idle = [blob for blob, document in self._documents.items() if not document.users]
            dropped = [self._documents.pop(blob) for blob in idle[: max(0, len(idle) - keep)]]
        for document in dropped:
            document.stack.close()
