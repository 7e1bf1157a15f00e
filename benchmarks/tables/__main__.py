"""`python -m benchmarks.tables`."""

from benchmarks.tables.run import main

if __name__ == "__main__":
    raise SystemExit(main())
