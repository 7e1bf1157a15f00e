"""An authority and a certificate for 127.0.0.1, as a company's own network has them."""

import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificates:
    """Files in PEM; everybody may read the key, which is of no worth."""

    authority: Path
    certificate: Path
    key: Path


def make_certificates(folder: Path) -> Certificates:
    """A certificate for 127.0.0.1 and the authority that signed it."""
    made = Certificates(folder / "ca.crt", folder / "server.crt", folder / "server.key")
    ca_key, request, names = folder / "ca.key", folder / "server.csr", folder / "names"
    names.write_text("subjectAltName=IP:127.0.0.1\n")
    _openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=tests",
             "-keyout", ca_key, "-out", made.authority)  # fmt: skip
    _openssl("req -newkey rsa:2048 -nodes -subj /CN=127.0.0.1",
             "-keyout", made.key, "-out", request)  # fmt: skip
    _openssl("x509 -req -days 2 -CAcreateserial", "-in", request, "-CA", made.authority,
             "-CAkey", ca_key, "-extfile", names, "-out", made.certificate)  # fmt: skip
    return made


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _openssl(words: str, *more: str | Path) -> None:
    subprocess.run(["openssl", *words.split(), *more], check=True, capture_output=True)
