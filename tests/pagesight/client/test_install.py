"""The client is installed into an empty environment, without the service and its packages."""

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from importlib.metadata import distribution, requires
from pathlib import Path

import pytest

from tests.support.hand_worker import TEXTS, HandWorker
from tests.support.service import Service

ROOT = Path(__file__).parents[3]
PROJECTS = {"pagesight": ROOT, "pagesight-client": ROOT / "clients" / "python"}
_BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
_PROGRAM = """
import sys

from pagesight.client import Client

with Client(trust_env=False) as client:
    print([page.text for page in client.read("a.png").pages])
parts = ("api", "cli", "jobs", "models", "vision", "workers", "pydantic", "numpy")
print([name for name in parts if name in sys.modules])
"""


@pytest.fixture(scope="module", params=PROJECTS)
def wheel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a project, built without leaving anything in the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    places = folder / "places.cfg"
    places.write_text(f"[build]\nbuild_base={folder}/build\n[egg_info]\negg_base={folder}\n")
    environment = {**os.environ, "DIST_EXTRA_CONFIG": str(places)}
    command = [sys.executable, "-W", "ignore", "-c", _BUILD, str(folder)]
    subprocess.run(command, cwd=PROJECTS[request.param], env=environment, check=True)
    (made,) = folder.glob("*.whl")
    return made


def needed(*names: str) -> Iterator[str]:
    """Distributions with all that they need, without extras."""
    for name in names:
        yield name
        rows = [row for row in requires(name) or () if "extra ==" not in row]
        found = [re.match(r"[\w.-]+", row) for row in rows if _applies(row)]
        yield from needed(*(each[0] for each in found if each))


def _applies(requirement: str) -> bool:
    """Whether it is for this Python: the markers of httpx's packages name old ones."""
    limit = re.search(r'python_version < "3\.(\d+)"', requirement)
    return limit is None or sys.version_info < (3, int(limit[1]))


def test_the_client_runs_in_an_environment_with_httpx_alone(
    wheel: Path, tmp_path: Path, service: Service, tenant: str, key: str, worker: HandWorker
) -> None:
    with zipfile.ZipFile(wheel) as packed:
        (about,) = [name for name in packed.namelist() if name.endswith("/METADATA")]
        metadata = Parser().parsestr(packed.read(about).decode())
        packed.extractall(tmp_path / "site")
    rows = metadata.get_all("Requires-Dist") or []
    wanted = [row for row in rows if "extra" not in row or 'extra == "client"' in row]
    assert [row.split(";")[0] for row in wanted] == ["httpx>=0.27"]
    assert ("client" in (metadata.get_all("Provides-Extra") or [])) == (
        metadata["Name"] == "pagesight"
    )
    for name in set(needed("httpx")):
        for file in {each.parts[0] for each in distribution(name).files or ()} - {".."}:
            link = tmp_path / "site" / file
            if not link.exists():
                link.symlink_to(Path(str(distribution(name).locate_file(file))))
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    environment = {
        "PYTHONPATH": str(tmp_path / "site"),
        "PAGESIGHT_SERVER": service.url,
        "PAGESIGHT_API_KEY": key,
    }
    done = subprocess.run(
        # Neither the environment's packages nor the checkout.
        [sys.executable, "-S", "-P", "-c", _PROGRAM],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == [str(list(TEXTS)), "[]"]
