"""The dashboards of deploy/grafana as pictures of a service that reads, and of what fails in it.

    python -m benchmarks.dashboards --out docs/operations --seconds 120

API, control worker, two readers, Redis and Prometheus (Debian's package) are real processes, and so
are the pages. Meanwhile documents arrive that cannot be read, requests are refused, a receiver of
webhooks fails half the time, helpers are killed and a reader is killed and started again. Each
panel's queries are sent to Prometheus as Grafana sends them. The exit status is 1 where a panel
shows nothing, but for those that need a GPU or a fault of the program.
"""

import argparse
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.dashboards.draw import Panel, draw
from benchmarks.dashboards.load import Load, start_service
from benchmarks.dashboards.prometheus import Prometheus, running_prometheus
from tests.support.certificates import free_port

FOLDER = Path(__file__).parents[2] / "deploy" / "grafana"
# What needs a GPU, a thread of the program that fails, or an engine that does.
MAY_BE_EMPTY = {"GPU memory in use", "Errors that restarted threads", "Repeated attempts by code"}


def main() -> int:
    """Run the service under load, then draw every dashboard."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/operations"))
    parser.add_argument("--seconds", type=float, default=120)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pagesight-dashboards-") as name, ExitStack() as stack:
        folder = Path(name)
        service = stack.enter_context(start_service(folder / "service"))
        port = free_port()
        prometheus = stack.enter_context(
            running_prometheus(folder / "prometheus", port, service.addresses)
        )
        began = time.time()
        Load(service).run(given.seconds)
        empty = [
            title
            for file in sorted(FOLDER.glob("*.json"))
            for title in picture(prometheus, file, given.out, began)
        ]
        print(json.dumps({"targets": prometheus.targets(), "panels without data": empty}, indent=2))
    return 1 if set(empty) - MAY_BE_EMPTY else 0


def picture(prometheus: Prometheus, file: Path, out: Path, began: float) -> list[str]:
    """Draw one dashboard; the titles of panels without data."""
    dashboard = json.loads(file.read_text(encoding="utf-8"))
    until = time.time()
    panels = [_panel(prometheus, each, began, until) for each in dashboard["panels"]]
    draw(dashboard["title"], panels, out / f"dashboard-{file.stem.removeprefix('pagesight-')}.png")
    return [each.title for each in panels if each.empty]


def _panel(prometheus: Prometheus, panel: dict[str, Any], began: float, until: float) -> Panel:
    series = [
        found
        for target in panel["targets"]
        for found in prometheus.over_time(target["expr"], target["legendFormat"], began, until)
    ]
    unit = panel["fieldConfig"]["defaults"]["unit"]
    ends = ("0 s", f"{until - began:.0f} s")
    return Panel(panel["title"], panel["type"], unit, panel["gridPos"], series, ends)


if __name__ == "__main__":
    sys.exit(main())
