"""How fast a command is, and how long it will still take."""

import time
from dataclasses import dataclass, field

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from cli.console import counted, err

_MINUTE_S = 60


class _Rate(ProgressColumn):
    """Items per second, over the last ones."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f}/s")


def progress_bar(unit: str, *, transient: bool = True) -> Progress:
    """A bar with count, rate and time left; drawn on a terminal only, on standard error."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        _Rate(),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
    )
    return Progress(*columns, console=err, transient=transient, disable=not err.is_terminal)


@dataclass
class Report:
    """What a command did, for one line at its end."""

    started: float = field(default_factory=time.monotonic)
    documents: int = 0
    pages: int = 0
    failed: int = 0

    def line(self, now: float | None = None) -> str:
        """`12 documents, 30 pages in 8.1 s (3.7 pages/s); 1 failed`."""
        seconds = max((time.monotonic() if now is None else now) - self.started, 1e-3)
        done = f"{counted(self.documents, 'document')}, {counted(self.pages, 'page')}"
        failed = f"; {self.failed} failed" if self.failed else ""
        return f"{done} in {duration(seconds)} ({self.pages / seconds:.1f} pages/s){failed}"


def duration(seconds: float) -> str:
    """`8.1 s`, `2 min 5 s`, `1 h 2 min`."""
    if seconds < _MINUTE_S:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE_S)
    hours, minutes = divmod(minutes, _MINUTE_S)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
