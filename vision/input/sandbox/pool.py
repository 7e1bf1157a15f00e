"""Opens untrusted documents in helper processes, so that a bomb or crash fails only one page."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from vision.core.exports import PageText
from vision.core.limits import DocumentProbe, Limits
from vision.core.stages import PageImage
from vision.input.sandbox.page_text_codec import rows_of
from vision.input.sandbox.validation import bytes_of, page_of, probe_of
from vision.input.sandbox.worker import Budget, Helper


class DecoderPool:
    """Helper processes shared by all threads; each call waits for a free one.

    One is started at once, the others when they are first needed: most documents need one alone.
    Create it after any fork. `limits` bound a document, `budget` one request. `on_restart` is
    called with `recycled` where a helper had its number of requests, `ended` where it died.

    Beyond the codes of vision.input.decode its methods raise BadInput `too_costly` (time or memory
    ran out) and `decoder_crashed`, EngineFailure `decoder_missing` where a helper cannot start, and
    OSError where there is no readable file at `path`.
    """

    def __init__(
        self,
        size: int = 2,
        limits: Limits | None = None,
        budget: Budget | None = None,
        on_restart: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._limits = limits or Limits()
        self._budget = budget or Budget()
        self._helpers: queue.SimpleQueue[Helper] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._size = size
        self._on_restart = on_restart
        self._started = 1
        self._helpers.put(self._start())

    def probe(self, path: Path) -> DocumentProbe:
        """What kind of document lies at `path`, and how many pages it has."""
        request = {"do": "probe", "path": _readable(path)}
        with self._lend() as helper:
            return helper.ask(request, lambda answer: probe_of(answer, self._limits))

    def decode(self, path: Path, number: int, dpi: int) -> PageImage:
        """Page `number`, counted from 1; `dpi` is the resolution at which PDF pages are drawn."""
        request = {"do": "decode", "path": _readable(path), "number": number, "dpi": dpi}
        with self._lend() as helper:
            started = time.perf_counter()
            page = helper.ask(
                request,
                lambda answer: page_of(answer, number, self._limits, helper.take_pixels),
            )
        return replace(page, decode_ms=(time.perf_counter() - started) * 1000)

    def searchable_pdf(
        self, path: Path, pages: Sequence[PageText], *, archival: bool = False
    ) -> bytes:
        """The document as a PDF with this text behind its pages; PDF/A-2b if `archival`."""
        # A page with text takes a tenth of the time that it may take to be decoded.
        budgets = 1 + len(pages) // 10
        rows = rows_of(pages)
        request = {
            "do": "searchable_pdf", "path": _readable(path), "pages": rows, "budgets": budgets,
            "archival": archival,
        }  # fmt: skip
        with self._lend() as helper:
            return helper.ask(
                request, lambda answer: helper.take_bytes(bytes_of(answer, self._limits))
            )

    def close(self) -> None:
        """End all helpers once their current pages are done. Call once, and nothing afterwards."""
        for _ in range(self._started):
            self._helpers.get().stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @contextlib.contextmanager
    def _lend(self) -> Iterator[Helper]:
        helper = self._free()
        try:
            if not helper.usable():
                self._on_restart("recycled" if helper.alive() else "ended")
                helper.stop()
                helper = self._start()
            yield helper
        finally:
            self._helpers.put(helper)

    def _free(self) -> Helper:
        with contextlib.suppress(queue.Empty):
            return self._helpers.get_nowait()
        with self._lock:
            if self._started < self._size:
                helper = self._start()
                self._started += 1
                return helper
        return self._helpers.get()

    def _start(self) -> Helper:
        return Helper(self._limits, self._budget)


def _readable(path: Path) -> str:
    """The absolute path; the helper has another working directory. Raises OSError."""
    with path.open("rb"):
        return str(path.resolve())
