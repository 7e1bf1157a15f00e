import socket
from pathlib import Path

import pytest

from cli.exit_codes import Exit
from cli.health.command import _addresses, check_health
from jobs.settings import Settings
from tests.support.service import running_service
from workers.observability.endpoint import serving_metrics


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGESIGHT_DATA_DIR", str(tmp_path))


def health(monkeypatch: pytest.MonkeyPatch, **settings: object) -> int:
    for name, value in settings.items():
        monkeypatch.setenv(f"PAGESIGHT_{name.upper()}", str(value))
    return check_health()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def test_an_api_that_answers_is_healthy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_service(tmp_path / "service") as service:
        port = service.url.rsplit(":", 1)[1]
        assert health(monkeypatch, host="0.0.0.0", port=port) == Exit.OK


def test_a_worker_that_answers_is_healthy_though_it_does_not_take_messages_yet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving_metrics("127.0.0.1", free_port(), lambda: (False, "starting")) as port:
        found = health(monkeypatch, port=free_port(), metrics_port=port)
    assert found == Exit.OK


def test_where_nothing_answers_the_process_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    found = health(monkeypatch, port=free_port(), metrics_port=free_port())
    assert found == Exit.FAILED == 1  # Docker reserves the others


@pytest.mark.parametrize(
    ("host", "address"),
    [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("10.0.0.7", "10.0.0.7"), ("::1", "[::1]")],
)
def test_every_interface_is_asked_on_loopback(host: str, address: str, tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, host=host, port=8765)
    assert list(_addresses(settings)) == [f"http://{address}:8765/healthz"]
