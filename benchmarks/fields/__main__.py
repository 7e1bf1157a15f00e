"""`python -m benchmarks.fields`."""

import sys

from benchmarks.fields.run import main

if __name__ == "__main__":
    sys.exit(main())
