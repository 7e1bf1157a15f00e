"""The figures of the service over the last hours."""

from dataclasses import asdict
from typing import Annotated

from fastapi import Query

from api.error_handlers import guarded
from api.keyed_router import keyed_router
from api.schemas.usage import HistoryOut, HistoryPoint
from api.security.auth import Reader
from api.services import ServicesDep
from jobs.stores.history import Figures

router = keyed_router("/v1/history", "service")
LONGEST_H = 7 * 24


@router.get(
    "",
    operation_id="getHistory",
    summary="Queue, throughput, errors and times of the last hours",
    responses=guarded("invalid_request"),
)
def get_history(
    services: ServicesDep,
    _key: Reader,
    hours: Annotated[int, Query(ge=1, le=LONGEST_H, description="Hours to look back.")] = 6,
) -> HistoryOut:
    """Figures of the whole service, which a control worker writes each minute and keeps 7 days.

    At most 240 points: of more minutes, several are summed up in one.
    """
    step, points = services.ledger.history.points(hours)
    faults: dict[str, int] = {}
    for each in points:
        for code, count in each.figures.faults.items():
            faults[code] = faults.get(code, 0) + count
    shown = [
        HistoryPoint.model_validate({"at": each.at, **_plain(each.figures)}) for each in points
    ]
    return HistoryOut(minutes=step, points=shown, faults=faults)


def _plain(figures: Figures) -> dict[str, object]:
    return {name: value for name, value in asdict(figures).items() if name != "faults"}
