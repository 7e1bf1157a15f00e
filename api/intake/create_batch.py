"""From a request to a batch in the ledger: files are stored as they arrive, then one row."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.intake.batch_manifest import (
    DocumentLines,
    bad_documents,
    canonical,
    encode,
    merge,
    name_documents,
    too_many,
    with_sources,
)
from api.intake.create_job import check_key
from api.intake.multi_file_form import ARCHIVE, DOCUMENTS, MAX_DOCUMENTS_BYTES, BatchForm, FilePart
from api.intake.multipart import boundary_of
from api.intake.options import check_installed, check_options, options_dict
from api.intake.parse_request import check_metadata, parse_parameters
from api.intake.upload_stream import Upload, body_chunks, receive
from api.problems import Problem
from api.schemas.batches import BatchParameters
from api.services import MEGABYTE, Services
from jobs.domain.batch_manifest import BatchDocument
from jobs.domain.egress_policy import parse_target
from jobs.domain.errors import NotFound
from jobs.domain.ids import new_id, part_id
from jobs.domain.job import Batch, NewBatch, NewJob
from jobs.domain.log_context import origin
from jobs.domain.names import form_name, relative_name
from jobs.storage.blob_keys import archive_key, batch_prefix, documents_key, input_key, job_prefix

_FIELDS = frozenset(BatchParameters.model_fields)
_LINES_TYPES = ("application/jsonl", "application/x-ndjson", "application/x-jsonlines")
_ZIP_TYPES = ("application/zip", "application/x-zip-compressed")
_ZIP_HEADS = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(slots=True)
class _Arriving:
    """A batch whose request is being read; its files are in the blob store already."""

    id: str
    tenant: str
    parameters: BatchParameters = field(default_factory=BatchParameters)
    files: list[BatchDocument] = field(default_factory=list)
    archive: Upload | None = None
    lines: bytes = b""

    def file_job(self, index: int) -> NewJob:
        """The job that a file will become."""
        return NewJob(part_id("job", self.id, index), self.tenant, {})


async def accept_batch(
    request: Request, services: Services, tenant: str, key: str | None
) -> tuple[Batch, bool]:
    """The batch of this request and whether it is new; False replays the first response to `key`.

    Raises Problem and what the ledger raises; nothing is stored of a request that is refused.
    """
    check_key(key)
    await services.refuse_when_full(tenant)
    arriving = _Arriving(new_id("batch"), tenant)
    with services.arriving(tenant, None if key is None else f"batch {key}"):
        try:
            await _read(request, services, arriving)
        except BaseException:
            await run_in_threadpool(_discard_unless_accepted, services, arriving)
            raise
        return await services.to_its_end(_accept(services, arriving, key))


async def _accept(services: Services, arriving: _Arriving, key: str | None) -> tuple[Batch, bool]:
    """Create the batch. Not to be broken off: its files go only if no batch will need them."""
    created = False
    try:
        batch, created = await _create(services, arriving, key)
    finally:
        if not created:
            await run_in_threadpool(_discard_unless_accepted, services, arriving)
    return batch, created


async def _read(request: Request, services: Services, arriving: _Arriving) -> None:
    content_type = request.headers.get("content-type", "").lower()
    limit = services.settings.max_batch_mb * MEGABYTE
    if content_type.startswith("multipart/form-data"):
        form = BatchForm(
            body_chunks(request, limit), boundary_of(request.headers["content-type"]), _FIELDS
        )
        async for part in form.files():
            await _take_file(services, arriving, part)
        arriving.lines = form.fields.pop(DOCUMENTS, "").encode()
        arriving.parameters = parse_parameters(BatchParameters, form.fields)
        return
    arriving.parameters = parse_parameters(BatchParameters, request.query_params)
    if content_type.startswith(_ZIP_TYPES):
        await _take_archive(services, arriving, body_chunks(request, limit))
    elif content_type.startswith(_LINES_TYPES):
        chunks = body_chunks(request, MAX_DOCUMENTS_BYTES)
        arriving.lines = b"".join([chunk async for chunk in chunks])
    else:
        raise Problem("unsupported_media", f"The Content-Type {content_type!r} is not supported.")


async def _take_file(services: Services, arriving: _Arriving, part: FilePart) -> None:
    if part.field == ARCHIVE:
        await _take_archive(services, arriving, part.chunks)
        return
    index = len(arriving.files)
    most = services.settings.max_batch_documents
    if index >= most or arriving.archive is not None:
        raise too_many(most) if index >= most else _mixed()
    key = input_key(arriving.file_job(index))
    arriving.files.append(BatchDocument(name=_name(part.filename)))
    # Checked when it is opened: one file that is not a document must not fail the others.
    upload = await receive(part.chunks, services.blobs, key, services.upload_limit, judged=False)
    if upload.small is not None:
        await run_in_threadpool(services.blobs.put, key, upload.small)
    arriving.files[index] = replace(arriving.files[index], sha256=upload.sha256, size=upload.size)


def _name(given: str | None) -> str | None:
    return None if given is None else relative_name(form_name(given))


async def _take_archive(
    services: Services, arriving: _Arriving, chunks: AsyncIterator[bytes]
) -> None:
    if arriving.archive is not None or arriving.files:
        raise _mixed()
    key = archive_key(arriving)
    limit = services.settings.max_batch_mb * MEGABYTE
    upload = await receive(_zip_only(chunks), services.blobs, key, limit, judged=False)
    arriving.archive = upload
    if upload.small is not None:
        await run_in_threadpool(services.blobs.put, key, upload.small)


async def _zip_only(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Pass a ZIP on. Raises Problem where it does not begin as one."""
    head = b""
    async for chunk in chunks:
        if len(head) < 4:
            head += chunk[:4]
            if len(head) >= 4 and not head.startswith(_ZIP_HEADS):
                raise Problem("archive_damaged", "The archive is not a ZIP file.")
        yield chunk


