"""Turns the tracing of a process on where the settings ask for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from jobs.settings import Settings
from jobs.telemetry.tracing import TRACING


class TracesMissing(Exception):  # noqa: N818 - says what is the matter
    """Traces were asked for, and OpenTelemetry's packages are not installed."""


def require_traces(settings: Settings) -> None:
    """Raise TracesMissing where traces are asked for and cannot be exported."""
    if settings.otlp_endpoint and find_spec("opentelemetry.exporter") is None:
        raise TracesMissing(
            "PAGESIGHT_OTLP_ENDPOINT is set, but OpenTelemetry's packages are missing: "
            "pip install --no-deps -r requirements/traces.txt, or unset it"
        )


@contextmanager
def tracing(settings: Settings, role: str) -> Iterator[None]:
    """Export traces for the length of the `with` where PAGESIGHT_OTLP_ENDPOINT is set.

    Raises TracesMissing.
    """
    if not settings.otlp_endpoint:
        yield
        return
    require_traces(settings)
    from jobs.telemetry.otlp import OtlpSink  # noqa: PLC0415 - optional

    TRACING.start(OtlpSink(settings.otlp_endpoint, role, settings.trace_share))
    try:
        yield
    finally:
        TRACING.stop()
