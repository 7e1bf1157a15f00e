"""`--json`: every command that finds something prints it for scripts, and nothing else."""

import json
import socket
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from cli.exit_codes import Exit
from cli.main import app
from jobs.migrations.upgrade import migrate
from jobs.settings import Settings
from tests.support.onnx_graphs import write_colour_detector
from tests.support.service import running_service

# These serve until they are interrupted, or have documents as their output.
WITHOUT = {
    "api",
    "demo",
    "mcp",
    "serve",
    "worker",
    "read",  # --format json
    "watch",
    "webhooks listen",
}


def commands() -> dict[str, Any]:
    """Every command by its words."""
    found: dict[str, Any] = {}
    for name, command in vars(get_command(app))["commands"].items():
        inner = vars(command).get("commands")
        found |= {f"{name} {each}": inner[each] for each in inner} if inner else {name: command}
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PAGESIGHT_DATA_DIR", str(tmp_path))
    migrate(Settings(_env_file=None, data_dir=tmp_path))
    return tmp_path


def run(*words: str) -> Any:
    ran = CliRunner().invoke(app, [*words, "--json"])
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


def test_every_other_command_has_the_option() -> None:
    without = {
        name
        for name, command in commands().items()
        if all("--json" not in each.opts for each in command.params)
    }
    assert without == WITHOUT


def test_keys_and_the_audit_log_are_printed(folder: Path) -> None:
    made = run("keys", "create", "--tenant", "shop", "--scopes", "jobs:read", "--days", "3")
    assert made["prefix"] in made["key"]
    assert (made["tenant"], made["scopes"], made["revoked_at"]) == ("shop", ["jobs:read"], None)
    newer = run("keys", "rotate", made["id"])
    listed = run("keys", "list")
    assert {each["id"] for each in listed} == {made["id"], newer["id"]}
    assert all("key" not in each for each in listed)
    events = run("audit", "--tenant", "shop")
    assert "key.made" in {each["action"] for each in events}


def test_models_are_printed(folder: Path) -> None:
    listed = run("models", "list")
    assert {"name", "version", "task", "licence", "sha256", "state", "path"} == listed[0].keys()
    assert all(len(each["sha256"]) == 64 for each in listed)


def test_webhooks_are_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_service(tmp_path, egress_allow=("hooks.example.com",)) as service:
        monkeypatch.setenv("PAGESIGHT_SERVER", service.url)
        monkeypatch.setenv("PAGESIGHT_API_KEY", service.key("shop"))
        monkeypatch.setenv("PAGESIGHT_DATA_DIR", str(tmp_path))
        with service.client(service.key("shop")) as client:
            body = {"url": "https://hooks.example.com/a"}
            made = client.post("/v1/webhooks", json=body).json()
            client.post(f"/v1/webhooks/{made['id']}/ping")
        assert [each["id"] for each in run("webhooks", "list")] == [made["id"]]
        found = run("webhooks", "deliveries", "--attempts")
        assert [(each["event"], each["tries"]) for each in found["deliveries"]] == [
            ("webhook.ping", [])
        ]
        assert run("webhooks", "replay", "--states", "failed") == {"replayed": 0, "more": False}


def test_what_commands_did_is_printed(folder: Path, tmp_path: Path) -> None:
    made = run("keys", "create", "--tenant", "shop")
    assert run("keys", "revoke", made["id"]) == {"revoked": made["id"]}
    assert run("migrate") == {"undone_after": None, "migrated": True}
    assert run("webhooks", "rekey") == {"secrets_encrypted": 0}
    network = write_colour_detector(tmp_path / "seen.onnx", names="['a', 'b', 'c']")
    added = run("models", "add", str(network), "--licence", "MIT")
    assert (added["name"], added["labels"], added["size"]) == ("seen", ["a", "b", "c"], [64, 64])
    assert run("models", "remove", "seen") == [{"name": "seen", "version": "1"}]


def test_checks_that_fail_are_printed_too(folder: Path, tmp_path: Path) -> None:
    """The exit code is that of the check."""
    (tmp_path / "body").write_text("{}")
    (tmp_path / "headers").write_text("webhook-id: msg_1\n")
    words = ["body", "--headers", "headers", "--secret", "whsec_x", "--json"]
    with chdir(tmp_path):
        verified = CliRunner().invoke(app, ["webhooks", "verify", *words])
    (finding,) = json.loads(verified.stdout)
    assert (finding["name"], finding["well"], verified.exit_code) == ("headers", False, Exit.FAILED)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    environment = {"PAGESIGHT_PORT": str(port), "PAGESIGHT_METRICS_PORT": "0"}
    health = CliRunner().invoke(app, ["health", "--json"], env=environment)
    assert json.loads(health.stdout)["answers"] is None
    assert health.exit_code == Exit.FAILED


def test_batch_has_every_option_of_reading_that_read_has() -> None:
    read, batch, watch = (
        {option for each in commands()[name].params for option in each.opts if "-" in option}
        for name in ("read", "batch", "watch")
    )
    alone = {"--crops"}  # pictures are made where the engine is
    assert read - batch == alone
    assert read - watch == alone
