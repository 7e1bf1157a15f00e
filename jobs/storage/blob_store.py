"""Inputs and results as blobs, in a local folder or in S3, through obstore."""

import errno
import itertools
import re
import shutil
import tempfile
from collections.abc import AsyncIterable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypedDict
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from jobs.domain.errors import BlobError, NotFound
from jobs.storage.blob_keys import KEY, checked, checked_prefix
from jobs.storage.fsync import sync_files
from jobs.storage.stream_heads import chained, take_async_head, take_head
from jobs.storage.whole_file import exists, write_whole

if TYPE_CHECKING:
    from obstore.store import RetryConfig

CHUNK_BYTES = 5 * 1024 * 1024  # S3 takes no smaller part
PARTS_AT_ONCE = 2  # bounds the memory of an upload to about three chunks
READ_BYTES = 1024 * 1024
LISTED_AT_ONCE = 16  # prefixes of a remote store
MARKER = ".pagesight-blobs"  # proves that a folder is the store, not the empty place of its mount


class Blobs:
    """Blobs under validated keys; a blob is visible whole or not at all.

    Raises NotFound for a missing key, BlobError when the store refuses or is not there, ValueError
    for a key that could lead outside the store.
    """

    def __init__(self, store: ObjectStore, folder: Path | None, *, durable: bool = True) -> None:
        self._store = store
        self._folder = folder
        self._durable = durable
        self._marker = f"{folder}/{MARKER}"
        if folder is not None:
            _mark(folder)

    @property
    def is_local(self) -> bool:
        """Whether blobs are files of this machine, quick to write one after another."""
        return self._folder is not None

    @property
    def must_sync(self) -> bool:
        """Whether `sync` has anything to do: stored blobs may not be on the disk yet."""
        return self._folder is not None and self._durable

    def answers(self) -> bool:
        """Whether the store is there, so that a blob that cannot be read is alone at fault.

        A folder counts as gone while its file system is not mounted.
        """
        try:
            if self._folder is not None:
                return exists(self._marker)
            obstore.head(self._store, MARKER)
        except (NotFoundError, FileNotFoundError):
            return True
        except (BaseError, OSError):
            return False
        return True

    def put(self, key: str, data: bytes) -> None:
        """Store bytes, replacing an existing blob."""
        with self._writing(key):
            if self._folder is not None:
                write_whole(f"{self._folder}/{checked(key)}", data)
            else:
                obstore.put(self._store, checked(key), data, use_multipart=False)

    def stage(self, key: str, data: bytes) -> None:
        """Store bytes as `put` does, without asking whether the store is there.

        Call `require` before, and again before anything names the blob: once for many blobs.
        """
        if self._folder is None:
            self.put(key, data)
            return
        try:
            write_whole(f"{self._folder}/{checked(key)}", data)
        except OSError as error:
            raise BlobError(error.errno, f"the blob store refused {key}: {error}") from error

    def require(self) -> None:
        """Raise BlobError where the folder of blobs is not there, for instance not mounted."""
        if self._folder is not None and not self.answers():
            raise _away(self._folder)

    def put_stream(self, key: str, source: Iterable[bytes]) -> None:
        """Store what `source` yields; nothing is left behind when it raises."""
        chunks = iter(source)
        head, more = take_head(chunks, CHUNK_BYTES)
        if not more:
            self.put(key, head)
            return
        with self._writing(key):
            parts = itertools.chain([head], chunks)
            obstore.put(self._store, checked(key), parts, **_MULTIPART)

    async def aput_stream(self, key: str, source: AsyncIterable[bytes]) -> None:
        """Do the same for an asynchronous source."""
        chunks = aiter(source)
        head, more = await take_async_head(chunks, CHUNK_BYTES)
        with self._writing(key):
            if more:
                parts = chained(head, chunks)
                await obstore.put_async(self._store, checked(key), parts, **_MULTIPART)
            else:
                await obstore.put_async(self._store, checked(key), head, use_multipart=False)

    def sync(self, keys: Sequence[str]) -> None:
        """Return once these blobs survive a power loss; call it before rows that name them.

        A remote store guarantees it with each response.
        """
        if self._folder is None or not self._durable or not keys:
            return
        try:
            sync_files(self._folder, [checked(key) for key in keys])
        except OSError as error:  # also when the blob was deleted meanwhile
            message = f"the blob store cannot be written out: {error}"
            raise BlobError(error.errno, message) from error

    def get(self, key: str) -> bytes:
        """Return a whole blob."""
        with self._translated(key):
            return bytes(obstore.get(self._store, checked(key)).bytes())

    def get_range(self, key: str, start: int, length: int) -> bytes:
        """Return a part of a blob."""
        with self._translated(key):
            return bytes(obstore.get_range(self._store, checked(key), start=start, length=length))

    def stream(self, key: str) -> Iterator[bytes]:
        """Yield a blob in pieces of about 1 MiB."""
        with self._translated(key):
            blob = obstore.get(self._store, checked(key))
            yield from (bytes(piece) for piece in blob.stream(min_chunk_size=READ_BYTES))

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """A read-only file with the blob's bytes: the blob itself in a local store, else a copy."""
        if self._folder is not None:
            file = self._folder / checked(key)
            with self._translated(key):
                file.lstat()
            yield file
            return
        with tempfile.NamedTemporaryFile(prefix="pagesight-") as copy:
            for piece in self.stream(key):
                copy.write(piece)
            copy.flush()
            yield Path(copy.name)

    def copy(self, key: str, to: str) -> None:
        """Copy the blob `key` to another key."""
        with self._writing(key):
            obstore.copy(self._store, checked(key), checked(to))

    def list(self, prefix: str) -> Sequence[str]:
        """Return the keys under a prefix that ends with `/`, sorted."""
        with self._translated(prefix):
            found = obstore.list(self._store, checked_prefix(prefix))
            return sorted(blob["path"] for batch in found for blob in batch)

    def prefixes(self, prefix: str) -> Sequence[str]:
        """Return the prefixes directly under a prefix, each ending with `/`, sorted.

        Names that no key of this store has are left out: somebody else wrote them.
        """
        with self._translated(prefix):
            found = obstore.list_with_delimiter(self._store, checked_prefix(prefix))
            ours = filter(KEY.fullmatch, found["common_prefixes"])
            return sorted(f"{each}/" for each in ours)

    def delete_prefix(self, prefix: str) -> None:
        """Delete everything under a prefix that ends with `/`; nothing there is no error."""
        self.delete_prefixes([prefix])

    def delete_prefixes(self, prefixes: Sequence[str]) -> None:
        """Do the same for many prefixes; a remote store is asked for many at once."""
        if self._folder is not None:
            for prefix in prefixes:
                self._delete_folder(prefix)
        elif prefixes:
            with ThreadPoolExecutor(min(LISTED_AT_ONCE, len(prefixes)), "list") as pool:
                keys = [key for listed in pool.map(self.list, prefixes) for key in listed]
            with self._translated(prefixes[0]):
                if keys:
                    obstore.delete(self._store, keys)  # a thousand to a request on S3

    def _delete_folder(self, prefix: str) -> None:
        assert self._folder is not None
        # What a killed writer left unfinished is not listed, but must go with the rest.
        try:
            if not self.answers():
                raise _away(self._folder)
            shutil.rmtree(self._folder / checked_prefix(prefix), onerror=_unless_gone)
        except OSError as error:
            message = f"blobs under {prefix} cannot be deleted: {error}"
            raise BlobError(error.errno, message) from error

    @contextmanager
    def _writing(self, key: str) -> Iterator[None]:
        """Refuse to write where the store is not mounted: the blob would be hidden later."""
        if self._folder is not None and not self.answers():
            raise _away(self._folder)
        with self._translated(key):
            yield

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError) as error:
            if self._folder is not None and not self.answers():
                raise _away(self._folder) from error
            if isinstance(error, NotFoundError | FileNotFoundError):
                raise NotFound(f"no blob {key}") from error
            raise BlobError(_errno(error), f"the blob store refused {key}: {error}") from error


