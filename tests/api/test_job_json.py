from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from api.schemas.jobs import JobOut
from jobs.admission.capacity import Estimate
from jobs.domain.job import Fault, Job, Priority
from jobs.domain.states import JobState

TEXT = st.text(max_size=20)
TIME = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(TEXT, each, max_size=3),
    max_leaves=5,
)
JOBS = st.builds(
    Job,
    id=st.just("job_01kb6m4q2x5v8n3c7d9f0g1h2j"),
    tenant=st.just("a"),
    state=st.sampled_from(JobState),
    created_at=TIME,
    options=st.dictionaries(st.sampled_from(("dpi", "languages", "profile", "pages")), JSON),
    metadata=st.dictionaries(TEXT, JSON, max_size=3),
    filename=st.none() | TEXT,
    input_bytes=st.none() | st.integers(0),
    priority=st.sampled_from(Priority),
    pages_total=st.none() | st.integers(0),
    fault=st.none() | st.builds(Fault, TEXT, TEXT, st.sampled_from(("caller", "operator"))),
    started_at=st.none() | TIME,
    finished_at=st.none() | TIME,
)
ESTIMATES = st.none() | st.builds(
    Estimate, st.integers(0), st.integers(0), st.none() | st.floats(0, 1e9)
)


@given(job=JOBS, estimate=ESTIMATES)
def test_the_answer_is_the_json_of_the_model(job: Job, estimate: Estimate | None) -> None:
    assert JobOut.json_of(job, estimate) == JobOut.of(job, estimate).model_dump_json().encode()
