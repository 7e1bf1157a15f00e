"""Fetches URL inputs into a blob while they are hashed and counted."""

import hashlib
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from jobs.domain.egress_policy import EgressRefused
from jobs.domain.job import Job
from jobs.domain.names import display_name
from jobs.ledger import Ledger
from jobs.storage.blob_keys import input_key
from jobs.storage.blob_store import Blobs
from vision.core.errors import BadInput
from workers.egress.client import EgressClient, EgressFailed, EgressResponse

_RETRYABLE = {408, 425, 429}  # statuses under 500 that ask for a retry


class FetchedInput:
    """The body of a response on its way into the blob store, hashed and counted."""

    def __init__(self, answer: EgressResponse, max_bytes: int) -> None:
        self._answer = answer
        self._max_bytes = max_bytes
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """The hash of the bytes so far."""
        return self._hash.hexdigest()

    def __iter__(self) -> Iterator[bytes]:
        """The body; BadInput `too_large` as soon as that is known."""
        stated = self._answer.headers.get("content-length", "")
        if stated.isdigit() and int(stated[:18]) > self._max_bytes:
            raise self._too_large()
        for chunk in self._answer.chunks:
            self.size += len(chunk)
            if self.size > self._max_bytes:
                raise self._too_large()
            self._hash.update(chunk)
            yield chunk

    def _too_large(self) -> BadInput:
        return BadInput(
            "too_large",
            f"The document at the URL has more than {self._max_bytes} bytes, which is the limit. "
            "Send a smaller file.",
        )


def fetch_input(
    ledger: Ledger,
    blobs: Blobs,
    client: EgressClient,
    job: Job,
    *,
    timeout_s: float,
    max_bytes: int,
) -> Job:
    """Store the document at the job's URL and return the job with it.

    Raises BadInput for what the caller must fix; EgressFailed where a retry may succeed.
    """
    url = job.source_url or ""
    key = input_key(job)
    try:
        with client.send("GET", url, timeout_s=timeout_s) as answer:
            _check_status(answer.status)
            body = FetchedInput(answer, max_bytes)
            blobs.put_stream(key, iter(body))
            blobs.sync([key])
    except EgressRefused as error:
        raise BadInput(error.code, error.message) from error
    ledger.jobs.stored_input(job.id, key, body.sha256, body.size, _file_name(url))
    return ledger.jobs.load(job.id)


def _check_status(status: int) -> None:
    if status == HTTPStatus.OK:
        return
    result = f"The URL responded with status {status}"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _RETRYABLE:
        raise EgressFailed("url_unreachable", f"{result}.")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise BadInput(
            "url_redirects", f"{result}; redirects are not followed. Give the final URL."
        )
    raise BadInput(
        "url_unreachable", f"{result}. Give a URL that responds with 200 with the document."
    )


def _file_name(url: str) -> str | None:
    return display_name(unquote(urlsplit(url).path))
