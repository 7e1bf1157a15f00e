"""Settings that are unknown, misspelt or wrong are named in one sentence."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from cli.exit_codes import Exit
from cli.failures import explain
from cli.settings import UnknownSetting, api_url, load_settings
from jobs.settings import Settings


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


UNKNOWN = {
    "PAGESIGHT_MAX_UPLOAD": "PAGESIGHT_MAX_UPLOAD_MB",
    "PAGESIGHT_EGRES_ALLOW": "PAGESIGHT_EGRESS_ALLOW",
    "PAGESIGHT_WORKER_THREAD": "PAGESIGHT_WORKER_THREADS",
    "pagesight_prot": "PAGESIGHT_PORT",
    "PAGESIGHT_XYZZY": "unset it",
}


@pytest.mark.parametrize(("name", "hint"), UNKNOWN.items())
@pytest.mark.parametrize("place", ["environment", "file"])
def test_an_unknown_setting_is_named_with_the_nearest_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, hint: str, place: str
) -> None:
    if place == "file":
        (tmp_path / ".env").write_text(f"OTHER=1\n{name}=1\n")
    else:
        monkeypatch.setenv(name, "1")
    with pytest.raises(UnknownSetting) as unknown:
        load_settings()
    explained = explain(unknown.value)
    assert explained is not None
    message, code = explained
    assert message.startswith(f"{name} is not a setting")
    assert hint in message
    assert len(message.splitlines()) == 1
    assert code == Exit.INSTALLATION


@pytest.mark.parametrize(
    "name",
    [
        "PAGESIGHT_API_KEY",
        "PAGESIGHT_SERVER",
        "PAGESIGHT_SERVICE_HOST",
        "PAGESIGHT_SERVICE_PORT_HTTP",
        "PAGESIGHT_PORT_8765_TCP_ADDR",
        "XPAGESIGHT_FOO",
    ],
)
def test_variables_of_others_are_ignored(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "tcp://10.0.0.1:8765")
    assert load_settings().host == "127.0.0.1"


def test_what_is_given_overrides_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGESIGHT_PORT", "1111")
    assert load_settings(port=2222, host=None).port == 2222
    assert load_settings(port=None).port == 1111


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:1"),
        ("::1", "http://[::1]:1"),
        ("me.local", "http://me.local:1"),
    ],
)
def test_the_address_of_the_api_follows_from_its_host(host: str, url: str) -> None:
    assert api_url(load_settings(host=host, port=1)) == url


WRONG = [
    ("database_url", "mysql://root:hunter2@host/x", "postgresql+psycopg://"),
    ("database_url", "hunter2", "postgresql+psycopg://"),
    ("broker_url", "amqp://guest:hunter2@host//", "redis://"),
    ("broker_url", "hunter2:6379", "redis://"),
    ("blob_url", "/srv/hunter2", "file:///"),
    ("blob_url", "s3:///hunter2", "s3://bucket"),
    ("public_url", "ocr.example.com", "PAGESIGHT_PUBLIC_URL"),
    ("public_url", "https://ocr.example.com/?x=1", "PAGESIGHT_PUBLIC_URL"),
    ("trusted_proxies", '["proxy.local"]', "an address, a network"),
    ("egress_allow", '["https://hooks.example.com/"]', "a host such as"),
    ("egress_allow", '["10.0.0.0/99"]', "a host such as"),
    ("tenant_weights", '{"a": -1}', "greater than 0"),
    ("port", "-1", "greater than or equal to 0"),
    ("port", "tcp://10.0.0.1:8765", "enableServiceLinks"),
    ("max_upload_mb", "5x", "integer"),
    ("lease_s", "nan s", "number"),
    ("device", "gpu", "'cuda'"),
    ("log_level", "loud", "'warning'"),
    ("data_dir", "", "the path of a folder"),
]


@pytest.mark.parametrize(("name", "value", "expected"), WRONG)
def test_a_wrong_value_is_named_with_what_is_expected_and_no_password(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(f"PAGESIGHT_{name.upper()}", value)
    with pytest.raises(ValidationError) as wrong:
        load_settings()
    explained = explain(wrong.value)
    assert explained is not None
    message, code = explained
    assert message.startswith(f"PAGESIGHT_{name.upper()} ")
    assert expected in message
    assert "hunter2" not in message
    assert len(message.splitlines()) == 1
    assert code == Exit.INSTALLATION


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_addresses_of_postgresql_may_be_written_as_platforms_do(scheme: str) -> None:
    settings = Settings(_env_file=None, database_url=f"{scheme}://user:p%40ss@host:5/name")
    url = settings.sqlalchemy_url
    assert (url.drivername, url.password, url.database) == ("postgresql+psycopg", "p@ss", "name")
    again = Settings(
        _env_file=None, database_url=settings.as_environment()["PAGESIGHT_DATABASE_URL"]
    )
    assert again.sqlalchemy_url == url


@pytest.mark.parametrize("entry", ["*", "hooks.example.com", "*.example.com", "10.0.0.0/8", "::1"])
def test_targets_of_every_documented_kind_are_accepted(entry: str) -> None:
    assert Settings(_env_file=None, egress_allow=(entry,)).egress_allow == (entry,)
