"""Counts pages and jobs: their times, words, errors and processor time."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from jobs.domain.job import Fault, Job
from vision.core.document import PageReading, Word
from workers.observability import metrics
from workers.observability.cpu_shares import CpuShares, TenantLabels
from workers.observability.waits import Timed, gathering_waits

_SHARES: Final = CpuShares()
_TENANTS: Final = TenantLabels()


@contextmanager
def measured_page() -> Iterator[Mapping[str, float]]:
    """Count the time of an attempt at a page; yields its waits in seconds by stage."""
    with Timed() as timed, gathering_waits() as waited:
        yield waited
    metrics.PAGE_SECONDS.observe(timed.seconds)


@contextmanager
def charged_to(tenant: str) -> Iterator[None]:
    """Charge a tenant with its share of the processor time of the `with`."""
    with _SHARES.sharing() as share:
        yield
    metrics.TENANT_CPU.labels(_TENANTS(tenant)).inc(share.seconds)


def count_reading(reading: PageReading, waited: Mapping[str, float], tenant: str) -> None:
    """Count a page that was read."""
    metrics.PAGES.labels("succeeded").inc()
    metrics.TENANT_PAGES.labels(_TENANTS(tenant)).inc()
    for stage, spent_ms in reading.receipt.stage_ms.items():
        # Only a wait inside the stage is part of its time; decoding is timed without its own.
        inside = 0.0 if stage == "decode" else waited.get(stage, 0.0)
        metrics.STAGE_SECONDS.labels(stage).observe(max(0.0, spent_ms / 1000 - inside))
    for stage, seconds in waited.items():
        metrics.STAGE_WAIT_SECONDS.labels(stage).observe(seconds)
    words = list(_words(reading))
    metrics.LINES.inc(sum(len(block.lines) for block in reading.page.blocks))
    metrics.WORDS.inc(len(words))
    for word in words:
        metrics.WORD_CONFIDENCE.observe(word.confidence)


def count_fault(subject: str, fault: Fault) -> None:
    """Count a page or job that failed for good."""
    metrics.FAULTS.labels(subject, fault.code, fault.actor).inc()
    if subject == "page":
        metrics.PAGES.labels("failed").inc()


def count_retry(code: str) -> None:
    """Count an attempt at a page that will be repeated."""
    metrics.RETRIES.labels(code).inc()
    metrics.PAGES.labels("retried").inc()


def count_job(job: Job) -> None:
    """Count a job that has ended, with the time that it waited and took."""
    metrics.JOBS.labels(str(job.state)).inc()
    if job.started_at is not None:
        waited = (job.started_at - job.created_at).total_seconds()
        metrics.JOB_WAIT_SECONDS.observe(max(0.0, waited))
    if job.finished_at is not None:
        took = (job.finished_at - job.created_at).total_seconds()
        metrics.JOB_SECONDS.observe(max(0.0, took))


def _words(reading: PageReading) -> Iterator[Word]:
    for block in reading.page.blocks:
        for line in block.lines:
            yield from line.words
