"""Waits for a job to end, for `Prefer: wait=N`."""

import time

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.services import MEGABYTE, Services
from jobs.domain.job import Job
from jobs.domain.states import FINAL_JOB_STATES


def allowed_wait_s(services: Services, job: Job, wanted_s: int | None) -> float | None:
    """How long to wait for this job; None where waiting was not requested or is refused."""
    too_large = (job.input_bytes or 0) > services.settings.max_wait_mb * MEGABYTE
    if wanted_s is None or too_large:
        return None
    return min(float(wanted_s), services.settings.max_wait_s)


async def wait_until_final(request: Request, services: Services, job: Job, seconds: float) -> Job:
    """The job once it has ended, else its state after `seconds`.

    Earlier when the caller disconnects or the server stops.
    """
    until = time.monotonic() + seconds
    with services.waits.join(job.id) as wait:
        while job.state not in FINAL_JOB_STATES and (left := until - time.monotonic()) > 0:
            wait.ended.clear()
            stopping = await services.pause(min(wait.pause_s(), left), wait.ended)
            if await request.is_disconnected():
                break
            job = await run_in_threadpool(services.ledger.jobs.get, job.tenant, job.id)
            if stopping:
                break
    return job
