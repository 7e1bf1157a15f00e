"""The machine, versions and commit that figures belong to."""

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

import pytesseract

_PACKAGES = (
    "numpy",
    "opencv-python-headless",
    "onnxruntime",
    "tesserocr",
    "pytesseract",
    "pypdfium2",
)


def conditions() -> str:
    """One sentence for the head of a report."""
    return f"{machine_and_versions()}; load {os.getloadavg()[0]:.1f}"


def machine_and_versions() -> str:
    """What stays the same as long as neither machine, packages nor code change."""
    versions = [f"{package} {_version(package)}" for package in _PACKAGES]
    versions.append(f"tesseract {pytesseract.get_tesseract_version()}")
    machine = f"{_processor()}, {os.cpu_count()} cores"
    return f"{machine}; Python {platform.python_version()}, {', '.join(versions)}; {_commit()}"


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    for line in described.read_text().splitlines() if described.exists() else ():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "(absent)"


def _commit() -> str:
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent,
    )
    return f"commit {described.stdout.strip() or 'unknown'}"
