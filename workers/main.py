"""Worker processes by role; what `pagesight worker` and the supervisor of `serve` start."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from jobs.settings import Settings
from workers.logs import configure_logging

if TYPE_CHECKING:
    from workers.engine import Engine

Role = Literal["pages", "courier"]


def run_worker(
    settings: Settings, role: Role, build_engine: "Callable[[Settings], Engine] | None" = None
) -> int:
    """Run one worker process in the foreground until SIGTERM or SIGINT; return its exit code.

    0 after a signal; 75 when it must be started again (messages wait and none arrives); 78 when an
    operator must act first (an engine is missing, a provider not proven). `build_engine` replaces
    the real engine in tests of what happens when one hangs or dies.
    """
    configure_logging(settings.log_level)
    if role == "courier":
        from workers.courier import run_courier  # noqa: PLC0415 - each role loads only its own

        return run_courier(settings)
    from workers import engine, pages_worker  # noqa: PLC0415 - each role loads only its own

    return pages_worker.run_pages(settings, build_engine or engine.build_engine)
