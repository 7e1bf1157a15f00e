"""Expressions of the alert rules and dashboards in deploy/, and the metrics that they name."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus-alerts.yml"
DASHBOARDS = sorted((DEPLOY / "grafana").glob("*.json"))
# Series that a healthy service on a CPU does not have yet, with their labels.
METRICS_ON_DEMAND = {
    "pagesight_page_retries_total": {"code"},
    "pagesight_gpu_memory_used_bytes": {"gpu"},
    "pagesight_batch_items_sum": {"stage"},
    "pagesight_batch_items_count": {"stage"},
}
_ADDED_BY_PROMETHEUS = {"instance", "job"}
_SELECTOR = re.compile(r"\b(pagesight_\w+)(?:\{([^}]*)\})?")
_GROUPED = re.compile(r"\bby \(([^)]*)\)")


def panels(*files: Path) -> Iterator[Any]:
    """The panels of some dashboards, or of all."""
    for file in files or DASHBOARDS:
        yield from json.loads(file.read_text())["panels"]


def rules() -> list[str]:
    """The expressions of the alert rules."""
    text = RULES.read_text(encoding="utf-8")
    blocks = re.findall(r"^ +expr: (?:\|\n((?: {10}.*\n)+)|(.+)\n)", text, re.MULTILINE)
    return [" ".join("".join(block).split()) for block in blocks]


def queries() -> list[str]:
    """The expressions of the dashboards, with Grafana's variable filled in."""
    targets = (target for panel in panels() for target in panel["targets"])
    return [target["expr"].replace("$__rate_interval", "5m") for target in targets]


def scalers() -> list[str]:
    """The expressions that readers on Kubernetes are scaled by."""
    files = sorted((DEPLOY / "kubernetes" / "components").glob("keda*/scaled-*.yaml"))
    found = [re.findall(r"^ +query: (.+)$", file.read_text(), re.MULTILINE) for file in files]
    return [query for each in found for query in each]


def expressions() -> list[str]:
    """All expressions."""
    return [*rules(), *queries(), *scalers()]


def used_metrics(expression: str) -> dict[str, set[str]]:
    """Metrics that an expression names, with the labels that it selects or groups by.

    A grouping that stands over several metrics counts for each of them.
    """
    grouped = {
        label.strip() for labels in _GROUPED.findall(expression) for label in labels.split(",")
    } - _ADDED_BY_PROMETHEUS
    return {
        name: grouped | set(re.findall(r"(\w+)\s*[=!]~?", selected))
        for name, selected in _SELECTOR.findall(expression)
    }
