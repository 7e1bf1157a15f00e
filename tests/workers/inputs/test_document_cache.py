from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from workers.inputs.document_cache import Documents


class Store:
    """A remote store that counts what is fetched from it and removes its copies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fetched: list[str] = []
        self.down = False

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        if self.down:
            raise OSError("no route")
        self.fetched.append(key)
        path = self.folder / key
        path.write_text(key)
        try:
            yield path
        finally:
            path.unlink()

    def answers(self) -> bool:
        return not self.down


def test_a_document_is_fetched_once_for_all_its_pages(tmp_path: Path) -> None:
    store = Store(tmp_path)
    documents = Documents(store)

    def read(_page: int) -> str:
        with documents.open("a") as path:
            return path.read_text()

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(read, range(20))) == {"a"}
    assert store.fetched == ["a"]
    documents.close()
    assert list(tmp_path.iterdir()) == []


def test_the_documents_used_longest_ago_are_let_go(tmp_path: Path) -> None:
    store = Store(tmp_path)
    documents = Documents(store, keep=2)
    for key in ("a", "b", "a", "c"):
        with documents.open(key):
            pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c"]
    documents.close()


def test_a_document_in_use_is_never_let_go(tmp_path: Path) -> None:
    store = Store(tmp_path)
    documents = Documents(store, keep=0)
    with documents.open("a") as path, documents.open("b"):
        documents.close()
        assert path.read_text() == "a"
    assert list(tmp_path.iterdir()) == []


def test_a_fetch_that_failed_is_retried(tmp_path: Path) -> None:
    store = Store(tmp_path)
    documents = Documents(store)
    store.down = True
    with pytest.raises(OSError, match="no route"), documents.open("a"):
        pass
    store.down = False
    with documents.open("a") as path:
        assert path.exists()
    documents.close()
