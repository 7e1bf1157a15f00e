"""`python -m benchmarks.mrz`."""

import sys

from benchmarks.mrz.run import main

if __name__ == "__main__":
    sys.exit(main())
