"""How much a tenant used."""

from typing import Annotated

from fastapi import Query

from api.error_handlers import guarded
from api.keyed_router import keyed_router
from api.schemas.usage import DayUsageOut, UsageOut
from api.security.auth import Reader
from api.services import ServicesDep

router = keyed_router("/v1/usage", "jobs")


@router.get(
    "",
    operation_id="getUsage",
    summary="Pages read by day",
    responses=guarded("invalid_request"),
)
def get_usage(
    services: ServicesDep,
    key: Reader,
    days: Annotated[int, Query(ge=1, le=366, description="Days to look back, today first.")] = 30,
) -> UsageOut:
    """Of all jobs that ended, those that were deleted since included."""
    found = services.ledger.usage.by_day(key.tenant, days)
    shown = [DayUsageOut.model_validate(each) for each in found]
    return UsageOut(days=shown, pages_read=sum(each.pages_read for each in shown))
