"""Worker processes by role; what `pagesight worker` and the supervisor of `serve` start."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal

from jobs.settings import Settings
from workers.runtime.tuning import Tuning

if TYPE_CHECKING:
    from workers.engine.engine import Engine

Role = Literal["pages", "control"]
ALIASES: Final[dict[str, Role]] = {"courier": "control"}  # earlier names of roles
DEFAULT = Tuning()


def run_worker(
    settings: Settings,
    role: Role,
    build_engine: "Callable[[Settings], Engine] | None" = None,
    tuning: Tuning = DEFAULT,
) -> int:
    """Run one worker process in the foreground until SIGTERM or SIGINT; return its exit code.

    0 after a signal; 75 when it must be restarted (messages wait and none arrives); 78 when an
    operator must act first (an engine is missing, a provider not proven). Tests pass engines that
    hang or die, and a `tuning` of clocks and waits.
    """
    if role == "control":
        from workers.control.worker import run_control  # noqa: PLC0415 - loads only its own role

        return run_control(settings, tuning)
    from workers.engine import engine  # noqa: PLC0415 - loads only its own role
    from workers.pages.worker import run_pages  # noqa: PLC0415 - loads only its own role

    return run_pages(settings, build_engine or engine.build_engine, tuning)
