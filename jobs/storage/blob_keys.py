"""Under which keys blobs are stored, and which keys are safe."""

import re
from typing import Final, Protocol

KEY: Final = re.compile(r"[\w.@+=-]+(/[\w.@+=-]+)*", re.ASCII)


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


def file_key(job: Owned, form: str) -> str:
    """Return the key of a file that was made of a job's result and document."""
    return job_prefix(job.tenant, job.id) + f"files/{form}"


def fault_key(job: Owned, form: str) -> str:
    """Return the key of the reason why such a file cannot be made."""
    return job_prefix(job.tenant, job.id) + f"files/{form}.fault.json"


def checked(key: str) -> str:
    """Return the key; ValueError where it could lead outside the store."""
    if KEY.fullmatch(key) is None or {".", ".."} & set(key.split("/")):
        raise ValueError(f"not a blob key: {key!r}")
    return key


def checked_prefix(prefix: str) -> str:
    """Return the prefix, which ends with a slash; ValueError where it could lead outside."""
    if not prefix.endswith("/"):
        raise ValueError(f"a prefix of blobs ends with a slash: {prefix!r}")
    return checked(prefix[:-1]) + "/"
