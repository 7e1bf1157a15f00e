import asyncio
import errno
import os
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import obstore
import pytest
from obstore.store import HTTPStore, MemoryStore

from jobs.domain.errors import BlobError, NotFound
from jobs.storage import fsync as durable
from jobs.storage.blob_keys import input_key, job_prefix, result_key
from jobs.storage.blob_store import CHUNK_BYTES, MARKER, Blobs, open_blobs
from tests.support.ledgers import new_job
from tests.support.patience import PATIENCE_S
from tests.support.storage import unmounted

KEY = "tenants/a/jobs/job_1/input"
BIG = os.urandom(2 * CHUNK_BYTES + 17)


class BrokenSourceError(Exception):
    pass


@pytest.fixture(params=["local", "remote"])
def store(request: pytest.FixtureRequest, folder: Path) -> Blobs:
    """A local folder, and a store without files as S3 is one."""
    if request.param == "local":
        return open_blobs(f"file://{folder / 'blobs'}")
    return Blobs(MemoryStore(), None)


def pieces(data: bytes, size: int = 1_000_000) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def async_pieces(data: bytes) -> AsyncIterator[bytes]:
    for piece in pieces(data):
        yield piece


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name != MARKER]


@pytest.mark.parametrize("data", [b"", b"x", BIG], ids=["empty", "small", "big"])
def test_what_is_stored_comes_back(store: Blobs, data: bytes) -> None:
    store.put(KEY, data)
    assert store.get(KEY) == data
    store.put_stream(KEY, pieces(data))
    assert b"".join(store.stream(KEY)) == data
    asyncio.run(store.aput_stream(KEY, async_pieces(data)))
    with store.local_path(KEY) as path:
        assert path.read_bytes() == data
    assert store.list("tenants/a/") == [KEY]


def test_a_second_put_replaces_the_first(store: Blobs) -> None:
    store.put(KEY, b"first")
    store.put(KEY, b"second")
    assert store.get(KEY) == b"second"


@pytest.mark.parametrize("read", ["get", "stream", "local_path"])
def test_a_blob_that_is_not_there_is_not_found(store: Blobs, read: str) -> None:
    def take() -> object:
        if read == "get":
            return store.get(KEY)
        if read == "stream":
            return list(store.stream(KEY))
        with store.local_path(KEY) as path:
            return path

    with pytest.raises(NotFound):
        take()


@pytest.mark.parametrize("size", [10, len(BIG)])
def test_a_source_that_raises_leaves_nothing_behind(blobs: Blobs, folder: Path, size: int) -> None:
    def broken() -> Iterator[bytes]:
        yield from pieces(BIG[:size])
        raise BrokenSourceError

    async def async_broken() -> AsyncIterator[bytes]:
        for piece in broken():
            yield piece

    with pytest.raises(BrokenSourceError):
        blobs.put_stream(KEY, broken())
    with pytest.raises(BrokenSourceError):
        asyncio.run(blobs.aput_stream(KEY, async_broken()))
    assert files(folder) == []


def test_a_source_that_raises_keeps_the_blob_that_was_there(blobs: Blobs) -> None:
    def broken() -> Iterator[bytes]:
        yield from pieces(BIG)
        raise BrokenSourceError

    blobs.put(KEY, b"kept")
    with pytest.raises(BrokenSourceError):
        blobs.put_stream(KEY, broken())
    assert blobs.get(KEY) == b"kept"


def test_a_blob_is_invisible_until_it_is_whole(blobs: Blobs) -> None:
    half, look = threading.Event(), threading.Event()

    def slow() -> Iterator[bytes]:
        yield from pieces(BIG)
        half.set()
        look.wait(PATIENCE_S)
        yield b"end"

    writer = threading.Thread(target=blobs.put_stream, args=(KEY, slow()))
    writer.start()
    assert half.wait(PATIENCE_S)
    with pytest.raises(NotFound):
        blobs.get(KEY)
    assert blobs.list("tenants/") == []
    look.set()
    writer.join()
    assert blobs.get(KEY) == BIG + b"end"


def test_deleting_a_prefix_takes_all_of_it_and_nothing_else(store: Blobs) -> None:
    job, other = new_job(), new_job()
    for key in (input_key(job), result_key(job), input_key(other)):
        store.put(key, b"x")
    store.delete_prefix(job_prefix(job.tenant, job.id))
    store.delete_prefix(job_prefix(job.tenant, job.id))
    assert store.list("tenants/") == [input_key(other)]


def test_deleting_takes_what_a_killed_writer_left(blobs: Blobs, folder: Path) -> None:
    blobs.put(KEY, b"x")
    (folder / "blobs" / f"{KEY}#1").write_bytes(b"half")
    blobs.delete_prefix("tenants/a/jobs/job_1/")
    assert files(folder) == []


def test_many_prefixes_of_a_remote_store_are_deleted_with_one_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Blobs(MemoryStore(), None)
    prefixes = [f"tenants/a/jobs/job_{number}/" for number in range(50)]
    for prefix in prefixes:
        store.put(f"{prefix}input", b"x")
        store.put(f"{prefix}result.json", b"x")
    kept = "tenants/a/jobs/job_50/input"
    store.put(kept, b"x")
    requests: list[int] = []
    delete = obstore.delete

    def counted(of: MemoryStore, paths: Sequence[str]) -> None:
        requests.append(len(paths))
        delete(of, paths)

    monkeypatch.setattr(obstore, "delete", counted)
    store.delete_prefixes([*prefixes, "tenants/a/jobs/job_none/"])
    assert requests == [100]
    assert store.list("tenants/") == [kept]
    store.delete_prefixes([])
    store.delete_prefixes(["tenants/b/"])
    assert requests == [100]


