import base64
from pathlib import Path

import pytest

from cli.doctor.checks import Finding, installation_findings
from jobs.settings import Settings

POSTGRESQL = "postgresql+psycopg://nobody@127.0.0.1:9/none"
KEY = base64.b64encode(bytes(32)).decode()


def found(**settings: object) -> Finding:
    every = installation_findings(Settings(_env_file=None, **settings))
    return next(each for each in every if each.name == "webhook keys")


def test_nothing_is_amiss_before_the_first_webhook(tmp_path: Path) -> None:
    assert found(data_dir=tmp_path).verdict == "ok"


def test_a_shared_database_wants_a_file_of_keys(tmp_path: Path) -> None:
    missing = found(data_dir=tmp_path, database_url=POSTGRESQL)
    assert (missing.verdict, "PAGESIGHT_WEBHOOK_KEY_FILE" in missing.remedy) == ("warning", True)
    keys = tmp_path / "keys"
    assert found(data_dir=tmp_path, database_url=POSTGRESQL, webhook_key_file=keys).verdict == "ok"


@pytest.mark.parametrize(
    ("mode", "text", "verdict"),
    [(0o600, KEY, "ok"), (0o644, KEY, "warning"), (0o600, "?", "fault")],
)
def test_a_file_of_keys_is_for_its_owner_alone_and_whole(
    tmp_path: Path, mode: int, text: str, verdict: str
) -> None:
    path = tmp_path / "webhook-keys"
    path.write_text(text)
    path.chmod(mode)
    assert found(data_dir=tmp_path).verdict == verdict
