import io
import logging
from pathlib import Path

import pytest
from rich.console import Console

from cli.bootstrap_key import first_key, key_file
from cli.serve import command
from jobs.migrations.upgrade import migrate
from jobs.settings import Settings


@pytest.mark.parametrize("terminal", [True, False])
def test_where_the_service_is_goes_to_the_log_and_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    terminal: bool,
) -> None:
    (tmp_path / "api-key").write_text("ps_secret\n")
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=terminal, width=400, color_system=None)
    monkeypatch.setattr(command, "err", console)
    with caplog.at_level(logging.INFO):
        command._announce(Settings(_env_file=None, data_dir=tmp_path), "http://127.0.0.1:1")
    assert ("http://127.0.0.1:1/docs" in shown.getvalue()) is terminal
    assert f"kept in {tmp_path / 'api-key'}" in caplog.text
    assert "http://127.0.0.1:1/docs" in caplog.text
    assert "ps_secret" not in caplog.text + shown.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_a_new_key_is_shown_on_a_terminal_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=terminal, width=400, color_system=None)
    monkeypatch.setattr(command, "err", console)
    command._show_key("ps_secret")
    assert ("ps_secret" in shown.getvalue()) is terminal


def test_a_key_is_new_once(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path)
    migrate(settings)
    secret = first_key(settings)
    assert secret is not None
    assert key_file(settings).read_text().strip() == secret
    assert first_key(settings) is None
    key_file(settings).unlink()
    assert first_key(settings) not in {None, secret}