async def _create(services: Services, arriving: _Arriving, key: str | None) -> tuple[Batch, bool]:
    parameters = arriving.parameters
    check_metadata(parameters.metadata)
    if parameters.callback_url is not None:
        parse_target(parameters.callback_url, services.settings.egress_allow)
    options = check_options(parameters.options)
    capabilities = await services.capabilities.aget()
    check_installed(options, capabilities)
    documents = await run_in_threadpool(_documents, services, arriving, capabilities)
    await services.refuse_when_full(arriving.tenant, max(1, len(documents)))
    new = NewBatch(
        id=arriving.id,
        tenant=arriving.tenant,
        options=options_dict(options),
        archive=arriving.archive is not None,
        documents=None if arriving.archive else len(documents),
        idempotency_key=key,
        fingerprint=_fingerprint(arriving, documents) if key else None,
        **origin(),
        **parameters.as_accepted(),
    )
    stored = [input_key(arriving.file_job(index)) for index in range(len(arriving.files))]
    await run_in_threadpool(services.blobs.sync, stored)
    await run_in_threadpool(store_list, services, new, documents)
    create = partial(services.ledger.batches.create, new)
    return await run_in_threadpool(create)


def _documents(
    services: Services, arriving: _Arriving, capabilities: Sequence[Mapping[str, Any]]
) -> Sequence[BatchDocument]:
    lines = DocumentLines(services, arriving.tenant, arriving.parameters.options, capabilities)
    listed = lines.read(arriving.lines)
    most = services.settings.max_batch_documents
    if len(listed) > most:
        raise too_many(most)
    if arriving.archive is not None:
        if any(each.url or each.job_id for each in listed):
            raise _mixed()
        return listed
    documents = merge(arriving.files, listed)
    if not documents:
        raise Problem("batch_empty", "The request contains no documents.")
    if len(documents) > most:
        raise too_many(most)
    return list(name_documents(with_sources(services, arriving.tenant, documents)))


def store_list(services: Services, new: NewBatch, documents: Sequence[BatchDocument]) -> None:
    """Store the list, and sync everything to disk that was stored before it."""
    services.blobs.put_stream(documents_key(new), encode(documents))
    keys = [documents_key(new)]
    if new.archive:
        keys.append(archive_key(new))
    services.blobs.sync(keys)


def _fingerprint(arriving: _Arriving, documents: Sequence[BatchDocument]) -> str:
    """The same for the same documents and parameters, whatever the encoding of the request."""
    digest = hashlib.sha256(canonical(arriving.parameters.model_dump()))
    digest.update(canonical(arriving.archive.sha256 if arriving.archive else None))
    for document in documents:
        digest.update(document.line())
    return digest.hexdigest()


def _discard_unless_accepted(services: Services, arriving: _Arriving) -> None:
    try:
        services.ledger.batches.get(arriving.tenant, arriving.id)
    except NotFound:
        services.blobs.delete_prefix(batch_prefix(arriving.tenant, arriving.id))
        for index in range(len(arriving.files)):
            job = arriving.file_job(index)
            services.blobs.delete_prefix(job_prefix(job.tenant, job.id))


def _mixed() -> Problem:
    rows = [{"place": "archive", "expected": "One `archive` alone, or files and lines"}]
    return bad_documents("An archive cannot be combined with other documents.", rows)
