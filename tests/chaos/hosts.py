"""Several hosts on one machine: network namespaces on a bridge, whose cables can be pulled."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.parts import require

# A network of this process's own: others on this machine may run the same tests.
_NETWORK = f"10.213.{os.getpid() % 250 + 1}"
NETWORK = f"{_NETWORK}.0/24"


@dataclass
class Hosts:
    """Namespaces by name. The bridge has the address `.1`, the hosts those after it."""

    names: Sequence[str]
    tag: str = field(default_factory=lambda: f"ps{os.getpid() % 100_000}")

    def address(self, name: str) -> str:
        """The address of a host."""
        return f"{_NETWORK}.{self.names.index(name) + 2}"

    @property
    def gateway(self) -> str:
        """The address of this process, for the hosts."""
        return f"{_NETWORK}.1"

    def on(self, name: str) -> Sequence[str]:
        """What a command begins with to run on a host."""
        return ["ip", "netns", "exec", self._space(name)]

    def cut(self, name: str) -> None:
        """Pull the cable: packets are lost both ways and nobody is told."""
        self._ip("link", "set", self._cable(name), "nomaster")

    def mend(self, name: str) -> None:
        """Put the cable back."""
        self._ip("link", "set", self._cable(name), "master", self.tag)

    def build(self) -> None:
        """Make the bridge and its hosts; CalledProcessError where that is not allowed."""
        self._ip("link", "add", self.tag, "type", "bridge")
        self._ip("address", "add", f"{_NETWORK}.1/24", "dev", self.tag)
        self._ip("link", "set", self.tag, "up")
        for name in self.names:
            self._add(name)

    def remove(self) -> None:
        """Take it all away again, as far as it was built."""
        for name in self.names:
            self._ip("netns", "delete", self._space(name), check=False)
            self._ip("link", "delete", self._cable(name), check=False)
        self._ip("link", "delete", self.tag, check=False)

    def _add(self, name: str) -> None:
        space, cable = self._space(name), self._cable(name)
        self._ip("netns", "add", space)
        self._ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space)
        self._ip("link", "set", cable, "up", "master", self.tag)
        self._ip("-netns", space, "link", "set", "lo", "up")
        self._ip("-netns", space, "address", "add", f"{self.address(name)}/24", "dev", "eth0")
        self._ip("-netns", space, "link", "set", "eth0", "up")

    def _space(self, name: str) -> str:
        return f"{self.tag}-{name}"

    def _cable(self, name: str) -> str:
        return f"{self.tag}h{self.names.index(name)}"

    def _ip(self, *words: str, check: bool = True) -> None:
        subprocess.run(["ip", *words], check=check, capture_output=True)


@contextmanager
def hosts(*names: str) -> Iterator[Hosts]:
    """Hosts that are gone afterwards; skips, or fails in CI, where they cannot be made."""
    made = Hosts(names)
    try:
        made.build()
    except (OSError, subprocess.CalledProcessError) as error:
        made.remove()
        said = getattr(error, "stderr", b"") or str(error).encode()
        require(False, f"network namespaces (iproute2, root): {said.decode().strip()}")
    try:
        yield made
    finally:
        made.remove()
