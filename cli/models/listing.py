"""`pagesight models list`: the models of the catalogue."""

from rich.table import Table

from cli.console import complain, megabytes, out
from cli.exit_codes import Exit
from cli.settings import load_settings
from models.registry.resolve import ListedModel, list_models
from vision.core.errors import EngineFailure

_STATES = {"ready": "ready", "missing": "missing", "wrong_hash": "wrong hash"}


def show() -> int:
    """List every model with its state; a state other than ready makes the exit code 4."""
    try:
        listed = list_models(models_dir=load_settings().models_folder)
    except EngineFailure as failure:
        complain(failure.message)
        return Exit.INSTALLATION
    table = Table("name", "version", "task", "MB", "licence", "state", "sha256", box=None)
    for model in listed:
        table.add_row(*_cells(model))
    out.print(table)
    return Exit.OK if all(model.state == "ready" for model in listed) else Exit.INSTALLATION


def _cells(model: ListedModel) -> tuple[str, ...]:
    entry = model.entry
    return (
        entry.name,
        entry.version,
        entry.task,
        f"{megabytes(model.path):.1f}",
        entry.licence,
        _STATES[model.state],
        entry.sha256[:12],
    )
