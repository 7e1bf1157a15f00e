"""Parses and checks the list of a batch's documents before anything is accepted."""

import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from api.intake.options import check_installed, check_options, error_rows, options_dict
from api.intake.parse_request import check_metadata
from api.problems import Problem
from api.schemas.batches import BatchLine
from api.services import Services
from jobs.domain.batch_manifest import BatchDocument, CustomIds, split_lines
from jobs.domain.egress_policy import EgressRefused, parse_target
from jobs.domain.job import Job
from vision.core.errors import BadInput

MOST_ERRORS = 20
_JOBS_AT_ONCE = 500


class DocumentLines:
    """The lines of one request, checked as a whole: all invalid lines are reported at once."""

    def __init__(
        self,
        services: Services,
        tenant: str,
        shared: Mapping[str, Any],
        capabilities: Sequence[Mapping[str, Any]],
    ) -> None:
        self._services = services
        self._tenant = tenant
        self._shared = shared
        self._capabilities = capabilities
        self._errors: list[dict[str, str]] = []

    def read(self, text: bytes) -> list[BatchDocument]:
        """The documents of a text. Raises Problem `bad_documents` with up to MOST_ERRORS rows."""
        text = text.removeprefix(BOM_UTF8)  # as PowerShell and Excel write it
        most = self._services.settings.max_batch_documents
        if sum(1 for line in split_lines([text]) if line.strip()) > most:
            raise too_many(most)
        documents: list[BatchDocument] = []
        custom_ids: set[str] = set()
        for number, line in enumerate(split_lines([text]), start=1):
            if not line.strip():
                continue
            document = self._read_line(number, line)
            if document is None:
                continue
            if document.custom_id in custom_ids:
                self._add(number, "custom_id", "A custom_id that no earlier line has")
            if document.custom_id is not None:
                custom_ids.add(document.custom_id)
            documents.append(document)
        if self._errors:
            raise bad_documents("Some lines of the list are invalid.", self._errors)
        return documents

    def _read_line(self, number: int, line: bytes) -> BatchDocument | None:
        """The line's document; None where it has an error, which is kept."""
        if len(self._errors) >= MOST_ERRORS:
            return None
        try:
            entry = BatchLine.model_validate_json(line)
            return self._document(entry)
        except ValidationError as error:
            for row in error_rows(error.errors(include_url=False, include_input=False)):
                self._add(number, row["place"], row["expected"])
        except (Problem, BadInput, EgressRefused) as error:
            self._add(number, "", str(error))
        return None

    def _document(self, entry: BatchLine) -> BatchDocument:
        if entry.url is not None:
            parse_target(entry.url, self._services.settings.egress_allow)
        check_metadata(entry.metadata)
        return BatchDocument(
            custom_id=entry.custom_id,
            name=entry.name,
            url=entry.url,
            job_id=entry.job,
            options=self._options(entry.options),
            metadata=entry.metadata,
        )

    def _options(self, own: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        if own is None:
            return None
        options = check_options({**self._shared, **own})
        check_installed(options, self._capabilities)
        return options_dict(options)

    def _add(self, number: int, place: str, expected: str) -> None:
        where = f"line {number}" + (f", {place}" if place else "")
        self._errors.append({"place": where, "expected": expected})


def name_documents(documents: Iterable[BatchDocument]) -> Iterator[BatchDocument]:
    """Give each document a custom_id of its own: the one it has, else its name or URL."""
    ids = CustomIds()
    for index, document in enumerate(documents):
        wanted = document.custom_id or document.name or document.url or document.job_id
        yield replace(document, custom_id=ids.claim(wanted, index))


def with_sources(
    services: Services, tenant: str, documents: Sequence[BatchDocument]
) -> list[BatchDocument]:
    """Complete what refers to earlier jobs. Raises Problem `bad_documents` for one there is not."""
    wanted = [document.job_id for document in documents if document.job_id is not None]
    known: dict[str, Job] = {}
    for start in range(0, len(wanted), _JOBS_AT_ONCE):
        some = wanted[start : start + _JOBS_AT_ONCE]
        known |= {job.id: job for job in services.ledger.jobs.get_many(tenant, some)}
    missing = [job_id for job_id in wanted if job_id not in known]
    if missing:
        rows = [{"place": each, "expected": "A job of yours"} for each in missing[:MOST_ERRORS]]
        raise bad_documents("Some lines refer to jobs that do not exist.", rows)
    return [
        document if document.job_id is None else _from_job(document, known[document.job_id])
        for document in documents
    ]


def merge(files: Sequence[BatchDocument], listed: Sequence[BatchDocument]) -> list[BatchDocument]:
    """Merge the lines that name files into those files; lines with their own source come after.

    Raises Problem `bad_documents` for a name that no file has.
    """
    by_name = {each.name: each for each in listed if each.url is None and each.job_id is None}
    unknown = by_name.keys() - {file.name for file in files}
    if unknown:
        expected = "The name of a file of the form"
        rows = [{"place": str(name), "expected": expected} for name in sorted(map(str, unknown))]
        raise bad_documents("Some lines name files that were not sent.", rows[:MOST_ERRORS])
    merged = [
        replace(said, name=file.name, sha256=file.sha256, size=file.size)
        if (said := by_name.get(file.name))
        else file
        for file in files
    ]
    return merged + [each for each in listed if each.url is not None or each.job_id is not None]


def bad_documents(detail: str, rows: Sequence[Mapping[str, str]]) -> Problem:
    """The problem of a list of documents; `rows` say where and what is expected there."""
    return Problem("bad_documents", detail, errors=list(rows))


def too_many(most: int) -> Problem:
    """The problem of a batch with too many documents."""
    detail = f"A batch has at most {most} documents."
    return Problem("batch_too_large", detail, headers={"Connection": "close"}, limit=most)


def encode(documents: Iterable[BatchDocument]) -> Iterator[bytes]:
    """The documents as lines, some together."""
    held = bytearray()
    for document in documents:
        held += document.line()
        if len(held) > 1 << 18:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def _from_job(document: BatchDocument, job: Job) -> BatchDocument:
    stored = job.input_blob is not None
    return replace(
        document,
        name=document.name or job.filename,
        job_id=job.id if stored else None,
        url=None if stored else job.source_url,
        sha256=job.input_sha256,
        size=job.input_bytes,
        options=document.options,
    )


def canonical(value: object) -> bytes:
    """A value as the same bytes whenever it is the same, for fingerprints."""
    return json.dumps(value, sort_keys=True).encode()
