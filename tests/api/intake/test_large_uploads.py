import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.patience import PATIENCE_S

SIZE = 120_000_000


def test_a_large_upload_streams_through_little_memory(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.uploads", "--serve", "pagesight"]
    folder = tmp_path / "service"
    folder.mkdir()
    with subprocess.Popen(
        [*command, "--folder", str(folder)], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            url, key = server.stdout.readline().split()
            assert b" 202 " in _post(url, key, 100_000)
            before = _peak_mb(server.pid)
            assert b" 202 " in _post(url, key, SIZE)
            assert _peak_mb(server.pid) - before < 50
        finally:
            server.terminate()
    (stored,) = (path for path in folder.rglob("input") if path.stat().st_size == SIZE)
    assert stored.read_bytes()[:4] == b"\x89PNG"


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert match is not None
    return int(match[1]) / 1024


def _post(url: str, key: str, size: int) -> bytes:
    parts = urlsplit(url)
    with socket.create_connection(
        (parts.hostname or "", parts.port or 0), timeout=PATIENCE_S
    ) as line:
        head = f"POST /v1/jobs HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {key}\r\n"
        line.sendall(f"{head}Content-Type: image/png\r\nContent-Length: {size}\r\n\r\n".encode())
        line.sendall(b"\x89PNG\r\n\x1a\n")
        chunk, left = bytes(1 << 20), size - 8
        while left > 0:
            line.sendall(chunk[:left])
            left -= len(chunk)
        return line.recv(200)
