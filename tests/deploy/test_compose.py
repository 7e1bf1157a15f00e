"""The Compose file: against the specification's schema, and against the files that it names."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from jobs.settings import Settings
from jobs.webhooks.secret_box import SecretKeys
from tests.support.manifests import DEPLOY, ROOT, compose_validator, documents

COMPOSE: dict[str, Any] = documents(DEPLOY / "compose.yaml")[0]
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {"api", "control", "readers", "readers-gpu", "migrate"}


def test_the_file_follows_the_specification() -> None:
    assert [error.message for error in compose_validator().iter_errors(COMPOSE)] == []


def test_the_schema_refuses_what_compose_does_not_know() -> None:
    wrong = {"services": {"api": {"image": "pagesight", "replica": 2}}}
    assert len(list(compose_validator().iter_errors(wrong))) == 1


def test_every_part_of_the_service_is_there() -> None:
    expected = {"postgres", "redis", "s3", "bucket", "prometheus", "grafana", "collector"}
    assert set(SERVICES) == OURS | expected
    profiles = {name: each["profiles"] for name, each in SERVICES.items() if "profiles" in each}
    assert profiles.pop("readers") == ["cpu"]
    assert profiles.pop("readers-gpu") == ["gpu"]
    assert set(profiles) == {"prometheus", "grafana", "collector"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_processes_have_no_rights_and_a_root_that_is_read_only(name: str) -> None:
    process = SERVICES[name]
    assert process["read_only"] is True
    assert process["cap_drop"] == ["ALL"]
    assert process["security_opt"] == ["no-new-privileges:true"]
    assert [entry.partition(":")[0] for entry in process["tmpfs"]] == ["/tmp", "/data"]


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_setting_exists(name: str) -> None:
    given = SERVICES[name]["environment"]
    ours = {key for key in given if key.startswith("PAGESIGHT_")}
    assert {key.removeprefix("PAGESIGHT_").lower() for key in ours} <= set(Settings.model_fields)
    assert "PAGESIGHT_DATABASE_URL" in ours


def test_nothing_is_published_beyond_this_host() -> None:
    ports = [port for each in SERVICES.values() for port in each.get("ports", [])]
    assert len(ports) == 3
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_file_that_is_mounted_exists_and_is_read_only() -> None:
    mounted = [
        volume
        for each in SERVICES.values()
        for volume in each.get("volumes", [])
        if volume.startswith(("./", "../"))
    ]
    assert len(mounted) == 7
    for volume in mounted:
        source, _, mode = volume.split(":")
        assert (DEPLOY / source).exists()
        assert mode == "ro"
    for file in (DEPLOY / "compose").glob("*.y*ml"):
        assert yaml.safe_load(file.read_text())


def test_every_value_that_must_be_given_is_in_the_example() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    example = (DEPLOY / "env.example").read_text(encoding="utf-8")
    required = {part.partition(":?")[0] for part in text.split("${")[1:] if ":?" in part}
    assert required == {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "S3_SECRET"}
    assert all(f"{name}=" in example for name in required)
    assert {".env", "deploy/webhook-keys"} <= set((ROOT / ".gitignore").read_text().split())


def test_prometheus_scrapes_what_the_compose_file_starts() -> None:
    (config,) = documents(DEPLOY / "compose" / "prometheus.yml")
    targets = {
        (name, sd["port"])
        for job in config["scrape_configs"]
        for sd in job["dns_sd_configs"]
        for name in sd["names"]
    }
    assert {name for name, _ in targets} == OURS - {"migrate"}
    assert dict(targets)["api"] == 8765


def test_the_key_file_of_the_deploy_page_is_one_that_seals_secrets(tmp_path: Path) -> None:
    page = (ROOT / "docs/operations/deploy.md").read_text(encoding="utf-8")
    commands = [line.strip() for line in page.splitlines() if line.endswith(" deploy/webhook-keys")]
    assert [command.split()[0] for command in commands[:3]] == ["install", "openssl", "chown"]
    (tmp_path / "deploy").mkdir()
    for command in commands[:2]:  # who owns the file is a matter of the host
        subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    file = tmp_path / "deploy" / "webhook-keys"
    assert file.stat().st_mode & 0o777 == 0o600
    keys = SecretKeys(file, may_make=False)
    assert keys.open(keys.seal("whsec_x", "owner"), "owner") == "whsec_x"
