"""The latencies of each offered rate, as JSON and as a picture."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from benchmarks.conditions import machine_and_versions
from benchmarks.dashboards.draw import Panel, draw
from benchmarks.dashboards.prometheus import Series
from benchmarks.load.open_loop import Step


class Row(NamedTuple):
    """What came of one offered rate, and the 95th percentile that an ideal queue would show.

    `processor_s` is that of a document, of all processes of the service but Redis.
    """

    step: Step
    ideal_s: float
    processor_s: float


_PLACE = {"x": 0, "y": 0, "w": 14, "h": 10}


def write_report(rows: Sequence[Row], folder: Path) -> None:
    """Write `load.json` and `load.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    steps = [
        asdict(step) | {"ideal_p95_s": ideal_s, "processor_s": processor_s}
        for step, ideal_s, processor_s in rows
    ]
    content = {"conditions": machine_and_versions(), "steps": steps}
    (folder / "load.json").write_text(json.dumps(content, indent=2) + "\n")
    draw(
        "Latency of one-page documents, from when each was due", [panel(rows)], folder / "load.png"
    )


def panel(rows: Sequence[Row]) -> Panel:
    """Seconds over documents offered a second."""
    steps = [row.step for row in rows]
    rates = [step.offered for step in steps]
    values = {
        "p50": [step.p50_s for step in steps],
        "p95": [step.p95_s for step in steps],
        "p99": [step.p99_s for step in steps],
        "p95 of an ideal queue": [row.ideal_s for row in rows],
    }
    series = [Series(name, rates, found) for name, found in values.items()]
    ends = (f"{rates[0]:.3g}/s", f"{rates[-1]:.3g}/s")
    return Panel("Seconds by documents offered a second", "timeseries", "s", _PLACE, series, ends)
