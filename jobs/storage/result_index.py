"""Where each page is in a stored result, so that one is read without the others.

The index is a blob beside the result: JSON, a list for each page of its number, and the place and
length in bytes of the page and of its receipt.
"""

import json
from collections.abc import Iterable, Iterator, Sequence

from jobs.domain.errors import NotFound
from jobs.storage.blob_keys import Owned, job_prefix, result_key
from jobs.storage.blob_store import Blobs

Range = tuple[int, int, int, int, int]


def index_key(job: Owned) -> str:
    """Return the key of the index of a job's result."""
    return job_prefix(job.tenant, job.id) + "result.index.json"


def write_index(blobs: Blobs, job: Owned, ranges: Iterable[Range]) -> str:
    """Store the index and return its key."""
    key = index_key(job)
    blobs.put(key, json.dumps(list(ranges), separators=(",", ":")).encode())
    return key


def read_index(blobs: Blobs, job: Owned) -> Sequence[Range]:
    """Return the index of a job's result; empty where it has none."""
    try:
        return [tuple(entry) for entry in json.loads(blobs.get(index_key(job)))]
    except NotFound:
        return ()


def page_of_result(blobs: Blobs, job: Owned, number: int) -> str | None:
    """Return one page with its receipt, as `PageStore.result` does; None where it is not there."""
    for entry in read_index(blobs, job):
        if entry[0] == number:
            return read_range(blobs, job, entry)
    return None


def pages_of_result(blobs: Blobs, job: Owned, index: Iterable[Range]) -> Iterator[bytes]:
    """Yield the pages of a result, without their receipts, in one pass over it.

    A page and a piece of the result are in memory at a time.
    """
    pieces = blobs.stream(result_key(job))
    held, held_at = bytearray(), 0
    for _, page_at, page_bytes, _, _ in index:
        end = page_at + page_bytes
        while held_at + len(held) < end:
            held += next(pieces)
        yield bytes(held[page_at - held_at : end - held_at])
        del held[: end - held_at]
        held_at = end


def frame_of_result(blobs: Blobs, job: Owned, index: Sequence[Range]) -> str:
    """Return the result without its pages and their receipts, as JSON; the index is not empty."""
    (_, pages_at, _, receipts_at, _), (_, last_at, last_bytes, _, _) = index[0], index[-1]
    key, end = result_key(job), last_at + last_bytes
    head = blobs.get_range(key, 0, pages_at)
    tail = blobs.get_range(key, end, receipts_at - end)
    return (head + tail).decode() + "]}}"


def receipts_of_result(blobs: Blobs, job: Owned, index: Sequence[Range]) -> bytes:
    """Return the receipts of all pages as they lie in the result; the index is not empty."""
    (_, _, _, first_at, _), (_, _, _, last_at, last_bytes) = index[0], index[-1]
    return blobs.get_range(result_key(job), first_at, last_at + last_bytes - first_at)


def read_range(blobs: Blobs, job: Owned, entry: Range) -> str:
    """Return the page of an entry of the index, with its receipt."""
    _, page_at, page_bytes, receipt_at, receipt_bytes = entry
    key = result_key(job)
    page = blobs.get_range(key, page_at, page_bytes).decode()
    receipt = blobs.get_range(key, receipt_at, receipt_bytes).decode()
    return f'{{"page": {page}, "receipt": {receipt}}}'
