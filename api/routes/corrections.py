"""Corrections of results: saved as revisions beside the original, exported as lines."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Annotated, Final, Literal

from fastapi import Query, Response

from api.error_handlers import guarded
from api.keyed_router import keyed_router
from api.problems import Problem
from api.routes.made_files import made_file
from api.routes.results import find_revision, page_reading, result_blob
from api.schemas.corrections import (
    CorrectedLine,
    CorrectionChange,
    CorrectionOut,
    CorrectionsOut,
    RevisionName,
    RevisionOut,
)
from api.schemas.jobs import job_path
from api.security.auth import Reader, Writer
from api.services import Services, ServicesDep
from jobs.domain.corrections import Correction, Revision
from jobs.domain.errors import RevisionConflict
from jobs.domain.file_forms import WIDTHS, revised
from jobs.domain.job import Job
from vision.core.document import Page
from vision.export.archive import MEDIA_TYPE as ZIP
from vision.export.archive import zip_files
from vision.export.corrected import CorrectedWord, corrected_words, unknown_places
from vision.export.corrected_lines import true_lines
from vision.export.json import page_reading_from_dict

LINES: Final = "application/x-ndjson"

router = keyed_router("/v1/jobs/{job_id}/corrections", "results")


@router.get(
    "",
    operation_id="getCorrections",
    summary="The corrected words of a result",
    response_model_exclude_none=True,
    responses=guarded("not_found", "invalid_request"),
)
def get_corrections(
    services: ServicesDep,
    key: Reader,
    job_id: str,
    revision: Annotated[RevisionName, Query()] = "latest",
) -> CorrectionsOut:
    """Each revision lists all words that differ from the original or were confirmed."""
    services.ledger.jobs.get(key.tenant, job_id)
    return _answer(services, job_id, find_revision(services, job_id, revision))


@router.patch(
    "",
    operation_id="correctResult",
    summary="Correct words of a result",
    response_model_exclude_none=True,
    responses=guarded(
        "not_found",
        "not_finished",
        "no_result",
        "job_failed",
        "unknown_word",
        "revision_conflict",
        "invalid_request",
        "bad_json",
        "too_large",
    ),
)
def correct_result(
    services: ServicesDep, key: Writer, job_id: str, change: CorrectionChange
) -> CorrectionsOut:
    """Saves a new revision; the original and all earlier revisions stay.

    `GET .../result?revision=latest` gives the corrected result in every format.
    """
    job = services.ledger.jobs.get(key.tenant, job_id)
    result_blob(job)
    changes = [each.as_value() for each in change.corrections]
    _refuse_unknown(services, job, changes)
    try:
        saved = services.ledger.corrections.save(
            job_id, changes, author=key.id, base=change.revision
        )
    except RevisionConflict as error:
        detail = f"Revision {error.latest} was saved meanwhile."
        raise Problem("revision_conflict", detail, latest=error.latest) from error
    except ValueError as error:
        raise Problem("invalid_request", f"Not saved: {error}.") from error
    return _answer(services, job_id, saved)


@router.get(
    "/lines",
    operation_id="exportCorrectedLines",
    summary="Corrected lines for training and evaluation",
    response_class=Response,
    responses={
        200: {
            "description": "JSON Lines, each a `CorrectedLine`, or a ZIP of images and their text.",
            "content": {LINES: {"schema": {"type": "string"}}, ZIP: {}},
        },
        **guarded("not_found", "not_finished", "job_failed", "invalid_request"),
    },
)
def export_lines(
    services: ServicesDep,
    key: Reader,
    job_id: str,
    revision: Annotated[RevisionName, Query()] = "latest",
    format: Annotated[  # noqa: A002 - the parameter's public name
        Literal["jsonl", "tesseract", "paddleocr"],
        Query(
            description="`jsonl` has texts and places; `tesseract` is a ZIP of line images with "
            "`.gt.txt` files, as tesstrain takes them; `paddleocr` one with `rec_gt.txt`."
        ),
    ] = "jsonl",
) -> Response:
    """Lines with a word that was corrected or confirmed, as they were read and as they are.

    A worker cuts the images: until they are there the answer is 409 with `Retry-After`.
    """
    job = services.ledger.jobs.get(key.tenant, job_id)
    found = find_revision(services, job_id, revision)
    if format != "jsonl" and found is not None:
        form = revised(f"lines-{format}", found.number)
        return made_file(services, job, form, {"media_type": ZIP})
    lines = _lines(services, job, found.corrections if found else ())
    if format != "jsonl":
        return Response(zip_files(()), media_type=ZIP)
    return Response("".join(f"{each.model_dump_json()}\n" for each in lines), media_type=LINES)


def _answer(services: Services, job_id: str, revision: Revision | None) -> CorrectionsOut:
    return CorrectionsOut(
        revision=revision.number if revision else 0,
        corrections=[
            CorrectionOut.model_validate(each)
            for each in (revision.corrections if revision else ())
        ],
        revisions=[RevisionOut.of(each) for each in services.ledger.corrections.list(job_id)],
    )


def _by_page(corrections: Sequence[Correction]) -> Mapping[int, list[CorrectedWord]]:
    pages: dict[int, list[CorrectedWord]] = defaultdict(list)
    for word in corrected_words(corrections):
        pages[word.page].append(word)
    return pages


def _page(services: Services, job: Job, number: int) -> Page | None:
    reading = page_reading(services, job, number)
    return page_reading_from_dict(json.loads(reading)).page if reading else None


def _refuse_unknown(services: Services, job: Job, changes: Sequence[Correction]) -> None:
    for number, words in _by_page(changes).items():
        page = _page(services, job, number)
        unknown = unknown_places(page, words) if page else words
        if unknown:
            raise Problem("unknown_word", _why_unknown(unknown[0]))


def _why_unknown(word: CorrectedWord) -> str:
    if word.box is not None:
        return f"The box of word {word.word} is not on page {word.page}."
    place = f"no word {word.word} in line {word.line} of block {word.block!r}"
    return f"Page {word.page} has {place}."


def _lines(
    services: Services, job: Job, corrections: Sequence[Correction]
) -> Iterator[CorrectedLine]:
    pages = _by_page(corrections)
    return chain.from_iterable(
        _lines_of(page, words, job)
        for number, words in sorted(pages.items())
        if (page := _page(services, job, number)) is not None
    )


def _lines_of(page: Page, words: Sequence[CorrectedWord], job: Job) -> Iterator[CorrectedLine]:
    for line in true_lines(page, words):
        polygon = line.read.polygon if line.read else None
        yield CorrectedLine(
            page=page.number,
            block=line.block,
            line=line.at,
            read=line.read.text if line.read else "",
            text=line.text,
            confidence=line.read.confidence if line.read else 0.0,
            box=line.box,
            polygon=list(polygon) if polygon else None,
            page_width=page.width,
            page_height=page.height,
            image=f"{job_path(job.id)}/pages/{page.number}/image?width={WIDTHS[-1]}",
        )
