"""How queries of a full ledger find their rows: by an index, whatever the tables have grown to."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

import pytest

from benchmarks.made_ledger import ends_at, fill, made_id
from jobs.admission.capacity import QueueLoad
from jobs.admission.queue_stats import BacklogReader
from jobs.domain.delivery import DeliveryFilter
from jobs.domain.job import Job
from jobs.domain.states import DeliveryState, JobState
from jobs.ledger import Ledger, open_ledger
from jobs.migrations.upgrade import migrate
from jobs.retention.orphan_blobs import KEPT, delete_orphans
from jobs.settings import Settings
from jobs.storage.blob_keys import input_key
from jobs.storage.blob_store import Blobs
from jobs.stores import job_search
from tests.support.ledger_fixtures import ManualClock
from tests.support.ledgers import new_job
from tests.support.plans import plan

JOBS = 30_000
TENANT = "tenant-10"
BATCH = made_id("batch", 10)
JOB = made_id("job", 20)
# These hold only rows that are open, deleted or read lately, so reading them whole is cheap. Those
# of `finished_at` are read newest first, a thousand rows.
SMALL = {
    "ix_batches_deleted_at",
    "ix_batches_open",
    "ix_deliveries_open",
    "ix_jobs_created_at",
    "ix_jobs_finished_at",
    "ix_jobs_open",
    "ix_outbox_subject",
}
# An operator's endpoints are few, the outbox is empty, and the others are results of a query.
FEW = {"first", "endpoints", "outbox", "anon_1", "anon_2", "matching"}


def disable(ledger: Ledger) -> object:
    (endpoint, *_) = ledger.endpoints.list(TENANT)
    return ledger.endpoints.update(TENANT, endpoint.id, enabled=False)


Call = Callable[[Ledger], object]
LISTS: dict[str, tuple[str, Call]] = {
    "jobs": ("ix_jobs_tenant_id", lambda of: of.jobs.list(TENANT, before="job_z")),
    "jobs by state": (
        "ix_jobs_state",
        lambda of: of.jobs.list(TENANT, state=JobState.FAILED, before="job_z"),
    ),
    "jobs of a batch": (
        "ix_jobs_batch_id",
        lambda of: of.jobs.list(TENANT, batch_id=BATCH, before="job_z"),
    ),
    "jobs of a batch by state": (
        "ix_jobs_batch",
        lambda of: of.jobs.list(TENANT, batch_id=BATCH, state=JobState.FAILED),
    ),
    "batches": ("ix_batches_tenant_id", lambda of: of.batches.list(TENANT)),
    "results of a batch": (
        "ix_jobs_batch_index",
        lambda of: of.batches.jobs(BATCH, [JobState.SUCCEEDED], -1, 200),
    ),
    "deliveries": ("ix_deliveries_tenant_id", lambda of: of.deliveries.list(TENANT)),
    "deliveries by state": ("ix_deliveries_state", lambda of: deliveries_in(of, "failed")),
    "deliveries of an endpoint": (
        "ix_deliveries_endpoint_id",
        lambda of: of.deliveries.list(TENANT, DeliveryFilter(endpoint_id="we-10-a")),
    ),
    "deliveries of a job": (
        "ix_deliveries_job_id",
        lambda of: of.deliveries.list(TENANT, DeliveryFilter(job_id=JOB)),
    ),
    "audit": ("ix_audit_events_tenant_id", lambda of: of.audit.list(tenant=TENANT)),
    "metrics": ("ix_jobs_state", lambda of: BacklogReader(of.database, of.clock).read()),
    "pages in metrics": (
        "ix_pages_open",
        lambda of: BacklogReader(of.database, of.clock).read(),
    ),
    "quota of a tenant": ("ix_jobs_open", lambda of: of.load.capacity("tenant-new")),
    "quota of all": ("ix_batches_open", lambda of: fresh_load(of).capacity(None)),
    "a place in the queue": ("ix_jobs_open", lambda of: of.load.estimate(waiting(of))),
    "when to come back": ("ix_jobs_open", lambda of: of.load.full(TENANT)),
}
SWEEPS: dict[str, tuple[str, Call]] = {
    "leases": ("ix_pages_lease_until", lambda of: of.pages.lapse()),
    "deadlines": ("ix_jobs_deadline_at", lambda of: of.jobs.expire_due()),
    "late starts": ("ix_jobs_begin_by", lambda of: of.jobs.fail_late()),
    "lost steps": ("ix_tasks_dispatched_until", lambda of: of.tasks.recover()),
    "ready steps": ("ix_tasks_ready", lambda of: of.tasks.take(10)),
    "missing steps": ("uq_tasks_subject", lambda of: of.tasks.adopt()),
    "old deliveries": ("ix_deliveries", lambda of: of.deliveries.purge()),
    "a disabled endpoint": ("ix_deliveries_open", disable),
}


def fresh_load(ledger: Ledger) -> QueueLoad:
    """One that has counted nothing yet."""
    return QueueLoad(ledger.database, Settings(_env_file=None), ledger.clock)


def deliveries_in(ledger: Ledger, state: str) -> object:
    return ledger.deliveries.list(TENANT, DeliveryFilter(states=(DeliveryState(state),)))


def waiting(ledger: Ledger) -> Job:
    return ledger.jobs.load(made_id("job", JOBS))


def whole(steps: list[str]) -> list[str]:
    """What is read from end to end and grows with the ledger."""
    return [
        step
        for step in steps
        if step.startswith(("scan ", "all of "))
        and step.split()[-1] not in FEW
        and not SMALL & set(step.split())
    ]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def used(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ledger]:
    """A ledger with so many rows that to read them all would show, and their statistics."""
    folder = tmp_path_factory.mktemp("used")
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("cluster").new_database()
    settings = Settings(
        _env_file=None, data_dir=folder, database_url=url, webhook_key_file=folder / "keys"
    )
    migrate(settings)
    ledger = open_ledger(settings, ManualClock(ends_at(JOBS)))
    with ledger.database.write() as connection:
        fill(connection, JOBS)
    yield ledger
    ledger.close()


def test_names_that_none_of_the_newest_jobs_has_are_found_by_an_index(
    used: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_search, "NEWEST", 100)
    wanted = JOBS - 4_000  # of TENANT, and not of its newest
    index = "job_names_index" if used.database.is_sqlite else "ix_jobs_names on jobs"
    for search in (f"ice-{wanted}.p", made_id("job", wanted)):
        jobs, _ = used.jobs.list(TENANT, search=search)
        assert [job.id for job in jobs] == [made_id("job", wanted)]
        steps = plan(used.database, partial(used.jobs.list, TENANT, search=search))
        assert any(index in step for step in steps)
        assert whole(steps) == []


@pytest.mark.parametrize("calls", [LISTS, SWEEPS], ids=["asked", "swept"])
def test_what_callers_and_the_service_ask_for_is_found_by_an_index(
    used: Ledger, calls: dict[str, tuple[str, Call]]
) -> None:
    steps = {name: plan(used.database, partial(call, used)) for name, (_, call) in calls.items()}
    unused = {
        name: steps[name]
        for name, (index, _) in calls.items()
        if not any(index in step for step in steps[name])
    }
    assert unused == {}
    assert {name: found for name, of in steps.items() if (found := whole(of))} == {}


def test_retention_reads_no_table_whole(used: Ledger, blobs: Blobs) -> None:
    used.deletion.batch(TENANT, BATCH)
    steps = plan(used.database, lambda: used.deletion.purge(blobs, 0.5))
    assert {"ix_jobs_expires_at on jobs", "ix_batches_expires_at on batches"} <= set(steps)
    assert whole(steps) == []


def test_orphans_are_looked_up_by_key(used: Ledger, blobs: Blobs) -> None:
    blobs.put(input_key(new_job()), b"x")
    later = datetime.now(UTC) + 2 * KEPT
    steps = plan(used.database, lambda: delete_orphans(used.database, blobs, later))
    assert {step.split()[-1] for step in steps} == {"jobs", "batches"}
    assert whole(steps) == []
