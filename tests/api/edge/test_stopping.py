"""What a caller sees of a service that stops while its request is open."""

import json
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import sleep

import httpx

from tests.api.routes.test_create_job import PNG, RAW
from tests.support.http import http_client
from tests.support.patience import PATIENCE_S
from tests.support.service import Service, running_service
from tests.support.wire import Wire

Answers = dict[str, httpx.Response]


def in_background(
    answers: Answers, name: str, ask: Callable[[], httpx.Response]
) -> threading.Thread:
    def run() -> None:
        answers[name] = ask()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def until_open(service: Service, number: int) -> None:
    """Wait until so many requests are being served."""
    for _ in range(6000):
        if len(service.server.server_state.tasks) >= number:
            return
        sleep(0.01)
    raise AssertionError("the requests did not arrive")


def test_waits_answer_at_once_and_streams_end_in_order(tmp_path: Path) -> None:
    answers: Answers = {}
    with running_service(tmp_path, max_wait_s=600, shutdown_grace_s=600) as service:
        key = service.key("waiting")
        with service.client(key) as client:
            job = client.post("/v1/jobs", content=PNG, headers=RAW).json()["id"]
            lines = json.dumps({"job": job}).encode()
            listed = {"Content-Type": "application/jsonl"}
            batch = client.post("/v1/batches", content=lines, headers=listed).json()["id"]
        patient = http_client(
            base_url=service.url, headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE_S
        )
        wait = {"Prefer": "wait=600"}
        threads = [
            in_background(answers, name, ask)
            for name, ask in {
                "get": lambda: patient.get(f"/v1/jobs/{job}", headers=wait),
                "post": lambda: patient.post("/v1/jobs", content=PNG, headers=RAW | wait),
                "events": lambda: patient.get(f"/v1/jobs/{job}/events"),
                "batch": lambda: patient.get(f"/v1/batches/{batch}/events"),
            }.items()
        ]
        until_open(service, 4)
        # Leaving the block stops the server, whose grace is far longer than a client waits.
    for thread in threads:
        thread.join(PATIENCE_S)
    patient.close()
    assert answers["get"].json()["state"] == "queued"
    assert answers["get"].headers["location"] == f"/v1/jobs/{job}"
    assert answers["post"].status_code == 202
    made = answers["post"].json()["id"]
    assert answers["post"].headers["location"] == f"/v1/jobs/{made}"
    assert "job.queued" in answers["events"].text
    assert answers["batch"].text.rstrip().endswith("}")


def test_an_upload_that_outlasts_the_grace_is_asked_to_come_again(tmp_path: Path) -> None:
    with ExitStack() as stack:
        with running_service(tmp_path, shutdown_grace_s=0.1) as service:
            wire = stack.enter_context(Wire(service.url))
            wire.send(
                b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
                b"Authorization: Bearer %s\r\n" % service.key("slow").encode(),
                b"Content-Length: 9000\r\n\r\n",
                PNG,
            )
            until_open(service, 1)
        answer = wire.answer()
        assert answer.status == 503
        assert json.loads(answer.body)["code"] == "stopping"
        assert "retry-after" in answer.headers
