"""Accepted uploads per second, as a ratio to a bare FastAPI route that only writes the file.

Both run as one uvicorn process each on loopback and are sent the same multipart bodies by the same
client over kept-alive connections, in turns, each going first every other time; the ratio is the
median over the rounds, since the disk's write-back slows both for seconds at a time. Ours does all
it does in production: key, checks, hash, blob, ledger rows, a real Redis behind the relay.
The servers' processor time for each upload is printed too: it says more where other programs run.
`python -m benchmarks.uploads` prints the rates and exits 1 below the floor.
"""

import argparse
import asyncio
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

FLOOR = 0.6
BOUNDARY = "----benchmarkboundary7MA4YWxk"


@dataclass
class Side:
    """A server: its address, with its key after a space where it has one, and what it did."""

    address: str
    pid: int
    uploads: int = 0
    cpu_s: float = 0.0

    def cpu_now_s(self) -> float:
        """Processor time of the process, by man 5 proc."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Compare the two and report; the exit status says whether the floor holds."""
    options = _parse()
    if options.serve is not None:
        _SERVERS[options.serve](options.folder)
        return 0
    with tempfile.TemporaryDirectory(prefix="pagesight-bench-") as folder, ExitStack() as stack:
        stack.enter_context(_redis(Path(folder)))
        sides = {name: stack.enter_context(_server(name, Path(folder))) for name in _SERVERS}
        rates = asyncio.run(_measure(sides, options))
    return _report(rates, sides, options)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kilobytes", type=int, default=100)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--serve", choices=_SERVERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _report(
    rates: dict[str, list[float]], sides: Mapping[str, Side], options: argparse.Namespace
) -> int:
    medians = {name: statistics.median(values) for name, values in rates.items()}
    pairs = zip(rates["pagesight"], rates["bare"], strict=True)
    ratios = sorted(ours / bare for ours, bare in pairs)
    ratio = statistics.median(ratios)
    print(f"uploads of {options.kilobytes} kB, {options.connections} connections, one process")
    for name, values in rates.items():
        spread = f"{min(values):.0f} to {max(values):.0f}"
        print(f"  {name:<10} {medians[name]:7.0f} /s   ({spread} in {len(values)} rounds)")
    print(f"  ratio      {ratio:7.2f}      ({ratios[0]:.2f} to {ratios[-1]:.2f}; floor {FLOOR})")
    costs = {name: side.cpu_s / side.uploads * 1000 for name, side in sides.items()}
    each = ", ".join(f"{name} {cost:.2f} ms" for name, cost in costs.items())
    print(f"  processor  {costs['bare'] / costs['pagesight']:7.2f}      ({each} an upload)")
    return 0 if ratio >= FLOOR else 1


async def _measure(sides: dict[str, Side], options: argparse.Namespace) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for name, side in sides.items():
        await _round(name, side, 1.0, options)
        side.uploads, side.cpu_s = 0, 0.0
    for number in range(options.rounds):
        order = list(sides.items())[:: 1 if number % 2 else -1]
        for name, side in order:
            rates[name].append(await _round(name, side, options.seconds, options))
    return rates


async def _round(name: str, side: Side, seconds: float, options: argparse.Namespace) -> float:
    url, _, key = side.address.partition(" ")
    path, status = ("/v1/jobs", b"202") if name == "pagesight" else ("/upload", b"200")
    request = _request(path, key, options.kilobytes * 1000)
    parts = urlsplit(url)
    until = time.perf_counter() + seconds
    senders = [
        _send(parts.hostname or "", parts.port or 0, request, status, until)
        for _ in range(options.connections)
    ]
    began, cpu_s = time.perf_counter(), side.cpu_now_s()
    done = sum(await asyncio.gather(*senders))
    side.uploads += done
    side.cpu_s += side.cpu_now_s() - cpu_s
    return done / (time.perf_counter() - began)


async def _send(host: str, port: int, request: bytes, status: bytes, until: float) -> int:
    """Send the request again and again over one connection; return how often it was accepted."""
    reader, writer = await asyncio.open_connection(host, port)
    done = 0
    while time.perf_counter() < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if head[9:12] != status:
            raise RuntimeError(f"unexpected answer: {head!r}")
        length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
        await reader.readexactly(int(length))
        done += 1
    writer.close()
    return done


def _request(path: str, key: str, size: int) -> bytes:
    head = (
        f"--{BOUNDARY}\r\n"
        'Content-Disposition: form-data; name="file"; filename="page.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    ).encode()
    png = b"\x89PNG\r\n\x1a\n" + os.urandom(size - 8)
    body = head + png + f"\r\n--{BOUNDARY}--\r\n".encode()
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: benchmark",
        f"Authorization: Bearer {key}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def _server(name: str, folder: Path) -> Iterator[Side]:
    """A server process."""
    own = folder / name
    own.mkdir()
    command = [sys.executable, "-m", "benchmarks.uploads", "--serve", name, "--folder", str(own)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Side(process.stdout.readline().strip(), process.pid)
        finally:
            process.send_signal(signal.SIGTERM)


def _serve_bare(folder: Path) -> None:
    import uvicorn  # noqa: PLC0415 - the client needs none of it
    from fastapi import FastAPI, UploadFile  # noqa: PLC0415

    from api.server import Server  # noqa: PLC0415

    app = FastAPI()
    numbers = iter(range(10**9))

    @app.post("/upload")
    async def upload(file: UploadFile) -> dict[str, int]:
        data = await file.read()
        (folder / str(next(numbers))).write_bytes(data)
        return {"size": len(data)}

    config = uvicorn.Config(
        app, port=0, loop="uvloop", http="httptools", access_log=False, log_level="error"
    )
    Server(config, _tell).run()


def _serve_pagesight(folder: Path) -> None:
    from api.server import run_api  # noqa: PLC0415 - the client needs none of it
    from jobs.ledger import open_ledger  # noqa: PLC0415
    from jobs.migrations.upgrade import migrate  # noqa: PLC0415
    from jobs.settings import Settings  # noqa: PLC0415

    settings = Settings(
        _env_file=None,
        data_dir=folder,
        broker_url=f"redis+socket://{folder.parent / 'redis.sock'}",
        port=0,
        log_level="error",
        max_queued_jobs=10**9,
        max_queued_jobs_per_tenant=10**9,
    )
    migrate(settings)
    _, key = open_ledger(settings).keys.create("benchmark", ["jobs:write"], "benchmark")
    run_api(settings, lambda url: _tell(f"{url} {key}"))


@contextmanager
def _redis(folder: Path) -> Iterator[None]:
    command = ["redis-server", "--port", "0", "--unixsocket", str(folder / "redis.sock")]
    command += ["--dir", str(folder), "--appendonly", "yes", "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


def _tell(address: str) -> None:
    print(address, flush=True)


_SERVERS = {"bare": _serve_bare, "pagesight": _serve_pagesight}

if __name__ == "__main__":
    sys.exit(main())
