"""The services of deploy/compose.yaml as processes, each on a host of its own, by its own name."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.chaos.hosts import Hosts
from tests.support.manifests import DEPLOY, ROOT, documents

COMPOSE: dict[str, Any] = documents(DEPLOY / "compose.yaml")[0]
SERVICES: dict[str, Any] = COMPOSE["services"]
# Mounts within the host's own view of the files: the secret where Compose puts it, nothing else.
_WITH_SECRET = 'mount -t tmpfs none /run && mkdir /run/secrets && cp "$0" /run/secrets/webhook-keys'


def filled(value: str, given: Mapping[str, str]) -> str:
    """A value with `${NAME}`, `${NAME:-default}` and `${NAME:?message}` as Compose fills them."""

    def fill(found: "re.Match[str]") -> str:
        name, kind, rest = found["name"], found["kind"], found["rest"] or ""
        if given.get(name):
            return given[name]
        assert kind != ":?", f"{name}: {rest}"
        return rest

    return re.sub(r"\$\{(?P<name>\w+)(?:(?P<kind>:[-?])(?P<rest>[^}]*))?\}", fill, value)


def image_variables() -> dict[str, str]:
    """What `ENV` of the Dockerfile sets, but for what belongs to the image's folders."""
    (text,) = re.findall(r"^ENV ((?:.+\\\n)*.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    pairs = dict(re.findall(r"(\w+)=(\S+)", text))
    return {name: value for name, value in pairs.items() if name.startswith("PAGESIGHT_")}


def name_hosts(net: Hosts) -> list[Path]:
    """Let every host find the others by the names that Compose's DNS gives them; files to remove.

    `ip netns exec` shows a host the files of /etc/netns/NAME in the place of those of /etc.
    """
    lines = ["127.0.0.1 localhost", *(f"{net.address(name)} {name}" for name in net.names)]
    folders = [Path("/etc/netns") / net.on(name)[-1] for name in net.names]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "hosts").write_text("\n".join(lines) + "\n")
    return folders


class Composed:
    """Starts services by the file's own commands, environment and secrets."""

    def __init__(self, net: Hosts, folder: Path, given: Mapping[str, str], keys: Path) -> None:
        self._net, self._folder, self._given, self._keys = net, folder, given, keys
        self._stack = ExitStack()

    def environment(self, name: str) -> dict[str, str]:
        """A service's variables, in an environment that has no others."""
        stated = {key: filled(value, self._given) for key, value in _environment(name).items()}
        kept = {"PATH": f"{ROOT}/.venv/bin:/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
        data = self._folder / name
        data.mkdir(exist_ok=True)
        return kept | image_variables() | stated | {"PAGESIGHT_DATA_DIR": str(data)}

    def command(self, name: str, words: Sequence[str] = ()) -> list[str]:
        """A service's command, or other words of the same image, on the service's host."""
        program = ["pagesight", *(words or SERVICES[name]["command"])]
        if words or not SERVICES[name].get("secrets"):
            return [*self._net.on(name), *program]
        script = f'{_WITH_SECRET} && exec "$@"'
        return [*self._net.on(name), "sh", "-c", script, str(self._keys), *program]

    def run(self, name: str, *words: str) -> str:
        """What one command prints that ends by itself, as with `docker compose exec`."""
        ran = subprocess.run(
            self.command(name, words), env=self.environment(name), cwd=self._folder,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def start(self, name: str, command: Sequence[str] = ()) -> None:
        """Start a service; it ends with `close`. `command` runs another service's program."""
        log = self._stack.enter_context((self._folder / f"{name}.log").open("wb"))
        process = subprocess.Popen(
            list(command) or self.command(name), env=self.environment(name), cwd=self._folder,
            stdout=log, stderr=log,
        )  # fmt: skip
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)

    def log(self, name: str) -> str:
        """What a service printed."""
        return (self._folder / f"{name}.log").read_text()[-3000:]

    def close(self) -> None:
        """End every service."""
        self._stack.close()


def _environment(name: str) -> dict[str, str]:
    found: dict[str, str] = SERVICES[name].get("environment", {})
    return found


@contextmanager
def composed(net: Hosts, folder: Path, given: Mapping[str, str], keys: Path) -> Iterator[Composed]:
    """Services that end with the `with`, as do the names of their hosts."""
    folders = name_hosts(net)
    services = Composed(net, folder, given, keys)
    try:
        yield services
    finally:
        services.close()
        for each in folders:
            shutil.rmtree(each)
