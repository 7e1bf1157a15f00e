"""docling-serve's requests: one file in a form, or one source in JSON, with its options.

They ask for the document converted, or for its chunks.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, ValidationError

from api.intake.embedded_document import EmbeddedDocument
from api.intake.multipart import boundary_of
from api.intake.open_form import OpenForm
from api.intake.options import check_installed, check_options
from api.intake.parse_request import FORM_OVERHEAD_BYTES, Submission, invalid_request
from api.intake.upload_stream import Upload, body_chunks, receive
from api.problems import Problem
from api.schemas.jobs import JobParameters
from api.services import Services
from jobs.domain.egress_policy import parse_target
from jobs.domain.names import display_name, form_name
from vision.core.language_tags import tesseract_codes
from vision.core.options import ReadOptions
from vision.export.chunks import MOST_TOKENS

M = TypeVar("M", bound=BaseModel)
METADATA: Final = "docling"  # where a job keeps what its result is to be like
FORMATS: Final = ("md", "json", "html", "text")
TARGETS: Final = ("inbody", "zip")
_FILE_PART: Final = "files"
_BASE64: Final = re.compile(rb'"base64_string"\s*:\s*"')
_LISTS: Final = frozenset({"to_formats", "ocr_lang", "page_range"})
_LAST_PAGE: Final = 999_999_999  # a greater one stands for the end of the document
_LONGEST_S: Final = 7 * 86400.0


class ConvertOptions(BaseModel):
    """The options that mean something here; others are ignored."""

    model_config = ConfigDict(extra="ignore")

    to_formats: list[Literal["md", "json", "html", "text"]] = ["md"]
    ocr_lang: list[str] = []
    do_ocr: bool = True
    force_ocr: bool = False
    page_range: tuple[PositiveInt, PositiveInt] = (1, _LAST_PAGE + 1)
    document_timeout: PositiveFloat | None = None

    def as_read(self) -> dict[str, Any]:
        """These as options of a reading. Raises Problem `invalid_request`."""
        options: dict[str, Any] = {}
        if self.ocr_lang:
            options["languages"] = tesseract_codes(self.ocr_lang)
        if self.force_ocr or not self.do_ocr:
            options["ocr"] = "force" if self.force_ocr else "off"
        first, last = self.page_range
        if last <= _LAST_PAGE:
            options["pages"] = f"{first}-{last}"
        elif first > 1:
            rows = [{"place": "options.page_range", "expected": "The last page as a number"}]
            raise Problem("invalid_request", "The page range has no end.", errors=rows)
        return options


class ChunkOptions(BaseModel):
    """The options of chunks that mean something here; others are ignored."""

    model_config = ConfigDict(extra="ignore")

    max_tokens: int | None = Field(None, ge=1)
    include_raw_text: bool = False

    def as_kept(self, *, document: bool) -> dict[str, Any]:
        """What the job keeps; `document` is whether the converted document is wanted too."""
        most = self.max_tokens or MOST_TOKENS
        return {"most": most, "raw": self.include_raw_text, "document": document}


class Source(BaseModel):
    """A file as base64, or the address of one."""

    model_config = ConfigDict(extra="ignore")

    kind: Literal["file", "http"]
    url: str | None = None
    headers: dict[str, Any] = {}
    filename: str | None = None


class Target(BaseModel):
    """Where the result goes."""

    kind: str = "inbody"


class ConvertRequest(BaseModel):
    """The JSON of `/v1/convert/source`."""

    model_config = ConfigDict(extra="ignore")

    options: ConvertOptions = ConvertOptions()
    sources: list[Source] = Field(min_length=1, max_length=1)
    target: Target = Target()


class ChunkRequest(BaseModel):
    """The JSON of `/v1/chunk/.../source`."""

    model_config = ConfigDict(extra="ignore")

    convert_options: ConvertOptions = ConvertOptions()
    chunking_options: ChunkOptions = ChunkOptions()
    include_converted_doc: bool = False
    sources: list[Source] = Field(min_length=1, max_length=1)
    target: Target = Target()


async def read_form(request: Request, services: Services, blob: str) -> Submission:
    """A form with one part `files`; options are fields, lists repeat theirs."""
    form, upload = await _received_form(request, services, blob)
    options = _parse(ConvertOptions, _fields(form.values))
    parameters, read = await _accepted(services, options, _target(form.values), form.filename)
    return Submission(parameters, read, upload)


async def read_chunk_form(request: Request, services: Services, blob: str) -> Submission:
    """The same for chunks: the options begin with `convert_` or `chunking_`."""
    form, upload = await _received_form(request, services, blob)
    fields = _fields(form.values)
    document = fields.get("include_converted_doc", "false").lower() == "true"
    kept = _parse(ChunkOptions, _below("chunking_", fields)).as_kept(document=document)
    options = _parse(ConvertOptions, _below("convert_", fields))
    target = _target(form.values)
    parameters, read = await _accepted(services, options, target, form.filename, kept)
    return Submission(parameters, read, upload)


async def read_source(request: Request, services: Services, blob: str) -> Submission:
    """JSON with one source: base64, or a URL that the operator allows."""
    asked, upload = await _received_json(request, services, blob, ConvertRequest)
    source = asked.sources[0]
    parameters, read = await _accepted(services, asked.options, asked.target, source.filename)
    return _sourced(source, services, parameters, read, upload)


async def read_chunk_source(request: Request, services: Services, blob: str) -> Submission:
    """The same for chunks."""
    asked, upload = await _received_json(request, services, blob, ChunkRequest)
    source = asked.sources[0]
    kept = asked.chunking_options.as_kept(document=asked.include_converted_doc)
    parameters, read = await _accepted(
        services, asked.convert_options, asked.target, source.filename, kept
    )
    return _sourced(source, services, parameters, read, upload)


async def _received_form(
    request: Request, services: Services, blob: str
) -> tuple[OpenForm, Upload]:
    limit = services.upload_limit
    chunks = body_chunks(request, limit + FORM_OVERHEAD_BYTES)
    form = OpenForm(chunks, boundary_of(request.headers.get("content-type", "")), _FILE_PART)
    return form, await receive(form.file_chunks(), services.blobs, blob, limit)


async def _received_json(
    request: Request, services: Services, blob: str, shape: type[M]
) -> tuple[M, Upload | None]:
    limit = services.upload_limit
    chunks = body_chunks(request, limit * 4 // 3 + FORM_OVERHEAD_BYTES)
    body = EmbeddedDocument(chunks, _BASE64)
    upload = None
    if await body.begin():
        upload = await receive(body.document(), services.blobs, blob, limit)
    return _parse(shape, await body.rest()), upload


def _fields(values: Mapping[str, list[str]]) -> dict[str, Any]:
    """Lists as they are, and the last of what other fields were sent."""
    return {
        name: each if name.removeprefix("convert_") in _LISTS else each[-1]
        for name, each in values.items()
    }


def _below(prefix: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): each for name, each in fields.items() if name.startswith(prefix)
    }


def _target(values: Mapping[str, list[str]]) -> Target:
    return Target(kind=values.get("target_type", ["inbody"])[-1])


def _sourced(
    source: Source,
    services: Services,
    parameters: JobParameters,
    read: ReadOptions,
    upload: Upload | None,
) -> Submission:
    if upload is not None and source.kind == "file":
        return Submission(parameters, read, upload)
    return Submission(parameters, read, url=_url(source, services))


def _url(source: Source, services: Services) -> str:
    if source.kind != "http" or source.url is None:
        raise Problem("invalid_request", "Send `base64_string` for a file, `url` for an address.")
    if source.headers:
        raise Problem("invalid_request", "Headers for fetching a URL are not supported here.")
    parse_target(source.url, services.settings.egress_allow)
    return source.url


async def _accepted(
    services: Services,
    options: ConvertOptions,
    target: Target,
    filename: str | None,
    chunks: Mapping[str, Any] | None = None,
) -> tuple[JobParameters, ReadOptions]:
    """What accompanies the job. `chunks` is set where these are wanted."""
    allowed = TARGETS if chunks is None else TARGETS[:1]
    if target.kind not in allowed:
        # The words that make docling's client try again with `inbody`.
        message = f"The target {target.kind!r} needs artifact storage to be configured."
        raise Problem("invalid_request", message, available=list(allowed))
    read = check_options(options.as_read())
    check_installed(read, await services.capabilities.aget())
    timeout_s = options.document_timeout
    kept = {"formats": list(options.to_formats), "target": target.kind}
    parameters = JobParameters(
        filename=None if filename is None else display_name(form_name(filename)),
        metadata={METADATA: kept if chunks is None else {**kept, "chunks": dict(chunks)}},
        deadline_s=None if timeout_s is None else min(timeout_s, _LONGEST_S),
    )
    return parameters, read


def _parse(shape: type[M], values: Mapping[str, Any]) -> M:
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        raise invalid_request(error) from error
