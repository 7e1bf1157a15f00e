"""Deletes all blobs of jobs."""

from collections.abc import Sequence
from typing import NamedTuple

from jobs.storage.blob_keys import document_key, job_prefix
from jobs.storage.blob_store import Blobs


class JobOf(NamedTuple):
    """A job, whether or not it has a row."""

    tenant: str
    id: str


def delete_blobs_of(blobs: Blobs, jobs: Sequence[JobOf]) -> None:
    """Delete everything stored for some jobs; nothing there is no error."""
    blobs.delete([document_key(job) for job in jobs])
    blobs.delete_prefixes([job_prefix(job.tenant, job.id) for job in jobs])
