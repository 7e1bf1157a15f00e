"""`pagesight doctor`: what is installed, what runs on which device, and how to fix each fault."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from rich.table import Table

from cli.console import counted, err, out
from cli.doctor.checks import Finding, installation_findings
from cli.exit_codes import Exit
from cli.settings import load_settings
from jobs.settings import Settings
from vision.core.document import ModelUse
from vision.core.errors import VisionError
from vision.engines import cuda

CUDA_PROVIDER = "CUDAExecutionProvider"
_MARKS = {"ok": "[green]ok[/]", "warning": "[yellow]warning[/]", "fault": "[red]fault[/]"}


def doctor(*, as_json: bool) -> int:
    """Print every finding; any fault makes the exit code 4."""
    settings = load_settings()
    findings = [*installation_findings(settings), *_engine_findings(settings)]
    if as_json:
        out.print_json(json.dumps([asdict(finding) for finding in findings]))
    else:
        _print_table(findings)
    if any(finding.verdict == "fault" for finding in findings):
        return Exit.INSTALLATION
    return Exit.OK


def _engine_findings(settings: Settings) -> Iterator[Finding]:
    """Open every model as a worker does, and read a canary page."""
    from workers.engine.engine import build_engine

    try:
        engine = build_engine(settings)
    except VisionError as error:
        remedy = "fix the faults above, then run `pagesight doctor` again"
        if settings.device == "cuda":
            remedy = "install what the message names, or set PAGESIGHT_DEVICE=cpu"
        yield Finding(f"engine on {settings.device}", "fault", error.message, remedy)
        return
    if settings.device == "auto":
        yield _chosen_device(engine.models)
    for use in engine.models:
        yield Finding(f"runs {use.name}", "ok", f"on {use.provider}")
    for name, problem in engine.missing.items():
        yield Finding(f"runs {name}", "fault", problem, "reinstall the model")
    if engine.canary is not None:
        stages = ", ".join(f"{name} {ms:.0f} ms" for name, ms in engine.canary.stage_ms.items())
        yield Finding("canary page", "ok", f"read correctly: {stages}")
    engine.close()


def _chosen_device(models: Sequence[ModelUse]) -> Finding:
    """Where PAGESIGHT_DEVICE=auto runs, with the reason against CUDA, once for all models."""
    if any(use.provider == CUDA_PROVIDER for use in models):
        return Finding("device", "ok", "auto: CUDA")
    reason = cuda.explain(cuda.gather_facts())
    return Finding("device", "ok", f"auto: the CPU. CUDA does not run here: {reason}")


def _print_table(findings: list[Finding]) -> None:
    table = Table("check", "", "result", box=None)
    for finding in findings:
        table.add_row(finding.name, _MARKS[finding.verdict], finding.detail)
        if finding.remedy:
            table.add_row("", "", f"[bold]-> {finding.remedy}[/]")
    out.print(table)
    faults = sum(finding.verdict == "fault" for finding in findings)
    err.print("No faults found." if not faults else f"{counted(faults, 'fault')} to fix.")
