"""Which key goes to which server."""

from pathlib import Path

import pytest

from cli.api_client import Client, ServerRefused

KEY = "ps_local_admin"


@pytest.fixture(autouse=True)
def data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAGESIGHT_DATA_DIR", str(tmp_path))
    (tmp_path / "api-key").write_text(f"{KEY}\n")


def sent(server: str | None, key: str | None = None) -> str:
    client = Client(server, key)
    header: str = client._http.headers["authorization"]
    client.close()
    return header.removeprefix("Bearer ")


@pytest.mark.parametrize(
    "server",
    [
        None, "", "http://127.0.0.1:8765", "http://127.5.5.5", "http://localhost:8765/",
        "http://LOCALHOST", "http://[::1]:8765",
    ],
)  # fmt: skip
def test_the_local_key_goes_to_this_machine(server: str | None) -> None:
    assert sent(server) == KEY


@pytest.mark.parametrize(
    "server",
    [
        "https://reader.example.com", "http://10.0.0.7:8765", "http://[2001:db8::1]",
        "http://127.0.0.1.example.com", "http://localhost.example.com",
        "http://127.0.0.1@example.com", "http://example.com/127.0.0.1", "reader",
        "http://[::1", "http://0x7f.1",
    ],
)  # fmt: skip
def test_the_local_key_never_goes_to_another_host(server: str) -> None:
    with pytest.raises(ServerRefused, match="pass --key or set PAGESIGHT_API_KEY") as refused:
        Client(server, None)
    assert KEY not in str(refused.value)


def test_a_given_key_goes_anywhere() -> None:
    assert sent("https://reader.example.com", "ps_given") == "ps_given"


def test_the_address_that_the_api_listens_on_is_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PAGESIGHT_HOST", "192.0.2.7")
    assert sent("http://192.0.2.7:8765") == KEY
    assert sent(None) == KEY


def test_without_a_key_file_the_message_names_every_way_to_give_one(tmp_path: Path) -> None:
    (tmp_path / "api-key").unlink()
    with pytest.raises(ServerRefused, match=r"--key, set PAGESIGHT_API_KEY.*api-key"):
        Client(None, None)
