import sys

from benchmarks.everyday.run import main

if __name__ == "__main__":
    sys.exit(main())
