"""`pagesight api`: the API alone."""

from api.server import run_api
from cli.data_folder import prepare_data_folder
from cli.local_ledger import require_tables_if_it_answers
from cli.logging_setup import configure_logging
from cli.settings import load_settings
from jobs.telemetry.start_tracing import require_traces


def serve_api() -> None:
    """Run until SIGINT or SIGTERM. Raises NotMigrated before the first `pagesight migrate`."""
    settings = load_settings()
    require_tables_if_it_answers(settings)
    require_traces(settings)
    configure_logging(settings.log_level)
    prepare_data_folder(settings)
    run_api(settings)
