"""Parts that tests need from the machine: missing ones skip at a desk and fail in CI."""

import os

import pytest


def require(present: object, what: str) -> None:
    """Skip the test loudly when `what` is missing, or fail it where CI=true."""
    if present:
        return
    reason = f"missing on this machine: {what}"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    pytest.skip(reason)
