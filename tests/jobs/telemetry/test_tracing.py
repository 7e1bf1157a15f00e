from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jobs.domain.job import Fault, Job
from jobs.domain.states import JobState
from jobs.telemetry.tracing import Span, Tracing, job_span_id, new_trace, request_span_id

TRACE = "0af7651916cd43dd8448eb211c80319c"
AT = datetime(2026, 1, 1, tzinfo=UTC)
JOB = Job("job_1", "sales", JobState.RUNNING, AT, {}, {}, request_id="r1", trace=TRACE)


class Kept:
    """A sink that keeps spans, and knows whether it was closed."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.closed = False

    def export(self, span: Span) -> None:
        self.spans.append(span)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def tracing(kept: Kept) -> Tracing:
    made = Tracing()
    made.start(kept)
    return made


def test_request_job_and_step_are_joined_by_what_the_row_of_the_job_holds(
    tracing: Tracing, kept: Kept
) -> None:
    tracing.request(TRACE, "r1", "ab" * 8, "POST /v1/jobs", 1, 202)
    with tracing.step("open_job", JOB):
        pass
    ended = replace(JOB, state=JobState.SUCCEEDED, finished_at=AT + timedelta(seconds=2))
    tracing.job(ended)
    request, step, job = kept.spans
    assert (request.parent, request.id) == ("ab" * 8, request_span_id(TRACE, "r1"))
    assert (job.parent, job.id) == (request.id, job_span_id("job_1"))
    assert step.parent == job.id
    assert {span.trace for span in kept.spans} == {TRACE}
    assert job.ended_ns - job.began_ns == 2_000_000_000
    assert step.attributes["pagesight.job_id"] == "job_1"


def test_stages_follow_one_another_inside_their_step(tracing: Tracing, kept: Kept) -> None:
    with tracing.step("read_page", JOB, page=3) as step:
        step.stage_ms |= {"decode": 2.0, "recognise": 5.5}
    decode, recognise, page = kept.spans
    assert (decode.name, recognise.name, page.name) == ("decode", "recognise", "read_page")
    assert decode.parent == recognise.parent == page.id
    assert page.began_ns == decode.began_ns
    assert decode.ended_ns == recognise.began_ns == decode.began_ns + 2_000_000
    assert recognise.ended_ns - recognise.began_ns == 5_500_000
    assert page.attributes["pagesight.page"] == 3


def test_an_exception_marks_its_step_and_goes_on(tracing: Tracing, kept: Kept) -> None:
    with pytest.raises(ZeroDivisionError), tracing.step("open_job", JOB):
        raise ZeroDivisionError
    assert kept.spans[0].error == "ZeroDivisionError"


@pytest.mark.parametrize(("status", "failed"), [(202, False), (404, False), (500, True)])
def test_a_request_failed_where_the_service_is_at_fault(
    tracing: Tracing, kept: Kept, status: int, failed: bool
) -> None:
    tracing.request(TRACE, "r1", None, "GET /v1/jobs", 1, status)
    assert bool(kept.spans[0].error) is failed


def test_a_failed_job_says_its_code(tracing: Tracing, kept: Kept) -> None:
    fault = Fault("damaged", "The file is damaged.", "caller")
    tracing.job(replace(JOB, state=JobState.FAILED, finished_at=AT, fault=fault))
    assert kept.spans[0].error == "damaged"


def test_nothing_is_sent_without_a_trace_or_a_sink(kept: Kept) -> None:
    off = Tracing()
    with off.step("open_job", JOB) as step:
        assert step.traceparent == ""
    off.job(replace(JOB, finished_at=AT))
    off.start(kept)
    untraced = replace(JOB, trace=None)
    with off.step("open_job", untraced) as step:
        assert step.traceparent == ""
    with off.step("deliver", None):
        pass
    off.job(replace(untraced, finished_at=AT))
    assert kept.spans == []
    assert off.on
    off.stop()
    assert (kept.closed, off.on) == (True, False)


def test_a_step_names_itself_to_who_continues_the_trace(tracing: Tracing, kept: Kept) -> None:
    with tracing.step("deliver", JOB, "client") as step:
        header = step.traceparent
    assert header == f"00-{TRACE}-{kept.spans[0].id}-01"
    assert len(new_trace()) == 32
