"""A worker process for tests: role, and the engine builder of tests/doubles.py to use, if any.

TEST_CLOCK names a file with the seconds by which this process's clock is ahead; TEST_WAITS is what
the waits between attempts at a webhook are multiplied by; TEST_START_LIMIT_S is how long the
process may take to come up.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jobs.db import clock
from workers.runtime import heartbeat as health
from workers.webhooks import retry_schedule as schedule


def _told_now() -> datetime:
    ahead_s = float(Path(os.environ["TEST_CLOCK"]).read_text() or 0)
    return datetime.now(UTC) + timedelta(seconds=ahead_s)


# Before anything imports them by name.
if "TEST_CLOCK" in os.environ:
    clock.utc_now = _told_now
if "TEST_WAITS" in os.environ:
    schedule.WAITS_S = tuple(wait * float(os.environ["TEST_WAITS"]) for wait in schedule.WAITS_S)
if "TEST_START_LIMIT_S" in os.environ:
    health.START_LIMIT_S = float(os.environ["TEST_START_LIMIT_S"])

from cli.logging_setup import configure_logging  # noqa: E402 - see above
from jobs.settings import Settings  # noqa: E402
from tests import doubles  # noqa: E402
from workers.main import run_worker  # noqa: E402

if __name__ == "__main__":
    role, builder = sys.argv[1:3]
    settings = Settings()
    configure_logging(settings.log_level)
    sys.exit(run_worker(settings, role, getattr(doubles, builder, None)))
