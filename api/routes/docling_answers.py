"""What docling-serve answers: the state of a task, a converted document, its chunks."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from statistics import fmean
from typing import Any, Final

from fastapi import Response

from api.intake.docling_request import METADATA
from api.routes.results import read_result
from api.services import Services
from jobs.domain.job import Job
from jobs.domain.states import FINAL_JOB_STATES, JobState
from vision.core.document import Document, Page
from vision.export.archive import MEDIA_TYPE as ZIP
from vision.export.archive import zip_files
from vision.export.chunks import Chunk, chunks
from vision.export.docling import to_docling
from vision.export.html import render_html
from vision.export.markdown import render_markdown
from vision.export.places import words_of
from vision.export.text import render_text

_STATUS: Final[Mapping[JobState, str]] = {
    JobState.QUEUED: "pending",
    JobState.RUNNING: "started",
    JobState.SUCCEEDED: "success",
    JobState.PARTIAL: "success",
}
_RENDER: Final[Mapping[str, Callable[[Document], str]]] = {
    "md": render_markdown,
    "html": render_html,
    "text": render_text,
}
_GRADES: Final = ((0.5, "poor"), (0.8, "fair"), (0.9, "good"))  # docling's own limits
_EXTENSIONS: Final = {"md": "md", "json": "json", "html": "html", "text": "txt"}


def task_of(job: Job) -> dict[str, Any]:
    """The state of a task; a job whose pages were read in part counts as `success`."""
    status = _STATUS.get(job.state, "failure")
    done = job.state in FINAL_JOB_STATES
    task: dict[str, Any] = {
        "task_id": job.id,
        "task_type": "chunk" if "chunks" in _wanted(job) else "convert",
        "task_status": status,
        "task_meta": {
            "num_docs": 1,
            "num_processed": int(done),
            "num_succeeded": int(job.state is JobState.SUCCEEDED),
            "num_partially_succeeded": int(job.state is JobState.PARTIAL),
            "num_failed": int(status == "failure"),
        },
    }
    if status == "failure":
        failure = _failure(job)
        task |= {"error_message": failure["message"], "failure": failure}
    return task


def failure_of(job: Job) -> Response:
    """The result of a task that failed."""
    return _json({"kind": "TaskFailureResult", "failure": _failure(job)})


def result_of(services: Services, job: Job) -> Response:
    """What the task asked for. Raises Problem for a job without a result."""
    document = read_result(services, job)
    wanted = _wanted(job)
    if "chunks" in wanted:
        return _json(_chunked(services, job, document, wanted["chunks"]))
    if wanted.get("target") == "zip":
        return _zipped(_contents(document, job), _name(job))
    return _json({**_converted(services, job, document), "processing_time": _seconds(job)})


def _wanted(job: Job) -> Mapping[str, Any]:
    wanted = job.metadata.get(METADATA)
    return wanted if isinstance(wanted, dict) else {}


def _name(job: Job) -> str:
    return job.filename or "document"


def _seconds(job: Job) -> float:
    began = job.started_at or job.created_at
    return ((job.finished_at or began) - began).total_seconds()


def _failure(job: Job) -> dict[str, Any]:
    """docling-serve's description of a task that failed."""
    expired = job.state is JobState.EXPIRED
    internal = job.fault is not None and job.fault.actor == "operator"
    return {
        "category": "timeout" if expired else "internal" if internal else "unknown",
        "message": job.fault.message if job.fault else f"The job is {job.state}.",
        "retryable": internal,
        "phase": "execution",
        "details": {"code": job.fault.code if job.fault else str(job.state)},
    }


def _converted(services: Services, job: Job, document: Document) -> dict[str, Any]:
    contents = _contents(document, job)
    partial = job.state is JobState.PARTIAL
    named = {f"{form}_content": content for form, content in contents.items()}
    return {
        "document": {"filename": _name(job), **named},
        "status": "partial_success" if partial else "success",
        "errors": _errors(services, job) if partial else [],
        "timings": {},
        "confidence": _confidence(document),
    }


def _confidence(document: Document) -> dict[str, Any]:
    """The mean confidence of the words, as docling's score of the OCR; other scores are absent.

    A page without words has no score.
    """
    scores = {page.number: _word_scores(page) for page in document.pages}
    every = [score for page in scores.values() for score in page]
    pages = {str(number): _scores(page) for number, page in scores.items() if page}
    return {**_scores(every), "pages": pages}


def _word_scores(page: Page) -> list[float]:
    lines = (line for block in page.blocks for line in block.lines)
    return [word.confidence for line in lines for word in words_of(line)]


def _scores(words: Sequence[float]) -> dict[str, Any]:
    if not words:
        return {}
    mean = round(fmean(words), 4)
    grade = next((name for below, name in _GRADES if mean < below), "excellent")
    return {
        "ocr_score": mean,
        "mean_score": mean,
        "low_score": mean,
        "mean_grade": grade,
        "low_grade": grade,
    }


def _contents(document: Document, job: Job) -> dict[str, Any]:
    return {
        form: to_docling(document, _name(job)) if form == "json" else _RENDER[form](document)
        for form in _wanted(job).get("formats", ["md"])
    }


def _zipped(contents: Mapping[str, Any], name: str) -> Response:
    files = (
        (
            f"{PurePosixPath(name).stem}.{_EXTENSIONS[form]}",
            (json.dumps(each, ensure_ascii=False) if form == "json" else each).encode(),
        )
        for form, each in contents.items()
    )
    headers = {"Content-Disposition": 'attachment; filename="converted_docs.zip"'}
    return Response(zip_files(files), media_type=ZIP, headers=headers)


def _errors(services: Services, job: Job) -> list[dict[str, Any]]:
    return [
        {
            "component_type": "pipeline",
            "module_name": "pagesight",
            "error_message": page.fault.message,
            "page_no": page.number,
        }
        for page in services.ledger.pages.list(job.id)
        if page.fault is not None
    ]


def _chunked(
    services: Services, job: Job, document: Document, wanted: Mapping[str, Any]
) -> dict[str, Any]:
    rows = list(_chunk_rows(document, _name(job), wanted))
    documents = []
    if wanted["document"]:
        converted = _converted(services, job, document)
        documents = [{"kind": "ExportResult", "content": converted.pop("document"), **converted}]
    return {"chunks": rows, "documents": documents, "processing_time": _seconds(job)}


def _chunk_rows(
    document: Document, name: str, wanted: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    for index, chunk in enumerate(chunks(document, wanted["most"])):
        raw = "\n\n".join(chunk.texts)
        yield {
            "filename": name,
            "chunk_index": index,
            "text": _with_headings(chunk, raw),
            "raw_text": raw if wanted["raw"] else None,
            "num_tokens": chunk.tokens,
            "headings": list(chunk.headings) or None,
            "captions": None,
            "doc_items": [],
            "page_numbers": sorted({page for page, _ in chunk.places}),
            "metadata": None,
        }


def _with_headings(chunk: Chunk, raw: str) -> str:
    """The text below its headings, as docling's chunkers give it to embeddings."""
    above = [each for each in chunk.headings if each != raw]
    return "\n".join([*above, raw])


def _json(answer: Mapping[str, Any]) -> Response:
    return Response(json.dumps(answer, ensure_ascii=False), media_type="application/json")
