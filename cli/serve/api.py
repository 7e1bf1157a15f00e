"""`pagesight api`: the API alone."""

from api.server import run_api
from cli.local_ledger import require_tables_if_it_answers
from cli.logging_setup import configure_logging
from jobs.settings import Settings


def serve_api() -> None:
    """Run until SIGINT or SIGTERM. Raises NotMigrated before the first `pagesight migrate`."""
    settings = Settings()
    configure_logging(settings.log_level)
    require_tables_if_it_answers(settings)
    run_api(settings)
