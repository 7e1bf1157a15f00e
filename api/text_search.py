"""Jobs by words in the texts of their results, for `GET /v1/jobs?text=`."""

from typing import Final

from api.problems import Problem
from api.schemas.jobs import JobList, JobOut, TextMatchOut
from api.services import Services
from jobs.domain.states import JobState
from jobs.domain.text_search import parse_search

TEXT: Final = (
    "Only jobs with a page that has all of these words, in any case; `word*` is the beginning of"
    " one. Not together with `search`."
)


def find_texts(
    services: Services,
    tenant: str,
    text: str,
    *,
    state: JobState | None,
    batch_id: str | None,
    limit: int,
    before: str | None,
) -> JobList:
    """The ended jobs whose texts match, with the matching pages.

    Raises Problem `invalid_request` where nothing is searched for, or texts are not indexed.
    """
    words = parse_search(text)
    if not words:
        raise refused("A word of letters or digits")
    if not services.ledger.texts.enabled:
        raise refused("Nothing: the operator has switched the index off (`PAGESIGHT_TEXT_INDEX`)")
    jobs, matches, cursor = services.ledger.texts.find(
        tenant, words, limit=limit, state=state, batch_id=batch_id, before=before
    )
    shown = {
        job_id: [TextMatchOut.model_validate(each) for each in found]
        for job_id, found in matches.items()
    }
    return JobList.model_construct(
        jobs=[JobOut.of(job) for job in jobs], next=cursor, matches=shown
    )


def refused(expected: str) -> Problem:
    """The problem of a search that is not possible."""
    rows = [{"place": "query.text", "expected": expected}]
    return Problem("invalid_request", "Invalid: query.text.", errors=rows)
