"""Parses a submission: a form, raw bytes with a query, or JSON with a URL."""

import hashlib
import json
import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from fastapi import Request
from pydantic import ValidationError

from api.given_headers import header
from api.intake.multipart import SingleFileForm, boundary_of
from api.intake.options import check_installed, check_options, error_rows, options_dict
from api.intake.upload_stream import Upload, body_chunks, receive
from api.problems import Problem
from api.schemas.jobs import JobParameters, Model, UrlJob
from api.services import Services
from jobs.domain.egress_policy import parse_target
from jobs.domain.job import NewJob
from jobs.domain.names import display_name, form_name
from jobs.storage.blob_keys import input_key
from vision.core.options import ReadOptions

P = TypeVar("P", bound=Model)
FORM_OVERHEAD_BYTES = 1 << 20
MAX_JSON_BYTES = 1 << 20
MAX_METADATA_BYTES = 8 * 1024
MAX_METADATA_DEPTH = 64  # Pydantic writes no more than 255 levels, the job's own among them
_JSON_FIELDS = ("options", "metadata")
_FORM_FIELDS = frozenset(JobParameters.model_fields)
_STRICT_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # as JSON writes it
_UNKNOWN_TYPE = "application/octet-stream"
_RAW_TYPES = ("image/", "application/pdf", "application/octet-stream", "binary/octet-stream")


@dataclass(frozen=True, slots=True)
class Submission:
    """A parsed request. Either `upload` or `url` is given."""

    parameters: JobParameters
    options: ReadOptions
    upload: Upload | None = None
    url: str | None = None

    def fingerprint(self) -> str:
        """The same for the same document and parameters, whatever the encoding of the request."""
        parts = {
            "document": self.upload.sha256 if self.upload else self.url,
            "options": options_dict(self.options),
            "parameters": self.parameters.model_dump(exclude={"options"}),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def complete(self, draft: NewJob) -> NewJob:
        """The job to create, whose document is stored under its input key."""
        upload = self.upload
        return replace(
            draft,
            options=options_dict(self.options),
            input_blob=input_key(draft) if upload else None,
            input_sha256=upload.sha256 if upload else None,
            input_bytes=upload.size if upload else None,
            source_url=self.url,
            fingerprint=self.fingerprint() if draft.idempotency_key else None,
            **self.parameters.as_accepted(),
        )


async def read_submission(request: Request, services: Services, blob: str) -> Submission:
    """Receive and check a request; a large document is stored under `blob`."""
    content_type = (header(request, b"content-type") or _UNKNOWN_TYPE).lower()
    if content_type.startswith("multipart/form-data"):
        return await _read_form(request, services, blob)
    if content_type.startswith("application/json"):
        return await _read_json(request, services)
    if content_type.startswith(_RAW_TYPES):
        return await _read_raw(request, services, blob)
    raise Problem("unsupported_media", f"The Content-Type {content_type!r} is not supported.")


async def _read_form(request: Request, services: Services, blob: str) -> Submission:
    limit = services.upload_limit
    form = SingleFileForm(
        body_chunks(request, limit + FORM_OVERHEAD_BYTES),
        boundary_of(header(request, b"content-type") or ""),
        _FORM_FIELDS,
    )
    upload = await receive(form.file_chunks(), services.blobs, blob, limit)
    name = None if form.filename is None else display_name(form_name(form.filename))
    parameters = parse_parameters(JobParameters, {"filename": name, **form.fields})
    return Submission(parameters, await _check(parameters, services), upload)


async def _read_raw(request: Request, services: Services, blob: str) -> Submission:
    parameters = parse_parameters(JobParameters, request.query_params)
    options = await _check(parameters, services)
    limit = services.upload_limit
    upload = await receive(body_chunks(request, limit), services.blobs, blob, limit)
    return Submission(parameters, options, upload)


async def _read_json(request: Request, services: Services) -> Submission:
    body = b"".join([chunk async for chunk in body_chunks(request, MAX_JSON_BYTES)])
    try:
        job = UrlJob.model_validate_json(body.removeprefix(BOM_UTF8))
    except ValidationError as error:
        raise invalid_request(error) from error
    parse_target(job.url, services.settings.egress_allow)
    return Submission(job, await _check(job, services), url=job.url)


def parse_parameters(shape: type[P], fields: Mapping[str, str | None]) -> P:
    """Parameters from a form's or a query's texts, of which `options` and `metadata` are JSON."""
    values: dict[str, Any] = {name: text for name, text in fields.items() if text is not None}
    for name in values.keys() & set(_JSON_FIELDS):
        values[name] = _parse_json(name, values[name])
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        raise invalid_request(error) from error


def _parse_json(name: str, text: str) -> Any:
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise Problem("bad_json", f"{name!r} is not JSON: {error}.") from error


async def _check(parameters: JobParameters, services: Services) -> ReadOptions:
    check_metadata(parameters.metadata)
    if parameters.callback_url is not None:
        parse_target(parameters.callback_url, services.settings.egress_allow)
    options = check_options(parameters.options)
    check_installed(options, await services.capabilities.aget())
    return options


def check_metadata(metadata: Mapping[str, Any]) -> None:
    """Raise Problem for metadata that not every database can store."""
    if not metadata:
        return
    expected = (
        f"At most {MAX_METADATA_BYTES} bytes of JSON, at most {MAX_METADATA_DEPTH} levels deep, "
        "without NaN, NUL or lone surrogates"
    )
    try:
        text = _STRICT_JSON.encode(metadata).encode()
        holds = len(text) <= MAX_METADATA_BYTES and _NUL.search(text) is None
        holds = holds and _depth(metadata) <= MAX_METADATA_DEPTH
    except (ValueError, RecursionError):
        holds = False
    if not holds:
        rows = [{"place": "metadata", "expected": expected}]
        raise Problem("invalid_request", "The metadata cannot be stored.", errors=rows)


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return 0
    return 1 + max(map(_depth, value), default=0)


def invalid_request(error: ValidationError) -> Problem:
    """The problem of a request that a model refused."""
    rows = error_rows(error.errors(include_url=False, include_input=False))
    if any(row["type"] == "json_invalid" for row in error.errors(include_url=False)):
        return Problem("bad_json", f"The body is not JSON: {rows[0]['expected']}.")
    places = ", ".join(row["place"] for row in rows)
    return Problem("invalid_request", f"Invalid: {places}.", errors=rows)
