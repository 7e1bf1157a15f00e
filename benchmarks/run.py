"""Every benchmark, one after the other: `make bench`, or `python -m benchmarks.run --data DIR`."""

import argparse
import subprocess
import sys
from pathlib import Path

_NEED_DATA = ("accuracy", "detection_map", "nasty", "orientation")
_NEED_NOTHING = ("uploads", "ledger")
# pytesseract, tesserocr, OCRmyPDF and RapidOCR live here; README.md says how.
_OTHERS = Path("build/others")


def main() -> int:
    """Run all and exit with the worst status; those that need pages are named where none are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--others", type=Path, default=_OTHERS)
    arguments = parser.parse_args()
    data: Path = arguments.data
    others = ("--others", str(arguments.others)) if arguments.others.is_dir() else ()
    known = ("--data", str(data)) if data.is_dir() else ()
    statuses = [_run(name) for name in _NEED_NOTHING]
    statuses.append(_run("compare", *known, *others))
    statuses.append(_run("everyday", "--half", "all", *others))
    statuses.append(_run("robustness", "--half", "all", "--quick", *known, *others))
    if data.is_dir():
        statuses += [_run(name, "--data", str(data)) for name in _NEED_DATA]
    else:
        print(f"not run, for want of the evaluation pages in {data}: {', '.join(_NEED_DATA)}")
    return max(statuses)


def _run(name: str, *words: str) -> int:
    print(f"\n== {name}", flush=True)
    command = [sys.executable, "-m", f"benchmarks.{name}", *words]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
