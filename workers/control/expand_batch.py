"""Expands an accepted batch: documents are stored one by one, jobs created some at a time."""

import hashlib
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from jobs.domain.batch_manifest import BatchDocument, CustomIds, read_documents
from jobs.domain.errors import BlobError, NotFound, StaleClaim
from jobs.domain.ids import part_id
from jobs.domain.job import Batch, Fault, NewJob
from jobs.domain.log_context import add_origin
from jobs.domain.states import BatchState
from jobs.ledger import Ledger
from jobs.settings import Settings
from jobs.storage.blob_keys import archive_key, documents_key, input_key
from jobs.storage.blob_store import Blobs
from jobs.telemetry.tracing import TRACING
from vision.core.errors import BadInput
from workers.control.zip_archive import Archive, ArchiveLimits, open_archive
from workers.inputs.faults import fault_of, input_missing

_log = logging.getLogger(__name__)

MOST_AT_ONCE = 200
LONGEST_S = 5.0  # then what is stored becomes jobs, which also extends the lease


class _Expanded(NamedTuple):
    """A job to create, its fault where it is known already, whether it was stored just now."""

    new: NewJob
    fault: Fault | None
    stored: bool


@dataclass(frozen=True, slots=True)
class BatchProcessor:
    """Expands batches, or cancels them."""

    ledger: Ledger
    blobs: Blobs
    settings: Settings
    worker: str

    def process(self, batch_id: str) -> None:
        """Expand the batch, or cancel it. Harmless when done already."""
        batch = self.ledger.batches.begin(batch_id, self.worker)
        if batch is None:
            return
        add_origin(batch)
        with TRACING.step("process_batch", batch):
            self._process(batch)

    def _process(self, batch: Batch) -> None:
        try:
            self._advance(batch)
        except StaleClaim:
            _log.info("batch taken over or cancelled", extra={"batch_id": batch.id})
        except BadInput as error:
            self.ledger.batches.fail(batch, fault_of(error))
        except NotFound as error:
            # The lease lapses, which leaves time for repair; the next attempt resumes here.
            _log.warning("batch will be retried: %s", error, extra={"batch_id": batch.id})
        except BlobError as error:  # the store is away or full, which is not the batch's fault
            _log.error("batch is put off: %s", error, extra={"batch_id": batch.id})
            self.ledger.batches.put_off(batch)

    def _advance(self, batch: Batch) -> None:
        if batch.state is BatchState.CANCELLING:
            while self.ledger.batches.cancel_some(batch):
                pass
            return
        some: list[_Expanded] = []
        began = time.monotonic()
        for each in self._expanded_documents(batch):
            some.append(each)
            if len(some) >= MOST_AT_ONCE or time.monotonic() - began > LONGEST_S:
                batch = self._make_jobs(batch, some)
                some, began = [], time.monotonic()
        self.ledger.batches.expanded(self._make_jobs(batch, some))

    def _make_jobs(self, batch: Batch, some: list[_Expanded]) -> Batch:
        if some:
            # What came with the request itself was stored for good when it was accepted.
            self.blobs.sync([input_key(each.new) for each in some if each.stored])
            batch = self.ledger.batches.expand(batch, [each.new for each in some])
        for each in some:
            if each.fault is not None:
                self.ledger.jobs.fail(each.new.id, each.fault)
        return batch

    def _expanded_documents(self, batch: Batch) -> Iterator[_Expanded]:
        return self._from_archive(batch) if batch.archive else self._from_list(batch)

    def _from_list(self, batch: Batch) -> Iterator[_Expanded]:
        listed = read_documents(self.blobs.stream(documents_key(batch)))
        for index, document in enumerate(listed):
            if index >= batch.laid_out:
                new = self._new_job(batch, index, document)
                yield self._copied(batch, new, document)

    def _copied(self, batch: Batch, new: NewJob, document: BatchDocument) -> _Expanded:
        """Copy the document of an earlier job, where the line names one."""
        source = document.blob
        try:
            if document.job_id is not None:
                source = self.ledger.jobs.get(batch.tenant, document.job_id).input_blob or ""
            if source is not None:
                self.blobs.copy(source, input_key(new))
        except (NotFound, ValueError):
            return _Expanded(new, input_missing(), stored=False)
        return _Expanded(new, None, stored=source is not None)

    def _from_archive(self, batch: Batch) -> Iterator[_Expanded]:
        listed = {
            document.name: document
            for document in read_documents(self.blobs.stream(documents_key(batch)))
        }
        limits = ArchiveLimits(
            self.settings.max_batch_documents, self.settings.max_batch_mb * 1_000_000
        )
        with (
            self.blobs.local_path(archive_key(batch)) as path,
            open_archive(path, limits) as archive,
        ):
            _check_listed(listed, archive)
            ids = CustomIds()
            for index, found in enumerate(archive.documents):
                document = listed.get(found.name, BatchDocument(name=found.name))
                custom_id = ids.claim(document.custom_id or found.name, index)
                if index >= batch.laid_out:
                    new = self._new_job(batch, index, replace(document, custom_id=custom_id))
                    yield self._unpack(archive, index, new)

    def _unpack(self, archive: Archive, index: int, new: NewJob) -> _Expanded:
        found = archive.documents[index]
        if found.refused is not None:
            return _Expanded(new, fault_of(found.refused), stored=False)
        entry = found.entry
        limit = self.settings.max_upload_mb * 1_000_000
        if entry.file_size > limit:
            what = f"The document has more than {limit} bytes. Send a smaller file."
            return _Expanded(new, Fault("too_large", what, "caller"), stored=False)
        hashed = hashlib.sha256()

        def bytes_of_entry() -> Iterator[bytes]:
            for chunk in archive.chunks(entry):
                hashed.update(chunk)
                yield chunk

        try:
            self.blobs.put_stream(input_key(new), bytes_of_entry())
        except BadInput as error:
            return _Expanded(new, fault_of(error), stored=False)
        new = replace(new, input_sha256=hashed.hexdigest(), input_bytes=entry.file_size)
        return _Expanded(new, None, stored=True)

    def _new_job(self, batch: Batch, index: int, document: BatchDocument) -> NewJob:
        new = NewJob(
            id=part_id("job", batch.id, index),
            tenant=batch.tenant,
            options=document.options or batch.options,
            source_url=document.url,
            filename=document.name,
            metadata=document.metadata,
            deadline_s=self._seconds_to(batch.deadline_at),
            begin_within_s=self._seconds_to(batch.begin_by),
            priority=batch.priority,
            batch_id=batch.id,
            batch_index=index,
            custom_id=document.custom_id,
            retry_of=document.retry_of,
            request_id=batch.request_id,
            trace=batch.trace,
            input_sha256=document.sha256,
            input_bytes=document.size,
        )
        return new if document.url else replace(new, input_blob=input_key(new))

    def _seconds_to(self, moment: datetime | None) -> float | None:
        return None if moment is None else max(0.0, (moment - self.ledger.clock()).total_seconds())


def _check_listed(listed: Mapping[str | None, BatchDocument], archive: Archive) -> None:
    """Raise BadInput for lines about entries that the archive does not have."""
    missing = sorted(
        str(name) for name in listed.keys() - {each.name for each in archive.documents}
    )
    if missing:
        raise BadInput(
            "bad_documents",
            f"`documents` names {missing[0]!r}, which the archive does not hold. "
            "Names are the entries' full paths.",
        )
