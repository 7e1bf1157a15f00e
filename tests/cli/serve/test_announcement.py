import io
from pathlib import Path

import pytest
from rich.console import Console

from cli.serve import command
from jobs.settings import Settings


@pytest.mark.parametrize("terminal", [True, False])
def test_the_key_is_shown_on_a_terminal_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, terminal: bool
) -> None:
    (tmp_path / "api-key").write_text("ps_secret\n")
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=terminal, width=400, color_system=None)
    monkeypatch.setattr(command, "err", console)
    command._announce(Settings(_env_file=None, data_dir=tmp_path), "http://127.0.0.1:1")
    assert ("ps_secret" in shown.getvalue()) is terminal
    assert f"kept in {tmp_path / 'api-key'}" in shown.getvalue()
    assert "http://127.0.0.1:1/docs" in shown.getvalue()
