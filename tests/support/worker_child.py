"""A worker process for tests: role, and the engine builder of tests/doubles.py to use, if any."""

import sys

from jobs.settings import Settings
from tests import doubles
from workers.main import run_worker

if __name__ == "__main__":
    role, builder = sys.argv[1:3]
    sys.exit(run_worker(Settings(), role, getattr(doubles, builder, None)))
