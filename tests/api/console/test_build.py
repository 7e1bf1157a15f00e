"""The built files of the console are committed; they must be those of its sources, and small."""

import gzip
import json
import re
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from api.routes.console import _assets
from tests.support.service import Service

ROOT = Path(__file__).parents[3]
SOURCES, BUILT = ROOT / "console", ROOT / "api" / "console"
MOST_COMPRESSED_BYTES = 300_000


def test_the_built_files_are_those_of_the_sources() -> None:
    """As console/vite.config.js computes it."""
    digest = sha256()
    names = (path.relative_to(SOURCES).as_posix() for path in SOURCES.rglob("*") if path.is_file())
    for name in sorted(name for name in names if not name.startswith("node_modules")):
        digest.update(f"{name}\0".encode() + (SOURCES / name).read_bytes())
    recorded = json.loads((BUILT / "build.json").read_text())["sources"]
    assert recorded == digest.hexdigest(), "run `make console`"


def test_the_console_is_small() -> None:
    files = [path.read_bytes() for path in BUILT.iterdir() if path.suffix in {".js", ".css"}]
    assert 20_000 < sum(len(gzip.compress(file)) for file in files) < MOST_COMPRESSED_BYTES


def test_the_lock_file_names_no_address() -> None:
    lock = (SOURCES / "package-lock.json").read_text()
    assert not re.search(r'"resolved"|https?://', re.sub(r'"(url|funding)": "[^"]*"', "", lock))


def test_files_are_compressed_for_those_who_take_it(service: Service) -> None:
    with service.client() as nobody:
        plain = nobody.get("/console/app.js", headers={"Accept-Encoding": "identity"})
        small = nobody.get("/console/app.js", headers={"Accept-Encoding": "gzip"})
        assert plain.content == small.content == (BUILT / "app.js").read_bytes()
        assert "content-encoding" not in plain.headers
        assert int(small.headers["content-length"]) < len(plain.content) / 2
        again = nobody.get("/console/app.js", headers={"If-None-Match": plain.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["build.json", "nothing.js", "app.ts"])
def test_other_files_are_not_served(service: Service, name: str) -> None:
    with service.client() as nobody:
        assert nobody.get(f"/console/{name}").status_code == 404


def test_pages_name_files_that_exist(client: httpx.Client) -> None:
    for page in ("/", "/docs"):
        names = re.findall(r'(?:src|href)="console/([^"]+)"', client.get(page).text)
        assert names
        assert set(names) <= set(_assets())
