"""Documents that wait to be checked by a person, and the words to check."""

import json
from collections.abc import Iterator
from typing import Annotated

from fastapi import Query

from api.error_handlers import guarded
from api.keyed_router import keyed_router
from api.problems import Problem
from api.routes.results import page_reading, result_blob
from api.schemas.checks import CheckChange, CheckList, CheckOut, DoubtfulWordOut, DoubtfulWords
from api.schemas.jobs import JobId, JobOut
from api.security.auth import Reader, Writer
from api.services import Services, ServicesDep
from jobs.domain.job import Job
from jobs.domain.states import PageState
from vision.core.document import Page
from vision.core.doubt import DOUBTFUL_BELOW, words_below
from vision.export.json import page_reading_from_dict

MOST_PAGES = 100  # searched in one request
MOST_WORDS = 1000

router = keyed_router("/v1", "results")


@router.get(
    "/checks",
    operation_id="listChecks",
    summary="Documents that wait to be checked",
    responses=guarded("invalid_request"),
)
def list_checks(
    services: ServicesDep,
    key: Reader,
    limit: Annotated[int, Query(ge=1, le=200, description="Documents in one answer.")] = 50,
    before: Annotated[JobId | None, Query(description="`next` of the previous page.")] = None,
) -> CheckList:
    """Those with doubtful words (of a confidence below 0.7) that nobody has marked as checked."""
    found, cursor = services.ledger.checks.waiting(key.tenant, limit=limit, before=before)
    checks = [CheckOut(job=JobOut.of(each.job), doubtful=each.doubtful) for each in found]
    return CheckList(checks=checks, next=cursor)


@router.put(
    "/jobs/{job_id}/check",
    operation_id="setChecked",
    summary="Mark a document as checked",
    status_code=204,
    responses=guarded(
        "not_found",
        "not_finished",
        "no_result",
        "job_failed",
        "invalid_request",
        "bad_json",
        "too_large",
    ),
)
def set_checked(services: ServicesDep, key: Writer, job_id: str, change: CheckChange) -> None:
    """Takes the document off the list of those that wait to be checked, or puts it back."""
    result_blob(services.ledger.jobs.get(key.tenant, job_id))
    services.ledger.checks.set_checked(job_id, checked=change.checked, by=key.id)


@router.get(
    "/jobs/{job_id}/doubtful",
    operation_id="listDoubtfulWords",
    summary="Words of a document to check",
    responses=guarded("not_found", "not_finished", "no_result", "job_failed", "invalid_request"),
)
def list_doubtful(
    services: ServicesDep,
    key: Reader,
    job_id: str,
    below: Annotated[
        float, Query(gt=0, le=1, description="Words of a lower confidence are listed.")
    ] = DOUBTFUL_BELOW,
    from_page: Annotated[int, Query(ge=1, le=10**6, description="The first page.")] = 1,
    limit: Annotated[
        int, Query(ge=1, le=MOST_WORDS, description="No further page is begun after so many words.")
    ] = 200,
) -> DoubtfulWords:
    """Whole pages, at most 100 in one answer; words that were corrected or confirmed are left out.

    Their places are those that `PATCH /v1/jobs/{job_id}/corrections` takes.
    """
    job = services.ledger.jobs.get(key.tenant, job_id)
    result_blob(job)
    latest = services.ledger.corrections.get(job_id)
    decided = {each.place for each in (latest.corrections if latest else ())}
    pages = [row.number for row in services.ledger.pages.list(job_id) if _is_read(row.state)]
    ahead = [number for number in pages if number >= from_page]
    words: list[DoubtfulWordOut] = []
    for at, number in enumerate(ahead):
        if at == MOST_PAGES or len(words) >= limit:
            return _answer(words, latest.number if latest else 0, number)
        found = _words(_page(services, job, number), below)
        words += [
            each for each in found if (number, each.block, each.line, each.word) not in decided
        ]
    return _answer(words, latest.number if latest else 0, None)


def _answer(words: list[DoubtfulWordOut], revision: int, next_page: int | None) -> DoubtfulWords:
    return DoubtfulWords(revision=revision, words=words, next_page=next_page)


def _is_read(state: PageState) -> bool:
    return state == PageState.SUCCEEDED


def _page(services: Services, job: Job, number: int) -> Page:
    reading = page_reading(services, job, number)
    if reading is None:
        raise Problem("not_found", f"The result has no page {number}.")
    return page_reading_from_dict(json.loads(reading)).page


def _words(page: Page, below: float) -> Iterator[DoubtfulWordOut]:
    for (block, line, word), found, whole in words_below(page, below):
        yield DoubtfulWordOut(
            page=page.number,
            block=block,
            line=line,
            word=word,
            text=found.text,
            confidence=found.confidence,
            box=found.box,
            context=whole.text,
            language=page.languages[0] if page.languages else None,
            page_width=page.width,
            page_height=page.height,
        )
