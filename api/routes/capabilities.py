"""What may be asked of this service: options, formats, and what its workers have."""

from typing import Any

from pydantic import BaseModel

from api.intake.options import OptionsIn
from api.keyed_router import keyed_router
from api.security.auth import Reader
from api.services import ServicesDep
from jobs.domain.events import JobEventKind, WebhookEvent
from vision.core.registry import plugins
from vision.input.media_type import MEDIA_TYPES

router = keyed_router("/v1/capabilities", "service")


class FormatOut(BaseModel):
    """A format that results are given in."""

    name: str
    media_type: str
    summary: str


class Capabilities(BaseModel):
    """Options as JSON Schema; formats of this API; names that ready workers report, sorted.

    `media_types` are those of documents that are read.
    """

    options: dict[str, Any]
    formats: list[FormatOut]
    media_types: list[str]
    languages: list[str]
    detectors: list[str]
    job_events: list[str]
    webhook_events: list[str]


@router.get("", operation_id="getCapabilities", summary="What may be asked of this service")
async def get_capabilities(services: ServicesDep, key: Reader) -> Capabilities:  # noqa: ARG001 - the key is checked
    """Languages and detectors are those of workers that are ready now."""
    workers = await services.capabilities.aget()
    return Capabilities(
        options=OptionsIn.model_json_schema(),
        formats=[
            FormatOut(name=name, media_type=each.media_type, summary=each.summary)
            for name, each in plugins("format").items()
        ],
        media_types=sorted(MEDIA_TYPES),
        languages=sorted({name for each in workers for name in each.get("languages", ())}),
        detectors=sorted({name for each in workers for name in each.get("detectors", ())}),
        job_events=list(JobEventKind),
        webhook_events=list(WebhookEvent),
    )