def test_a_local_blob_is_not_copied_to_be_read(blobs: Blobs, folder: Path) -> None:
    blobs.put(KEY, b"x")
    with blobs.local_path(KEY) as path:
        assert path == folder / "blobs" / KEY


def test_a_copy_of_a_remote_blob_is_gone_afterwards() -> None:
    store = Blobs(MemoryStore(), None)
    store.put(KEY, b"x")
    with store.local_path(KEY) as path:
        assert path.read_bytes() == b"x"
    assert not path.exists()


@pytest.mark.parametrize(
    "key",
    ["", "/", "/etc/passwd", "a//b", "a/", "../a", "a/../b", "a/..", ".", "a/./b", "a\\b", "a b",
     "a\0b", "a\n", "input#1", "a/b?c", "%2e%2e/a", "é", "C:/a", "~/a"],
)  # fmt: skip
def test_a_key_that_could_lead_elsewhere_is_refused(store: Blobs, key: str) -> None:
    with pytest.raises(ValueError, match=r"key|prefix"):
        store.put(key, b"x")
    with pytest.raises(ValueError, match=r"key|prefix"):
        store.get(key)
    with pytest.raises(ValueError, match=r"key|prefix"):
        store.delete_prefix(f"{key}/")
    with pytest.raises(ValueError, match=r"key|prefix"), store.local_path(key):
        pass


def test_a_prefix_names_a_folder(store: Blobs) -> None:
    with pytest.raises(ValueError, match="prefix"):
        store.delete_prefix("tenants/a")


def test_a_store_that_refuses_says_why(folder: Path) -> None:
    blobs = open_blobs(f"file://{folder / 'blobs'}")
    blobs.put("a", b"x")
    with pytest.raises(BlobError) as caught:
        blobs.put("a/b", b"x")  # `a` is a file and cannot be a folder
    assert caught.value.errno in {errno.ENOTDIR, errno.EEXIST}


def test_a_write_that_fails_leaves_nothing_behind(blobs: Blobs, folder: Path) -> None:
    blobs.put("a/b", b"x")
    with pytest.raises(BlobError):
        blobs.put("a", b"x")  # `a` is a folder and cannot be a file
    assert files(folder / "blobs") == [folder / "blobs" / "a" / "b"]


def test_a_local_store_may_lie_in_a_folder_with_a_space(folder: Path) -> None:
    blobs = open_blobs(f"file://{folder}/my%20blobs")
    blobs.put("a", b"x")
    assert (folder / "my blobs" / "a").read_bytes() == b"x"
    plain = open_blobs(f"file://{folder}/my other blobs")
    plain.put("a", b"x")
    assert (folder / "my other blobs" / "a").read_bytes() == b"x"


@pytest.mark.parametrize("count", [1, 9, 120])
def test_blobs_are_on_the_disk_with_every_folder_that_leads_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    synced: set[Path] = set()
    monkeypatch.setattr(durable, "_sync", synced.add)
    monkeypatch.setattr(durable, "_sync_file_system", lambda _root: False)
    store = open_blobs(f"file://{tmp_path}")
    keys = [f"tenants/a/jobs/job_{number}/input" for number in range(count)]
    for key in keys:
        store.put(key, b"x")
    store.sync(keys)
    files = {tmp_path / key for key in keys}
    folders = {folder for file in files for folder in file.parents if tmp_path in folder.parents}
    assert synced == files | folders | {tmp_path}


def test_syncing_really_works_alone_and_for_many_and_says_when_a_file_is_gone(
    tmp_path: Path,
) -> None:
    store = open_blobs(f"file://{tmp_path}")
    keys = [f"tenants/a/jobs/job_{number}/input" for number in range(120)]
    for key in keys:
        store.put(key, b"x")
    for some in (keys[:1], keys[:20], keys):
        store.sync(some)
    with pytest.raises(BlobError):
        store.sync(["tenants/a/jobs/job_none/input"])


def test_a_store_that_trusts_the_power_syncs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path) -> None:
        raise AssertionError("synced")

    monkeypatch.setattr(durable, "_sync", refuse)
    store = open_blobs(f"file://{tmp_path}", durable=False)
    store.put("a/b", b"x")
    store.sync(["a/b"])


def test_a_store_that_is_not_mounted_is_away_rather_than_empty(folder: Path) -> None:
    blobs = open_blobs(f"file://{folder / 'blobs'}")
    blobs.put(KEY, b"x")
    assert blobs.answers()
    with unmounted(folder / "blobs"):
        assert not blobs.answers()
        for use in (
            lambda: blobs.get(KEY),
            lambda: blobs.local_path(KEY).__enter__(),
            lambda: blobs.put(KEY, b"y"),
            lambda: blobs.put_stream(KEY, pieces(BIG)),
            lambda: asyncio.run(blobs.aput_stream(KEY, async_pieces(b"y"))),
            lambda: blobs.copy(KEY, KEY + "2"),
            lambda: blobs.delete_prefix("tenants/a/jobs/"),
        ):
            with pytest.raises(BlobError, match=r"is it mounted\?"):
                use()
        assert files(folder / "blobs") == []
    assert blobs.answers()
    assert blobs.get(KEY) == b"x"
    with pytest.raises(NotFound):
        blobs.get(KEY + "2")


def test_a_remote_store_answers_unless_it_cannot_be_reached() -> None:
    assert Blobs(MemoryStore(), None).answers()
    closed = HTTPStore.from_url(
        "http://127.0.0.1:9", client_options={"allow_http": True}, retry_config={"max_retries": 0}
    )
    assert not Blobs(closed, None).answers()
