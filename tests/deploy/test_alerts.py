"""Alert rules and dashboards, checked by Prometheus' own promtool.

tests/test_flow.py checks that a running service serves every metric that they name.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.monitoring import DASHBOARDS, DEPLOY, RULES, panels, queries, rules, scalers
from tests.support.parts import require

ROOT = DEPLOY.parent
ALERTS = re.findall(r"- alert: (\w+)", RULES.read_text(encoding="utf-8"))


def promtool(*words: str) -> str:
    require(shutil.which("promtool"), "promtool (Debian's package prometheus)")
    ran = subprocess.run(
        ["promtool", *words], cwd=DEPLOY, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_rules_are_valid() -> None:
    assert f"{len(ALERTS)} rules found" in promtool("check", "rules", RULES.name)
    assert len(rules()) == len(ALERTS) > 10


def test_each_alert_fires_in_its_case_and_none_in_a_healthy_service() -> None:
    cases = (DEPLOY / "prometheus-alerts.test.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"  alertname: (\w+)", cases)) == set(ALERTS)
    assert set(re.findall(r"alertname: (\w+), exp_alerts: \[\]", cases)) == set(ALERTS)
    assert "SUCCESS" in promtool("test", "rules", "prometheus-alerts.test.yml")


def test_queries_of_dashboards_and_scalers_are_valid(tmp_path: Path) -> None:
    assert len(scalers()) == 4
    asked = [*queries(), *scalers()]
    lines = ["groups:", "  - name: queries", "    rules:"]
    for number, query in enumerate(asked):
        lines += [f"      - record: query:{number}", f"        expr: |-\n          {query}"]
    file = tmp_path / "queries.yml"
    file.write_text("\n".join(lines) + "\n")
    assert f"{len(asked)} rules found" in promtool("check", "rules", str(file))


def test_panels_have_titles_and_do_not_overlap() -> None:
    assert len(DASHBOARDS) == 3
    for file in DASHBOARDS:
        taken: set[tuple[int, int]] = set()
        for panel in panels(file):
            assert panel["title"]
            at = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(at["x"], at["x"] + at["w"])
                for y in range(at["y"], at["y"] + at["h"])
            }
            assert not cells & taken
            assert max(x for x, _ in cells) < 24
            taken |= cells


@pytest.mark.parametrize("alert", ALERTS)
def test_each_alert_has_a_runbook(alert: str) -> None:
    page = (ROOT / "docs" / "operations" / "monitor.md").read_text(encoding="utf-8")
    assert f"\n### {alert}\n" in page
    assert f"runbook: docs/operations/monitor.md#{alert.lower()}\n" in RULES.read_text()
