"""`pagesight health`: whether the process of this container is alive."""

from collections.abc import Iterator

import httpx

from cli.console import complain
from cli.exit_codes import Exit
from cli.json_output import print_json
from cli.settings import load_settings
from jobs.settings import Settings

_TIMEOUT_S = 3.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not listened on


def check_health(*, as_json: bool = False) -> int:
    """Exit.OK where an API or a worker of these settings answers its `/healthz`."""
    tried = list(_addresses(load_settings()))
    answering = next((url for url in tried if _answers(url)), None)
    if as_json:
        print_json({"answers": answering, "tried": tried})
    if answering is not None:
        return Exit.OK
    complain(f"nothing answers at {' or '.join(tried)}: look at the log of the process")
    return Exit.FAILED


def _addresses(settings: Settings) -> Iterator[str]:
    yield _address(settings.host, settings.port)
    if settings.metrics_port:
        yield _address(settings.metrics_host, settings.metrics_port)


def _address(host: str, port: int) -> str:
    host = _ANYWHERE.get(host, host)
    return f"http://[{host}]:{port}/healthz" if ":" in host else f"http://{host}:{port}/healthz"


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=_TIMEOUT_S, trust_env=False).is_success
    except httpx.HTTPError:
        return False
