"""Metrics in Prometheus' text format: of this process, or of all that share a folder.

`pagesight serve` gives its processes one folder through prometheus_client's own variable
PROMETHEUS_MULTIPROC_DIR, so that one address serves the metrics of all. Elsewhere each process
serves its own.
"""

import os
import shutil
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest, multiprocess

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"


def render(own: CollectorRegistry, local: CollectorRegistry | None = None) -> bytes:
    """Every metric in the text format.

    `own` holds counters, gauges and histograms; of processes that share a folder those of all are
    added up. `local` holds collectors that are asked at each scrape, of this process alone.
    """
    if FOLDER_VARIABLE in os.environ:
        own = CollectorRegistry()
        multiprocess.MultiProcessCollector(own)  # type: ignore[no-untyped-call]
    return generate_latest(own) + (b"" if local is None else generate_latest(local))


def shared_folder(data_dir: Path) -> Path:
    """Return an empty folder for the metrics of the processes of one service."""
    folder = data_dir / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


def forget_process(folder: Path, pid: int) -> None:
    """Drop the gauges of a process that ended; what it counted is kept."""
    multiprocess.mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
