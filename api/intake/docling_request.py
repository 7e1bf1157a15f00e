"""docling-serve's requests: one file in a form, or one source in JSON, with its options."""

import re
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, ValidationError

from api.intake.embedded_document import EmbeddedDocument
from api.intake.language_tags import tesseract_codes
from api.intake.multipart import boundary_of
from api.intake.open_form import OpenForm
from api.intake.options import check_installed, check_options
from api.intake.parse_request import FORM_OVERHEAD_BYTES, Submission, invalid_request
from api.intake.upload_stream import body_chunks, receive
from api.problems import Problem
from api.schemas.jobs import JobParameters
from api.services import Services
from jobs.domain.egress_policy import parse_target
from jobs.domain.names import display_name, form_name
from vision.core.options import ReadOptions

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


async def read_form(request: Request, services: Services, blob: str) -> Submission:
    """A form with one part `files`; options are fields, lists repeat theirs."""
    limit = services.upload_limit
    chunks = body_chunks(request, limit + FORM_OVERHEAD_BYTES)
    form = OpenForm(chunks, boundary_of(request.headers.get("content-type", "")), _FILE_PART)
    upload = await receive(form.file_chunks(), services.blobs, blob, limit)
    fields = {
        name: values if name in _LISTS else values[-1] for name, values in form.values.items()
    }
    options = _parse(ConvertOptions, fields)
    target = form.values.get("target_type", ["inbody"])[-1]
    parameters, read = await _accepted(services, options, target, form.filename)
    return Submission(parameters, read, upload)


async def read_source(request: Request, services: Services, blob: str) -> Submission:
    """JSON with one source: base64, or a URL that the operator allows."""
    limit = services.upload_limit
    chunks = body_chunks(request, limit * 4 // 3 + FORM_OVERHEAD_BYTES)
    body = EmbeddedDocument(chunks, _BASE64)
    upload = None
    if await body.begin():
        upload = await receive(body.document(), services.blobs, blob, limit)
    asked = _parse(ConvertRequest, await body.rest())
    source = asked.sources[0]
    parameters, read = await _accepted(services, asked.options, asked.target.kind, source.filename)
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
    services: Services, options: ConvertOptions, target: str, filename: str | None
) -> tuple[JobParameters, ReadOptions]:
    if target not in TARGETS:
        # The words that make docling's client try again with `inbody`.
        message = f"The target {target!r} needs artifact storage to be configured."
        raise Problem("invalid_request", message, available=list(TARGETS))
    read = check_options(options.as_read())
    check_installed(read, await services.capabilities.aget())
    timeout_s = options.document_timeout
    parameters = JobParameters(
        filename=None if filename is None else display_name(form_name(filename)),
        metadata={METADATA: {"formats": list(options.to_formats), "target": target}},
        deadline_s=None if timeout_s is None else min(timeout_s, _LONGEST_S),
    )
    return parameters, read


def _parse(shape: type[M], values: Mapping[str, Any]) -> M:
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        raise invalid_request(error) from error
