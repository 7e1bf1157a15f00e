"""The API key that `pagesight serve` creates for its owner."""

import os
from pathlib import Path

from jobs.ledger import open_ledger
from jobs.settings import Settings

_SCOPES = ("jobs:read", "jobs:write", "webhooks", "admin")


def key_file(settings: Settings) -> Path:
    """Return the path of the key file, readable by its owner only."""
    return settings.data_dir / "api-key"


def first_key(settings: Settings) -> str | None:
    """Create the key in the data folder if it is missing or no longer valid.

    Returns the new key, None where there is one already.
    """
    ledger = open_ledger(settings)
    try:
        path = key_file(settings)
        if path.exists() and ledger.keys.verify(path.read_text().strip()):
            return None
        _, secret = ledger.keys.create("default", _SCOPES, "made by pagesight serve")
        _write_private(path, secret)
        return secret
    finally:
        ledger.close()


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{text}\n")
