"""The result as JSON, written page by page: a document of thousands of pages is never in memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from vision.core.document import (
    SCHEMA,
    DocumentInfo,
    ModelUse,
    PageFailure,
    PageReading,
    PageReceipt,
    Receipt,
)
from vision.export.json import encode
from vision.receipt import distinct


@dataclass(frozen=True, slots=True)
class PageRange:
    """Where a page and its receipt are in the text of a result, in bytes."""

    number: int
    page_at: int
    page_bytes: int
    receipt_at: int
    receipt_bytes: int


class StreamedResult:
    """The same bytes as `dumps` gives for the whole document, to be iterated once.

    `readings` come in the order of their pages; only their receipts are kept. `receipt` has the
    fields that are the same for all pages. Documents with analyses of their own are not written
    so: an analysis sees all pages.
    """

    def __init__(
        self,
        info: DocumentInfo,
        readings: Iterable[PageReading],
        failures: Iterable[PageFailure],
        receipt: Receipt,
    ) -> None:
        self._info = info
        self._readings = readings
        self._failures = failures
        self._receipt = receipt
        self._written = 0
        self._pages: list[tuple[PageReceipt, int, int]] = []
        self.ranges: list[PageRange] = []  # once all has been written

    def __iter__(self) -> Iterator[bytes]:
        """Yield the text in pieces."""
        head = f'{{"schema": {encode(SCHEMA)}, "document": {encode(self._info)}, "pages": ['
        yield self._piece(head)
        for reading in self._readings:
            if self._pages:
                yield self._piece(", ")
            page = encode(reading.page).encode()
            self._pages.append((reading.receipt, self._written, len(page)))
            self._written += len(page)
            yield page
        failures = sorted(self._failures, key=lambda failure: failure.number)
        yield self._piece(f'], "failures": {encode(failures)}, "receipt": ')
        yield from self._receipts()

    def _receipts(self) -> Iterator[bytes]:
        frame = encode(replace(self._receipt, models=self._models(), pages=()))
        yield self._piece(frame.removesuffix("]}"))
        for count, (receipt, at, size) in enumerate(self._pages):
            if count:
                yield self._piece(", ")
            text = encode(receipt).encode()
            found = PageRange(receipt.number, at, size, self._written, len(text))
            self.ranges.append(found)
            self._written += len(text)
            yield text
        yield self._piece("]}}")

    def _models(self) -> tuple[ModelUse, ...]:
        return distinct(use for receipt, _, _ in self._pages for use in receipt.models)

    def _piece(self, text: str) -> bytes:
        piece = text.encode()
        self._written += len(piece)
        return piece
