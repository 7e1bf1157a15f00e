"""`pagesight models list`: the models of the catalogue."""

from rich.table import Table

from cli.console import complain, megabytes, out
from cli.exit_codes import Exit
from cli.json_output import print_json
from cli.settings import load_settings
from models.registry.resolve import ListedModel, list_models
from vision.core.errors import EngineFailure

_STATES = {"ready": "ready", "missing": "missing", "wrong_hash": "wrong hash"}


def show(*, as_json: bool = False) -> int:
    """List every model with its state; a state other than ready makes the exit code 4."""
    try:
        listed = list_models(models_dir=load_settings().models_folder)
    except EngineFailure as failure:
        complain(failure.message)
        return Exit.INSTALLATION
    code = Exit.OK if all(model.state == "ready" for model in listed) else Exit.INSTALLATION
    if as_json:
        print_json([_row(model) for model in listed])
        return code
    table = Table("name", "version", "task", "MB", "licence", "state", "sha256", box=None)
    for model in listed:
        table.add_row(*_cells(model))
    out.print(table)
    return code


def _row(model: ListedModel) -> dict[str, object]:
    entry = model.entry
    path = str(model.path) if model.path else None
    about = {"name": entry.name, "version": entry.version, "task": entry.task}
    return {
        **about,
        "licence": entry.licence,
        "sha256": entry.sha256,
        "state": model.state,
        "path": path,
    }


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
