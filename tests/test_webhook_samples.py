"""The receivers of docs/how-to/webhooks.md run as printed and accept only what is genuine."""

import base64
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from tests.support.parts import require
from tests.support.workplace import await_true

TEXT = (Path(__file__).parents[1] / "docs" / "how-to" / "webhooks.md").read_text()
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(32)).decode()
BODY = json.dumps({"type": "job.failed", "data": {"note": "gr\u00fcn"}})


@contextmanager
def running(language: str, program: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """The sample's address and what it prints."""
    (sample,) = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    file, said = folder / "sample", folder / "said"
    file.write_text(sample)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "WEBHOOK_SECRET": SECRET}
    with said.open("wb") as output:
        process = subprocess.Popen([program, file], env=environment, stdout=output)
    try:
        await_true(lambda: listens(port), "the sample to listen")
        yield f"http://127.0.0.1:{port}/", said
    finally:
        process.kill()
        process.wait()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def post(url: str, secret: str, at: datetime, body: str = BODY, message_id: str = "msg_1") -> int:
    signature = Webhook(secret).sign(message_id, at, BODY)
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    return httpx.post(url, content=body.encode(), headers=headers, trust_env=False).status_code


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_a_sample_takes_genuine_messages_once_and_refuses_others(
    language: str, tmp_path: Path
) -> None:
    program = sys.executable if language == "python" else shutil.which("node")
    require(program, "node")
    assert program is not None
    now = datetime.now(UTC)
    with running(language, program, tmp_path) as (url, said):
        assert post(url, OTHER, now) == 401
        assert post(url, SECRET, now - timedelta(minutes=6)) == 401
        assert post(url, SECRET, now, BODY.replace("failed", "succeeded")) == 401
        assert httpx.post(url, content=b"{}", trust_env=False).status_code == 401
        assert said.read_text() == ""
        assert post(url, SECRET, now) == 204
        assert post(url, SECRET, now) == 204
        await_true(lambda: "job.failed" in said.read_text(), "the sample to print the event")
        assert said.read_text().count("job.failed") == 1
