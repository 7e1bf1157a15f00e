"""The parts of the OpenAPI document that no signature can say."""

import json
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from api.descriptions import describe
from api.intake.options import OptionsIn
from api.schemas import examples
from api.schemas.batches import BatchLine
from api.schemas.jobs import KEY_PATTERN, ProblemOut, UrlJob
from api.security.auth import SECURITY_SCHEMES
from jobs.domain.names import PRINTED_PATTERN

DESCRIPTION: Final = """
Submit an image or a PDF, get its text, layout and tables back. Everything is a **job**:

1. `POST /v1/jobs` with the document answers 202 and a `Location`.
2. Wait: poll the job, follow its `/events`, send `Prefer: wait=30`, or give a `callback_url`.
3. `GET .../result` gives JSON, text, Markdown, hOCR and more by `Accept` or `?format=`.

```
curl -H "Authorization: Bearer $KEY" -H "Prefer: wait=30" -F file=@receipt.jpg \\
     -F 'options={"languages":["eng"]}' http://127.0.0.1:8765/v1/jobs
```

Each error is `application/problem+json` with a stable `code` and the `actor` who must act;
docs/reference/errors.md and `/problems/{code}` say what helps.
"""

TAGS: Final = [
    {"name": "jobs", "description": "Submit documents and follow them."},
    {"name": "results", "description": "What was read, whole or page by page."},
    {"name": "batches", "description": "Many documents in one request (docs/how-to/batches.md)."},
    {"name": "webhooks", "description": "Be notified when jobs end (Standard Webhooks)."},
    {"name": "keys", "description": "API keys of the tenant; they need the scope `admin`."},
    {"name": "service", "description": "Health, metrics and descriptions."},
]

_OPTIONS_REF: Final = {"$ref": "#/components/schemas/ReadOptions"}
_ANY_OBJECT: Final = {"type": "object", "additionalProperties": True}


def _optional_header(name: str, description: str, pattern: str = "") -> dict[str, Any]:
    text = {"type": "string", "pattern": pattern} if pattern else {"type": "string"}
    kinds = [text, {"type": "null"}]
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": {"anyOf": kinds, "title": name.title(), "description": description},
    }


PREFER: Final = "`wait=N` waits up to N seconds for the job to end (RFC 7240)."
CREATE_JOB_HEADERS: Final = [
    _optional_header("prefer", PREFER),
    _optional_header(
        "idempotency-key",
        "Makes a repeated request safe: the first answer is given again.",
        KEY_PATTERN,
    ),
]
CREATE_JOB_BODY: Final[dict[str, Any]] = {
    "required": True,
    "description": "A form, raw bytes (parameters as query: `options` and `metadata` as JSON, "
    "`callback_url`, `deadline_s`, `filename`), or JSON with a `url`.",
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "additionalProperties": False,
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "options": _OPTIONS_REF,
                    "metadata": _ANY_OBJECT,
                    "callback_url": {"type": "string", "format": "uri"},
                    "deadline_s": {"type": "number", "exclusiveMinimum": 0, "maximum": 604800},
                    "filename": {"type": "string", "maxLength": 255, "pattern": PRINTED_PATTERN},
                    "priority": {"enum": ["interactive", "normal", "batch"]},
                    "begin_within_s": {
                        "type": "number",
                        "exclusiveMinimum": 0,
                        "maximum": 604800,
                    },
                },
            },
            "encoding": {
                "options": {"contentType": "application/json"},
                "metadata": {"contentType": "application/json"},
            },
        },
        "application/json": {
            "schema": {"$ref": "#/components/schemas/UrlJob"},
            "example": examples.URL_JOB,
        },
        **{
            media: {"schema": {"type": "string", "format": "binary"}}
            for media in ("application/octet-stream", "application/pdf", "image/*")
        },
    },
}


_BATCH_PARAMETERS: Final = {
    "options": _OPTIONS_REF,
    "metadata": _ANY_OBJECT,
    "callback_url": {"type": "string", "format": "uri"},
    "priority": {"enum": ["interactive", "normal", "batch"]},
    "deadline_s": {"type": "number", "exclusiveMinimum": 0, "maximum": 2592000},
    "begin_within_s": {"type": "number", "exclusiveMinimum": 0, "maximum": 2592000},
}
CREATE_BATCH_HEADERS: Final = CREATE_JOB_HEADERS[1:]
CREATE_BATCH_BODY: Final[dict[str, Any]] = {
    "required": True,
    "description": "A form with many parts `file` or one `archive`, and `documents` (JSON Lines) "
    "for what holds for single documents; a ZIP; or JSON Lines of `{url}`, `{job}`. Parameters "
    "are parts of the form, else in the query.",
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
                    "archive": {"type": "string", "format": "binary"},
                    "documents": {"type": "string", "description": "JSON Lines of `BatchLine`."},
                    **_BATCH_PARAMETERS,
                },
            },
            "encoding": {
                "options": {"contentType": "application/json"},
                "metadata": {"contentType": "application/json"},
            },
        },
        "application/zip": {"schema": {"type": "string", "format": "binary"}},
        "application/jsonl": {
            "schema": {"type": "string"},
            "example": "\n".join(json.dumps(line) for line in examples.BATCH_LINES),
        },
    },
}


def build_openapi(app: FastAPI, base: str) -> dict[str, Any]:
    """The document of `app` at the address `base`, with the schemas of hand-written parts."""
    document = get_openapi(
        title="Pagesight",
        version=app.version,
        summary="Self-hosted document reading.",
        description=DESCRIPTION,
        routes=app.routes,
        tags=TAGS,
    )
    document["servers"] = [{"url": base or "/"}]
    components = document.setdefault("components", {})
    components["securitySchemes"] = SECURITY_SCHEMES
    schemas = components.setdefault("schemas", {})
    for model in (UrlJob, BatchLine, ProblemOut, OptionsIn):
        schemas |= _schemas_of(model)
    describe(document)
    return document


def _schemas_of(model: type[Any]) -> dict[str, Any]:
    schema = TypeAdapter(model).json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs", {}), schema["title"]: schema}
