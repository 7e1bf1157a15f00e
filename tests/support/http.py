"""HTTP clients for servers on loopback, without TLS."""

import ssl
from typing import Any

import httpx

# A context without authorities: to load them takes httpx 26 ms of processor time for each client,
# more than many a test takes for all else.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def http_client(**how: Any) -> httpx.Client:
    """An `httpx.Client` with these arguments that takes no proxy from the environment."""
    return httpx.Client(verify=NO_TLS, trust_env=False, **how)
