"""Every job that ends sends its span once, however it ends."""

from collections.abc import Callable, Iterator

import pytest

from jobs.domain.job import Fault
from jobs.ledger import Ledger
from jobs.telemetry.tracing import TRACING, Span, new_trace
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledgers import TENANT, created, finished

DAMAGED = Fault("damaged", "The document is damaged.", "caller")
End = Callable[[Ledger, ManualClock], str]


class Sink:
    """Keeps the spans of jobs."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def export(self, span: Span) -> None:
        self.spans.append(span)

    def close(self) -> None:
        """Nothing to export later."""


@pytest.fixture
def sink() -> Iterator[Sink]:
    made = Sink()
    TRACING.start(made)
    yield made
    TRACING.stop()


def cancelled(ledger: Ledger, _: ManualClock) -> str:
    job = created(ledger, trace=new_trace())
    return ledger.jobs.cancel(TENANT, job.id).id


def expired(ledger: Ledger, clock: ManualClock) -> str:
    job = created(ledger, trace=new_trace(), deadline_s=60)
    clock.advance(seconds=61)
    assert ledger.jobs.expire_due() == 1
    return job.id


def failed(ledger: Ledger, _: ManualClock) -> str:
    job = created(ledger, trace=new_trace())
    assert ledger.jobs.fail(job.id, DAMAGED)
    return job.id


def succeeded(ledger: Ledger, _: ManualClock) -> str:
    return finished(ledger, trace=new_trace()).id


@pytest.mark.parametrize("end", [cancelled, expired, failed, succeeded])
def test_a_job_that_ends_sends_its_span_once(
    ledger: Ledger, clock: ManualClock, sink: Sink, end: End
) -> None:
    job = ledger.jobs.load(end(ledger, clock))
    (span,) = sink.spans
    assert (span.name, span.trace) == ("job", job.trace)
    assert span.attributes["pagesight.job_id"] == job.id
    assert span.attributes["pagesight.state"] == end.__name__


def test_the_span_of_an_end_comes_with_its_announcement(ledger: Ledger, sink: Sink) -> None:
    announced: list[str] = []
    ledger.on_ended(announced.extend)
    job = finished(ledger, trace=new_trace())
    assert announced == [job.id]
    assert len(sink.spans) == 1
