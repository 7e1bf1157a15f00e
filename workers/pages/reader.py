"""Reads one page, from its claim to its result."""

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, TypeVar

from jobs.domain.errors import LedgerError, LedgerUnavailable, NotFound, StaleClaim
from jobs.domain.job import Claim, Fault, Job
from jobs.domain.log_context import add_origin
from jobs.ledger import Ledger
from jobs.telemetry.tracing import TRACING
from vision.core.document import PageReading
from vision.core.errors import BadInput, EngineFailure
from vision.core.stages import PageImage
from vision.export.json import page_reading_to_dict
from vision.pipeline import read_page
from workers.engine.engine import Engine
from workers.inputs.document_cache import Documents
from workers.inputs.faults import fault_of, input_missing, unexpected
from workers.inputs.read_options import read_options
from workers.observability.metrics import PAGES
from workers.observability.reading import (
    charged_to,
    count_fault,
    count_reading,
    count_retry,
    measured_page,
)
from workers.observability.waits import Timed, add_wait
from workers.pages.lease_keeper import Hold, LeaseKeeper
from workers.pages.quarantine import Quarantine
from workers.pages.single_page import SinglePage
from workers.pages.watchdog import Watchdog

_log = logging.getLogger(__name__)

LEDGER_PATIENCE_S = 60.0  # a restart of the database takes seconds; after this the page is lost
_LOOK_AGAIN_S = 0.5
_STORE_PAUSE_S = 1.0
T = TypeVar("T")
Decode = Callable[[Job, int], PageImage]


class Decoder(Protocol):
    """Turns a page of a document into pixels."""

    def decode(self, path: Path, number: int, dpi: int) -> PageImage:
        """Page `number`, counted from 1; BadInput where it cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class PageReader:
    """Reads pages; one for all threads of the process."""

    ledger: Ledger
    documents: Documents
    decoder: Decoder
    engine: Engine
    keeper: LeaseKeeper
    watchdog: Watchdog
    worker: str
    max_attempts: int
    single: SinglePage
    quarantine: Quarantine = field(default_factory=Quarantine)

    def read(self, job_id: str, number: int) -> None:
        """Claim the page, read it, store the outcome. Harmless when it is done already."""
        suspect = self.ledger.pages.attempts(job_id, number) > 0
        # Claimed inside: a page that waits for its turn must not be lost with the one that has it.
        with self.quarantine.alone() if suspect else self.quarantine.together():
            self._claim_and_read(lambda: self.ledger.pages.claim(job_id, number, self.worker))

    def read_new(self, claim: Callable[[], Claim | None], decode: Decode) -> None:
        """Read the page that `claim` creates and claims, if it does; `decode` gives its pixels."""
        with self.quarantine.together():
            self._claim_and_read(claim, decode)

    def decode(self, job: Job, number: int) -> PageImage:
        """Page `number` of the job's document. Raises what `Decoder.decode` does."""
        with self.documents.open(job.input_blob or "") as path:
            return self.decoder.decode(path, number, read_options(job.options).dpi)

    def _claim_and_read(
        self, take: Callable[[], Claim | None], decode: Decode | None = None
    ) -> None:
        claim = take()
        if claim is None:
            return
        held = self.keeper.holding(claim)
        with held as hold, self.watchdog.timing(claim), measured_page() as waited:
            try:
                self._settle(hold, waited, decode or self.decode)
            except StaleClaim:
                PAGES.labels("stale").inc()
                _log.info("claim lost, nothing written", extra=_named(claim))

    def _settle(self, hold: Hold, waited: Mapping[str, float], decode: Decode) -> None:
        claim = hold.claim
        try:
            reading, job = self._reading(hold, decode)
        except BadInput as error:
            self._fail(hold, fault_of(error))
        except EngineFailure as error:
            _log.error("engine failure: %s", error.message, extra=_named(claim))
            self._try_again(hold, fault_of(error))
        except (OSError, NotFound) as error:  # BlobError is an OSError
            _log.error("input not available: %s", error, extra=_named(claim))
            self._without_input(hold)
        except LedgerError:
            raise  # the claim was lost, or the ledger is unavailable: there is nowhere to write
        except Exception as error:  # noqa: BLE001 - whatever a page does, its neighbours go on
            _log.exception("page could not be read", extra=_named(claim))
            self._try_again(hold, unexpected(error))
        else:
            self._patiently(hold, lambda: self._store(claim, job, reading))
            count_reading(reading, waited, job.tenant)

    def _store(self, claim: Claim, job: Job, reading: PageReading) -> None:
        if not self.single.finish(job, claim, reading):
            text = json.dumps(page_reading_to_dict(reading), ensure_ascii=False, allow_nan=False)
            self.ledger.pages.succeed(claim, text)

    def _reading(self, hold: Hold, decode: Decode) -> tuple[PageReading, Job]:
        """The page as read, and the job whose it is."""
        claim = hold.claim
        job = self._patiently(hold, lambda: self.ledger.jobs.load(claim.job_id))
        add_origin(job)
        number, attempt = claim.number, claim.attempt
        span = TRACING.step("read_page", job, page=number, attempt=attempt)
        with charged_to(job.tenant), span as step:
            reading = self._read(hold, job, decode)
            step.stage_ms |= reading.receipt.stage_ms
            return reading, job

    def _read(self, hold: Hold, job: Job, decode: Decode) -> PageReading:
        claim, engine = hold.claim, self.engine
        options = read_options(job.options)
        with Timed() as decoding:
            page = decode(job, claim.number)
        add_wait("decode", max(0.0, decoding.seconds - page.decode_ms / 1000))
        hold.check()
        engine.require(options)
        reading = read_page(page, engine.stages, options, engine.orienter, hold.check)
        hold.check()
        receipt = replace(
            reading.receipt,
            canary_ms=engine.canary_ms,
            worker=self.worker,
            attempt=claim.attempt,
        )
        return replace(reading, receipt=receipt)

    def _try_again(self, hold: Hold, fault: Fault) -> None:
        """Let the lease lapse, which counts the attempt and leaves time for repair; or give up."""
        if hold.claim.attempt >= self.max_attempts:
            self._fail(hold, fault)
        else:
            count_retry(fault.code)

    def _fail(self, hold: Hold, fault: Fault) -> None:
        self._patiently(hold, lambda: self.ledger.pages.fail(hold.claim, fault))
        count_fault("page", fault)

    def _without_input(self, hold: Hold) -> None:
        """Wait while the whole store is away, however long; a document missing alone may fail."""
        if self.documents.store_answers():
            self._try_again(hold, input_missing())
            return
        time.sleep(_STORE_PAUSE_S)  # or this thread would put off one page after another at speed
        hold.check()
        self._patiently(hold, lambda: self.ledger.pages.put_off(hold.claim))
        PAGES.labels("put_off").inc()

    def _patiently(self, hold: Hold, ask: Callable[[], T]) -> T:
        """Call the ledger, and wait while it is unavailable, since the work is done already.

        A commit whose confirmation was lost is refused as stale the second time.
        """
        until = time.monotonic() + LEDGER_PATIENCE_S
        while True:
            try:
                return ask()
            except LedgerUnavailable:
                if time.monotonic() > until:
                    raise
                time.sleep(_LOOK_AGAIN_S)
                hold.check()


def _named(claim: Claim) -> dict[str, object]:
    return {"job_id": claim.job_id, "page": claim.number}
