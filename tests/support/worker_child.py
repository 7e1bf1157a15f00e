"""A worker process for tests: role, and the engine builder of tests/doubles.py to use, if any.

TEST_CLOCK names a file with the seconds by which this process's clock is ahead; TEST_WAITS is what
the waits between attempts at a webhook are multiplied by; TEST_START_LIMIT_S is how long the
process may take to become ready.
"""

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cli.logging_setup import configure_logging
from jobs.settings import Settings
from tests import doubles
from workers.main import run_worker
from workers.runtime.tuning import Tuning


def clock_ahead() -> datetime:
    ahead_s = float(Path(os.environ["TEST_CLOCK"]).read_text() or 0)
    return datetime.now(UTC) + timedelta(seconds=ahead_s)


def tuning() -> Tuning:
    tuned = Tuning(clock=clock_ahead if "TEST_CLOCK" in os.environ else None)
    factor = float(os.environ.get("TEST_WAITS", "1"))
    waits_s = [wait * factor for wait in tuned.retry_waits_s]
    limit_s = float(os.environ.get("TEST_START_LIMIT_S", tuned.start_limit_s))
    return replace(tuned, retry_waits_s=waits_s, start_limit_s=limit_s)


if __name__ == "__main__":
    role, builder = sys.argv[1:3]
    settings = Settings()
    configure_logging(settings.log_level)
    sys.exit(run_worker(settings, role, getattr(doubles, builder, None), tuning()))