def _mark(folder: Path) -> None:
    try:
        (folder / MARKER).touch(mode=0o600)
    except OSError as error:
        raise BlobError(error.errno, f"the folder of blobs cannot be written: {error}") from error


def _away(folder: Path) -> BlobError:
    message = f"the folder of blobs, {folder}, has lost its file {MARKER}: is it mounted?"
    return BlobError(errno.ENODEV, message)


def _unless_gone(_call: object, _path: str, failed: tuple[Any, BaseException, object]) -> None:
    """Ignore what another process has deleted; raise anything else."""
    if not isinstance(failed[1], FileNotFoundError):
        raise failed[1]


def open_blobs(url: str, *, durable: bool = True) -> Blobs:
    """Open the blob store at `file:///folder` or `s3://bucket/prefix`.

    S3 takes its credentials and endpoint from the usual AWS_ variables. Without `durable`, `sync`
    leaves it to the operating system when files reach the disk.
    """
    if not url.startswith("file:"):
        return Blobs(from_url(url, retry_config=_RETRIES), None)
    folder = Path(unquote(urlsplit(url).path))
    store = LocalStore(folder, mkdir=True, automatic_cleanup=True)
    return Blobs(store, folder, durable=durable)


# Shorter than the library's three minutes: a page waits in the ledger, not in a worker.
_RETRIES: "Final[RetryConfig]" = {"max_retries": 5, "retry_timeout": timedelta(seconds=15)}


class _Multipart(TypedDict):
    chunk_size: int
    max_concurrency: int


_MULTIPART: Final[_Multipart] = {"chunk_size": CHUNK_BYTES, "max_concurrency": PARTS_AT_ONCE}


def _errno(error: BaseError | OSError) -> int:
    """The operating system's error number, which obstore reports only in its text."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    found = re.search(r"os error (\d+)", str(error))
    return int(found[1]) if found else errno.EIO
