import socket

import httpx
import pytest

from workers.observability.endpoint import MetricsPortTaken, serving_metrics

HOST = "127.0.0.1"


def free_port() -> int:
    with socket.create_server((HOST, 0)) as free:
        port: int = free.getsockname()[1]
        return port


def test_a_worker_answers_scrapes_and_probes_and_says_why_it_is_not_ready() -> None:
    state = (False, "CUDA was asked for")
    with (
        serving_metrics(HOST, free_port(), lambda: state) as port,
        httpx.Client(base_url=f"http://{HOST}:{port}", trust_env=False) as client,
    ):
        assert client.get("/healthz").json() == {"status": "alive"}
        unready = client.get("/readyz")
        assert (unready.status_code, unready.json()["reason"]) == (503, "CUDA was asked for")
        state = (True, "")
        assert client.get("/readyz").json() == {"ready": True, "reason": ""}
        scrape = client.get("/metrics?name[]=x")
        assert "pagesight_pages_total" in scrape.text
        assert scrape.headers["content-type"].startswith("text/plain")
        assert client.get("/v1/jobs").status_code == 404
        assert client.post("/metrics").status_code == 501
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{HOST}:{port}/healthz", trust_env=False)


def test_without_a_port_nothing_listens() -> None:
    with serving_metrics(HOST, 0, lambda: (True, "")) as port:
        assert port == 0


def test_a_port_that_is_taken_stops_the_worker_with_the_reason() -> None:
    with (
        socket.create_server((HOST, 0)) as taken,
        pytest.raises(MetricsPortTaken, match="PAGESIGHT_METRICS_PORT"),
        serving_metrics(HOST, taken.getsockname()[1], lambda: (True, "")),
    ):
        pytest.fail("the server started on a port that is taken")
