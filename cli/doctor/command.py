"""`pagesight doctor`: what is here, what really runs where, and what to do about each fault."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from rich.table import Table

from cli.console import err, out
from cli.doctor.checks import Finding, installation_findings
from cli.exit_codes import Exit
from jobs.settings import Settings
from vision.core.errors import VisionError

_MARKS = {"ok": "[green]ok[/]", "warning": "[yellow]warning[/]", "fault": "[red]fault[/]"}


def doctor(*, as_json: bool) -> int:
    """Print every finding; any fault makes the exit code 4."""
    settings = Settings()
    findings = [*installation_findings(settings), *_engine_findings(settings)]
    if as_json:
        out.print_json(json.dumps([asdict(finding) for finding in findings]))
    else:
        _print_table(findings)
    if any(finding.verdict == "fault" for finding in findings):
        return Exit.INSTALLATION
    return Exit.OK


def _engine_findings(settings: Settings) -> Iterator[Finding]:
    """Open everything as a worker would, and read a canary page with it."""
    from workers.engine.engine import build_engine

    try:
        engine = build_engine(settings)
    except VisionError as error:
        remedy = "mend the faults above" if settings.device != "cuda" else "see the message"
        yield Finding(f"engine on {settings.device}", "fault", error.message, remedy)
        return
    for use in engine.models:
        yield Finding(f"runs {use.name}", "ok", f"on {use.provider}")
    for name, problem in engine.missing.items():
        yield Finding(f"runs {name}", "fault", problem, "restore or re-install the model")
    if engine.canary is not None:
        stages = ", ".join(f"{name} {ms:.0f} ms" for name, ms in engine.canary.stage_ms.items())
        yield Finding("canary page", "ok", f"read rightly: {stages}")
    engine.close()


def _print_table(findings: list[Finding]) -> None:
    table = Table("what", "", "found", box=None)
    for finding in findings:
        table.add_row(finding.name, _MARKS[finding.verdict], finding.detail)
        if finding.remedy:
            table.add_row("", "", f"[bold]-> {finding.remedy}[/]")
    out.print(table)
    faults = sum(finding.verdict == "fault" for finding in findings)
    err.print("Everything is in order." if not faults else f"{faults} fault(s) to mend.")
