"""A result in the blob store, with the index that finds its pages."""

from dataclasses import astuple
from functools import cache
from importlib.metadata import version

from jobs.domain.job import Job
from jobs.storage.blob_keys import result_key
from jobs.storage.blob_store import Blobs
from jobs.storage.result_index import write_index
from vision.export.streamed import StreamedResult


def store_streamed(blobs: Blobs, job: Job, result: StreamedResult) -> str:
    """Write a result page by page; return its key once both blobs survive a power loss."""
    key = result_key(job)
    blobs.put_stream(key, result)
    blobs.sync([key, write_index(blobs, job, map(astuple, result.ranges))])
    return key


@cache
def service_version() -> str:
    """The version that receipts state; looking it up reads a file."""
    return version("pagesight")
