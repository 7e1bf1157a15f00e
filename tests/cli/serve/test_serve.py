import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from cli.exit_codes import Exit
from tests.support import template
from tests.support.serving import ROOT, SAMPLE, Serving, children_of, listening, serving
from tests.support.workplace import await_true

# What a killed process held is taken up after seconds; by default after half a minute.
SOON = {"lease_s": 3, "reconcile_s": 1, "republish_s": 3, "fetch_timeout_s": 3}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("serve") / "data"
    with serving(folder, **SOON) as running:
        yield running


def test_a_document_goes_in_and_its_text_comes_out(service: Serving) -> None:
    job = service.finished(service.submit())
    assert job["state"] == "succeeded"
    text = service.client.get(f"/v1/jobs/{job['id']}/result", params={"format": "text"}).text
    assert "Invoice 2026-0417" in text
    assert "Care of your sextant" in text


def test_the_key_is_for_its_owner_alone_and_never_in_a_log(service: Serving) -> None:
    path = service.folder / "api-key"
    assert path.stat().st_mode & 0o077 == 0
    log = service.log.read_text()
    assert f"kept in {path}" in log
    assert path.read_text().strip() not in log


def test_every_line_of_every_process_is_json_that_can_be_followed(service: Serving) -> None:
    headers = {"X-Request-Id": "followed-1", "Traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}
    with SAMPLE.open("rb") as file:
        files = {"file": ("Confidential.pdf", file)}
        metadata = {"metadata": '{"patient": "Jane Doe"}'}
        job = service.client.post("/v1/jobs", files=files, data=metadata, headers=headers).json()
    assert service.finished(job["id"])["state"] == "succeeded"
    text = service.log.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    (accepted,) = [line for line in lines if line.get("request_id") == "followed-1"]
    assert accepted["job_id"] == job["id"]
    assert (accepted["tenant"], accepted["trace"]) == ("default", "ab" * 16)
    assert {"uvicorn.error", "workers.pages.worker", "workers.control.worker"} <= {
        line["logger"] for line in lines
    }
    assert "Jane" not in text
    assert "Confidential" not in text


def test_one_address_serves_the_metrics_of_all_processes(service: Serving) -> None:
    service.finished(service.submit(pages="1", detectors=[], barcodes="off"))

    def figures() -> dict[str, float]:
        families = text_string_to_metric_families(service.client.get("/metrics").text)
        return {
            f"{sample.name} {sample.labels.get('role', '')}".strip(): sample.value
            for family in families
            for sample in family.samples
        }

    # Workers count after the commit that ends a job.
    counts = {"pagesight_jobs_ended_total", "pagesight_tenant_pages_total"}
    await_true(lambda: counts <= set(figures()), "the job and its page to be counted")
    found = figures()
    assert found["pagesight_tenant_pages_total"] >= 1  # of the pages worker
    assert found["pagesight_jobs_ended_total"] >= 1  # of the control worker
    assert found["pagesight_http_request_seconds_count"] >= 1  # of the API
    assert found["pagesight_process_resident_bytes pages"] > 0
    assert found["pagesight_workers_ready control"] == 1


def test_nothing_listens_beyond_loopback(service: Serving) -> None:
    """By the kernel's tables: every socket that a process of the service listens on."""
    addresses = listening(service.process.pid)
    assert f"127.0.0.1:{service.client.base_url.port}" in addresses
    assert {address.rsplit(":", 1)[0] for address in addresses} == {"127.0.0.1"}


@pytest.mark.parametrize("words", ["redis-server", "--role pages", "--role control"])
def test_a_killed_process_comes_back_and_work_goes_on(service: Serving, words: str) -> None:
    job_id = service.submit(pages="1", detectors=[], barcodes="off")
    os.kill(service.child(words), signal.SIGKILL)
    assert service.finished(job_id)["state"] == "succeeded"


def test_a_second_service_on_the_same_folder_is_refused_by_name(service: Serving) -> None:
    command = [sys.executable, "-m", "cli.main", "serve"]
    ran = template.run(command, cwd=ROOT, env=service.env, capture_output=True)
    assert ran.returncode == Exit.INSTALLATION
    assert str(service.process.pid) in ran.stderr.decode()


def test_a_taken_port_is_refused_with_the_setting_to_change(
    service: Serving, tmp_path: Path
) -> None:
    env = {
        **service.env,
        "PAGESIGHT_DATA_DIR": str(tmp_path),
        "PAGESIGHT_PORT": str(service.client.base_url.port),
    }
    command = [sys.executable, "-m", "cli.main", "serve"]
    ran = template.run(command, cwd=ROOT, env=env, capture_output=True)
    assert ran.returncode == Exit.INSTALLATION
    assert "PAGESIGHT_PORT" in ran.stderr.decode()
    ran = template.run(
        [*command, "--port", env["PAGESIGHT_PORT"], "--host", "127.0.0.1"],
        cwd=ROOT,
        env={**env, "PAGESIGHT_PORT": "0", "PAGESIGHT_HOST": "127.0.0.2"},
        capture_output=True,
    )
    assert ran.returncode == Exit.INSTALLATION
    assert f"cannot listen on 127.0.0.1:{env['PAGESIGHT_PORT']}" in ran.stderr.decode()


def test_after_a_kill_of_the_supervisor_a_restart_goes_on_alone(tmp_path: Path) -> None:
    """Two services side by side would share one database, one Redis and one socket."""
    folder = tmp_path / "data"
    with serving(folder, **SOON) as killed:
        job_id = killed.submit(pages="1", detectors=[], barcodes="off")
        pids = children_of(killed.process.pid)
        killed.process.kill()
        killed.process.wait()
        killed.client.close()
        with serving(folder, **SOON) as again:
            assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
            assert again.finished(job_id)["state"] == "succeeded"
            assert again.end(signal.SIGTERM) == Exit.OK


def test_ctrl_c_ends_every_process_and_exits_0(service: Serving) -> None:
    """The last of this module, whose tests share the service that it ends."""
    pids = children_of(service.process.pid)
    assert len(pids) == 4
    assert service.end(signal.SIGINT) == Exit.OK
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
