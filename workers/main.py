"""Worker processes by role; what `pagesight worker` and the supervisor of `serve` start."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from jobs.settings import Settings

if TYPE_CHECKING:
    from workers.engine.engine import Engine

Role = Literal["pages", "courier"]


def run_worker(
    settings: Settings, role: Role, build_engine: "Callable[[Settings], Engine] | None" = None
) -> int:
    """Run one worker process in the foreground until SIGTERM or SIGINT; return its exit code.

    0 after a signal; 75 when it must be started again (messages wait and none arrives); 78 when an
    operator must act first (an engine is missing, a provider not proven). `build_engine` replaces
    the real engine in tests of what happens when one hangs or dies.
    """
    if role == "courier":
        from workers.control.worker import run_courier  # noqa: PLC0415 - loads only its own role

        return run_courier(settings)
    from workers.engine import engine  # noqa: PLC0415 - loads only its own role
    from workers.pages.worker import run_pages  # noqa: PLC0415 - loads only its own role

    return run_pages(settings, build_engine or engine.build_engine)
