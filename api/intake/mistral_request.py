"""The request of Mistral's `POST /v1/ocr`: JSON with a document and what is wanted of it."""

import re
from typing import Any, Final, Literal

from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError

from api.intake.embedded_document import EmbeddedDocument
from api.intake.options import check_installed, check_options
from api.intake.parse_request import FORM_OVERHEAD_BYTES, Submission, invalid_request
from api.intake.upload_stream import Upload, body_chunks, receive
from api.problems import Problem
from api.schemas.jobs import JobParameters
from api.services import Services
from jobs.domain.egress_policy import parse_target
from jobs.domain.names import display_name
from vision.export.ocr_response import Asked, Granularity, TableFormat
from vision.input.page_selection import parse_pages

_BASE64: Final = re.compile(rb'"data:[^",\\]*;base64,')
_FILE_URL: Final = re.compile(r"/v1/files/([^/?#]+)/content$")
_MOST_PAGES: Final = 10_000


class ImageUrl(BaseModel):
    """An address as an object."""

    url: str


class OcrDocument(BaseModel):
    """Where the document is: an address, a `data:` URL, or an uploaded file."""

    model_config = ConfigDict(extra="ignore")

    type: Literal["document_url", "image_url", "file"] | None = None
    document_url: str | None = None
    document_name: str | None = None
    image_url: str | ImageUrl | None = None
    file_id: str | None = None

    @property
    def url(self) -> str | None:
        """The address, whichever member has it."""
        image = self.image_url.url if isinstance(self.image_url, ImageUrl) else self.image_url
        return self.document_url or image

    @property
    def uploaded(self) -> str | None:
        """The id of an uploaded file, also where its address was sent."""
        match = _FILE_URL.search(self.url or "")
        return self.file_id or (match[1] if match else None)


class OcrRequest(BaseModel):
    """The members that mean something here; others are ignored."""

    model_config = ConfigDict(extra="ignore")

    document: OcrDocument
    model: str | None = None
    pages: list[int] | str | None = None
    table_format: TableFormat | None = None
    extract_header: bool = False
    extract_footer: bool = False
    include_blocks: bool = False
    confidence_scores_granularity: Granularity | None = None
    bbox_annotation_format: Any = None
    document_annotation_format: Any = None

    def asked(self) -> Asked:
        """What the response is to have. Raises Problem `invalid_request`, BadInput for pages."""
        if self.bbox_annotation_format or self.document_annotation_format:
            raise Problem("invalid_request", "Annotations are not available here.")
        return Asked(
            model=self.model or "",
            pages=_from_one(self.pages),
            table_format=self.table_format,
            extract_header=self.extract_header,
            extract_footer=self.extract_footer,
            include_blocks=self.include_blocks,
            granularity=self.confidence_scores_granularity,
        )


class OcrBody:
    """Receives the body of a request. `read` makes a job of it; without one, `asked` is all."""

    def __init__(self, request: Request, limit: int) -> None:
        # Base64 has four characters for three bytes.
        chunks = body_chunks(request, limit * 4 // 3 + FORM_OVERHEAD_BYTES)
        self._body = EmbeddedDocument(chunks, _BASE64)
        self._limit = limit
        self._embedded = False
        self.request: OcrRequest | None = None

    async def begin(self) -> None:
        """Read up to the document, or to the end where none is embedded."""
        self._embedded = await self._body.begin()
        if not self._embedded:
            self.request = _parse(await self._body.rest())

    async def read(self, _: Request, services: Services, blob: str) -> Submission:
        """The document and its options."""
        upload: Upload | None = None
        if self._embedded:
            upload = await receive(self._body.document(), services.blobs, blob, self._limit)
            self.request = _parse(await self._body.rest())
        assert self.request is not None
        asked = self.request.asked()
        pages = asked.pages and ",".join(map(str, asked.pages))
        options = check_options({"pages": pages} if pages else {})
        check_installed(options, await services.capabilities.aget())
        name = self.request.document.document_name
        parameters = JobParameters(filename=display_name(name) if name else None)
        if upload is not None:
            return Submission(parameters, options, upload)
        return Submission(parameters, options, url=self._url(services))

    def _url(self, services: Services) -> str:
        url = self.request.document.url if self.request else None
        if url is None:
            message = "Send `document_url`, `image_url` or `file_id` in `document`."
            raise Problem("invalid_request", message)
        parse_target(url, services.settings.egress_allow)
        return url


def _parse(body: dict[str, Any]) -> OcrRequest:
    try:
        return OcrRequest.model_validate(body)
    except ValidationError as error:
        raise invalid_request(error) from error


def _from_one(pages: list[int] | str | None) -> tuple[int, ...] | None:
    """The pages counted from 1, each once and ascending; Mistral's count from 0."""
    if pages is None:
        return None
    if isinstance(pages, str):
        numbers = re.sub(r"[0-9]{1,9}", lambda digits: str(int(digits[0]) + 1), pages)
        ranges = parse_pages(numbers)
        if sum(last - first + 1 for first, last in ranges) > _MOST_PAGES:
            raise Problem("invalid_request", f"At most {_MOST_PAGES} pages can be selected.")
        return tuple(sorted({page for first, last in ranges for page in range(first, last + 1)}))
    if not pages or min(pages) < 0:
        raise Problem("invalid_request", "`pages` must list numbers from 0.")
    return tuple(sorted({page + 1 for page in pages}))
