"""The command serves the SDK's own client over standard input and output, and over HTTP."""

import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types.version import LATEST_HANDSHAKE_VERSION, LATEST_MODERN_VERSION

from cli.exit_codes import Exit
from cli.mcp.command import serve_mcp
from pagesight.mcp.config import Config
from pagesight.mcp.server import create_server
from tests.api.routes.test_create_job import PNG
from tests.pagesight.mcp.conftest import answer_of, failure_of
from tests.support.hand_worker import TEXTS, HandWorker
from tests.support.patience import PATIENCE_S
from tests.support.service import Service

ROOT = Path(__file__).parents[3]
TOOLS = {
    "read_document",
    "get_job",
    "get_page",
    "get_table",
    "get_fields",
    "get_picture",
    "search_words",
    "verify_text",
}
COMMAND = ["-m", "cli.main", "mcp"]


def names(client: Any, portal: BlockingPortal) -> set[str]:
    return {tool.name for tool in portal.call(client.list_tools).tools}


def test_a_document_is_read_over_standard_input_and_output(
    portal: BlockingPortal, service: Service, key: str, worker: HandWorker, tmp_path: Path
) -> None:
    (tmp_path / "scan.png").write_bytes(PNG)
    environment = {**os.environ, "PAGESIGHT_SERVER": service.url, "PAGESIGHT_API_KEY": key}
    started = StdioServerParameters(command=sys.executable, args=COMMAND, env=environment, cwd=ROOT)
    with portal.wrap_async_context_manager(Client(started, mode=LATEST_MODERN_VERSION)) as client:
        assert client.protocol_version == LATEST_MODERN_VERSION
        assert names(client, portal) == TOOLS
        given = {"source": str(tmp_path / "scan.png"), "wait_s": 60}
        job = answer_of(portal.call(client.call_tool, "read_document", given))
        assert (job["state"], job["begins_with"]) == ("succeeded", TEXTS[0])


def test_clients_of_earlier_revisions_are_served(
    portal: BlockingPortal, service: Service, key: str, job: str
) -> None:
    older = Client(create_server(Config(service.url, key)), mode="legacy")
    with portal.wrap_async_context_manager(older) as client:
        assert client.protocol_version == LATEST_HANDSHAKE_VERSION
        answer = portal.call(client.call_tool, "get_job", {"job_id": job})
        assert answer_of(answer)["state"] == "succeeded"


@pytest.fixture(scope="module")
def address(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where `pagesight mcp --http` serves, without a key of its own."""
    folder = tmp_path_factory.mktemp("mcp")
    environment = {
        **os.environ,
        "PAGESIGHT_SERVER": service.url,
        "PAGESIGHT_DATA_DIR": str(folder),
    }
    environment.pop("PAGESIGHT_API_KEY", None)
    process = subprocess.Popen(
        [sys.executable, *COMMAND, "--http", "--port", "0", "--root", str(folder)],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        found = re.search(r"MCP over HTTP at (http://\S+)", process.stderr.readline())
        assert found is not None
        yield found[1]
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture
def over_http(portal: BlockingPortal, address: str) -> Callable[..., Any]:
    @asynccontextmanager
    async def connected(headers: dict[str, str]) -> AsyncIterator[Client]:
        http = httpx2.AsyncClient(headers=headers, trust_env=False, timeout=PATIENCE_S)
        async with http, Client(streamable_http_client(address, http_client=http)) as client:
            yield client

    def connect(**headers: str) -> Any:
        return portal.wrap_async_context_manager(connected(headers))

    return connect


def test_callers_over_http_send_their_own_keys(
    over_http: Callable[..., Any], portal: BlockingPortal, key: str, job: str
) -> None:
    with over_http(Authorization=f"Bearer {key}") as client:
        assert client.protocol_version == LATEST_MODERN_VERSION
        assert names(client, portal) == TOOLS
        page = answer_of(portal.call(client.call_tool, "get_page", {"job_id": job, "page": 2}))
        assert "Total due 2" in page["text"]
    with over_http() as client:
        answer = portal.call(client.call_tool, "get_job", {"job_id": job})
        assert "Authorization: Bearer" in failure_of(answer)


def test_callers_over_http_read_no_files_outside_the_roots(
    over_http: Callable[..., Any], portal: BlockingPortal, key: str
) -> None:
    with over_http(Authorization=f"Bearer {key}") as client:
        answer = portal.call(client.call_tool, "read_document", {"source": "/etc/hostname"})
        assert "outside the folders" in failure_of(answer)


def test_pages_of_the_web_cannot_call_the_tools(address: str) -> None:
    for headers in ({"Host": "evil.example.com"}, {"Origin": "https://evil.example.com"}):
        answer = httpx2.post(address, json={}, headers=headers, trust_env=False)
        assert answer.status_code in {403, 421}


def test_the_page_names_every_tool_and_a_configuration_that_starts(
    portal: BlockingPortal, service: Service, key: str, tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "how-to" / "mcp.md").read_text()
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == TOOLS
    configured = json.loads(page.split("```json")[1].split("```")[0])["mcpServers"]["pagesight"]
    words = [each.replace("/home/me/documents", str(tmp_path)) for each in configured["args"]]
    filled = {"PAGESIGHT_SERVER": service.url, "PAGESIGHT_API_KEY": key}
    assert configured["env"].keys() == filled.keys()
    started = StdioServerParameters(
        command=str(Path(sys.executable).with_name(configured["command"])),
        args=words,
        env={**os.environ, **filled},
    )
    with portal.wrap_async_context_manager(Client(started, mode=LATEST_MODERN_VERSION)) as client:
        assert names(client, portal) == TOOLS
        answer = portal.call(client.call_tool, "read_document", {"source": "/etc/hostname"})
        assert str(tmp_path) in failure_of(answer)


def test_without_a_key_the_command_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAGESIGHT_DATA_DIR", str(tmp_path))
    code = serve_mcp("http://192.0.2.1:8765", None, [], http=False, host="127.0.0.1", port=0)
    assert code == Exit.FAILED
    assert "pass --key or set PAGESIGHT_API_KEY" in capsys.readouterr().err
