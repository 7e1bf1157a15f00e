"""`pagesight worker`: one worker process of a role."""

from typing import get_args

from cli.console import complain
from cli.data_folder import prepare_data_folder
from cli.exit_codes import Exit
from cli.local_ledger import require_tables_if_it_answers
from cli.logging_setup import configure_logging
from cli.settings import load_settings
from workers.main import ALIASES, Role, run_worker


def work(role: str) -> int:
    """Run a worker until it is asked to stop; the exit code is the worker's own."""
    roles: dict[str, Role] = {name: name for name in get_args(Role)} | ALIASES
    if role not in roles:
        complain(f"unknown role {role!r}: choose one of {', '.join(get_args(Role))}")
        return Exit.USAGE
    settings = load_settings()
    require_tables_if_it_answers(settings)
    configure_logging(settings.log_level)
    prepare_data_folder(settings)
    return run_worker(settings, roles[role])
