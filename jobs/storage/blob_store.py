"""Inputs and results as blobs, in a local folder or in S3, through obstore."""

import errno
import itertools
import re
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol, TypedDict
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from jobs.domain.errors import BlobError, NotFound
from jobs.storage.fsync import sync_files
from jobs.storage.stream_heads import chained, take_async_head, take_head

CHUNK_BYTES = 5 * 1024 * 1024  # S3 takes no smaller part
PARTS_AT_ONCE = 2  # bounds the memory of an upload to about three chunks
READ_BYTES = 1024 * 1024
LISTED_AT_ONCE = 16  # prefixes of a remote store


class Owned(Protocol):
    """Something that blobs are stored under: a job or a batch."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def tenant(self) -> str:
        """The tenant's name."""


def job_prefix(tenant: str, job_id: str) -> str:
    """Return the prefix of everything stored for a job."""
    return f"tenants/{tenant}/jobs/{job_id}/"


def batch_prefix(tenant: str, batch_id: str) -> str:
    """Return the prefix of what was submitted for a batch as a whole."""
    return f"tenants/{tenant}/batches/{batch_id}/"


def documents_key(batch: Owned) -> str:
    """Return the key of a batch's list of documents, JSON Lines."""
    return batch_prefix(batch.tenant, batch.id) + "documents.jsonl"


def archive_key(batch: Owned) -> str:
    """Return the key of the archive that a batch was submitted as."""
    return batch_prefix(batch.tenant, batch.id) + "archive.zip"


def input_key(job: Owned) -> str:
    """Return the key of a job's input."""
    return job_prefix(job.tenant, job.id) + "input"


def result_key(job: Owned) -> str:
    """Return the key of a job's result."""
    return job_prefix(job.tenant, job.id) + "result.json"


class Blobs:
    """Blobs under validated keys; a blob is visible whole or not at all.

    Raises NotFound for a missing key, BlobError when the store refuses, ValueError for a key that
    could lead outside the store.
    """

    def __init__(self, store: ObjectStore, folder: Path | None, *, durable: bool = True) -> None:
        self._store = store
        self._folder = folder
        self._durable = durable

    @property
    def is_local(self) -> bool:
        """Whether blobs are files of this machine, quick to write one after another."""
        return self._folder is not None

    @property
    def must_sync(self) -> bool:
        """Whether `sync` has anything to do: stored blobs may not be on the disk yet."""
        return self._folder is not None and self._durable

    def put(self, key: str, data: bytes) -> None:
        """Store bytes, replacing an existing blob."""
        with _translated(key):
            if self._folder is not None:
                _write_file(self._folder / _checked(key), data)
            else:
                obstore.put(self._store, _checked(key), data, use_multipart=False)

    def put_stream(self, key: str, source: Iterable[bytes]) -> None:
        """Store what `source` yields; nothing is left behind when it raises."""
        chunks = iter(source)
        head, more = take_head(chunks, CHUNK_BYTES)
        if not more:
            self.put(key, head)
            return
        with _translated(key):
            parts = itertools.chain([head], chunks)
            obstore.put(self._store, _checked(key), parts, **_MULTIPART)

    async def aput_stream(self, key: str, source: AsyncIterable[bytes]) -> None:
        """Do the same for an asynchronous source."""
        chunks = aiter(source)
        head, more = await take_async_head(chunks, CHUNK_BYTES)
        with _translated(key):
            if more:
                parts = chained(head, chunks)
                await obstore.put_async(self._store, _checked(key), parts, **_MULTIPART)
            else:
                await obstore.put_async(self._store, _checked(key), head, use_multipart=False)

    def sync(self, keys: Sequence[str]) -> None:
        """Return once these blobs survive a power loss; call it before rows that name them.

        A remote store guarantees it with each response.
        """
        if self._folder is None or not self._durable or not keys:
            return
        try:
            sync_files(self._folder, [_checked(key) for key in keys])
        except OSError as error:  # also when the blob was deleted meanwhile
            message = f"the blob store cannot be written out: {error}"
            raise BlobError(error.errno, message) from error

    def get(self, key: str) -> bytes:
        """Return a whole blob."""
        with _translated(key):
            return bytes(obstore.get(self._store, _checked(key)).bytes())

    def get_range(self, key: str, start: int, length: int) -> bytes:
        """Return a part of a blob."""
        with _translated(key):
            return bytes(obstore.get_range(self._store, _checked(key), start=start, length=length))

    def stream(self, key: str) -> Iterator[bytes]:
        """Yield a blob in pieces of about 1 MiB."""
        with _translated(key):
            blob = obstore.get(self._store, _checked(key))
            yield from (bytes(piece) for piece in blob.stream(min_chunk_size=READ_BYTES))

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """A read-only file with the blob's bytes: the blob itself in a local store, else a copy."""
        if self._folder is not None:
            file = self._folder / _checked(key)
            if not file.is_file():
                raise NotFound(f"no blob {key}")
            yield file
            return
        with tempfile.NamedTemporaryFile(prefix="pagesight-") as copy:
            for piece in self.stream(key):
                copy.write(piece)
            copy.flush()
            yield Path(copy.name)

    def copy(self, key: str, to: str) -> None:
        """Copy the blob `key` to another key."""
        with _translated(key):
            obstore.copy(self._store, _checked(key), _checked(to))

    def list(self, prefix: str) -> Sequence[str]:
        """Return the keys under a prefix that ends with `/`, sorted."""
        with _translated(prefix):
            found = obstore.list(self._store, _checked_prefix(prefix))
            return sorted(blob["path"] for batch in found for blob in batch)

    def prefixes(self, prefix: str) -> Sequence[str]:
        """Return the prefixes directly under a prefix, each ending with `/`, sorted.

        Names that no key of this store has are left out: somebody else wrote them.
        """
        with _translated(prefix):
            found = obstore.list_with_delimiter(self._store, _checked_prefix(prefix))
            ours = filter(_KEY.fullmatch, found["common_prefixes"])
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
            with _translated(prefixes[0]):
                if keys:
                    obstore.delete(self._store, keys)  # a thousand to a request on S3

    def _delete_folder(self, prefix: str) -> None:
        assert self._folder is not None
        # What a killed writer left unfinished is not listed, but must go with the rest.
        try:
            shutil.rmtree(self._folder / _checked_prefix(prefix), onerror=_unless_gone)
        except OSError as error:
            message = f"blobs under {prefix} cannot be deleted: {error}"
            raise BlobError(error.errno, message) from error


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
        return Blobs(from_url(url), None)
    folder = Path(unquote(urlsplit(url).path))
    store = LocalStore(folder, mkdir=True, automatic_cleanup=True)
    return Blobs(store, folder, durable=durable)


_KEY = re.compile(r"[\w.@+=-]+(/[\w.@+=-]+)*", re.ASCII)


class _Multipart(TypedDict):
    chunk_size: int
    max_concurrency: int


_MULTIPART: Final[_Multipart] = {"chunk_size": CHUNK_BYTES, "max_concurrency": PARTS_AT_ONCE}


def _checked(key: str) -> str:
    if _KEY.fullmatch(key) is None or {".", ".."} & set(key.split("/")):
        raise ValueError(f"not a blob key: {key!r}")
    return key


def _checked_prefix(prefix: str) -> str:
    if not prefix.endswith("/"):
        raise ValueError(f"a prefix of blobs ends with a slash: {prefix!r}")
    return _checked(prefix[:-1]) + "/"


@contextmanager
def _translated(key: str) -> Iterator[None]:
    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        raise NotFound(f"no blob {key}") from error
    except (BaseError, OSError) as error:
        raise BlobError(_errno(error), f"the blob store refused {key}: {error}") from error


def _errno(error: BaseError | OSError) -> int:
    """The operating system's error number, which obstore reports only in its text."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    found = re.search(r"os error (\d+)", str(error))
    return int(found[1]) if found else errno.EIO


def _write_file(file: Path, data: bytes) -> None:
    """Write a file that is seen whole or not at all; obstore's hop to its threads costs as much.

    The name of the part is one that obstore's listing leaves out: its own end in # and a number.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}#{secrets.randbits(63)}")
    try:
        with part.open("xb") as opened:
            opened.write(data)
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
