"""Spans to an OpenTelemetry collector, by OTLP over HTTP.

The SDK is optional (`pip install pagesight[traces]`, requirements/traces.txt): nothing of it is
imported unless an endpoint is set.
"""

import threading
from importlib.metadata import version
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from jobs.telemetry.tracing import Kind, Span

CLOSE_S: Final = 2.0
EVERY_MS: Final = 1000
_TIMEOUT_S: Final = 5
_KINDS: Final[dict[Kind, SpanKind]] = {
    "internal": SpanKind.INTERNAL,
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "consumer": SpanKind.CONSUMER,
}
_SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
_HIGHEST: Final = 2**64


class OtlpSink:
    """Exports spans in the background; those that a slow collector leaves no room for are dropped.

    `share` of the traces is exported, chosen by their ids, so that all processes choose the same.
    """

    def __init__(self, endpoint: str, role: str, share: float) -> None:
        self._below = int(share * _HIGHEST)
        self._resource = Resource.create(
            {"service.name": f"pagesight-{role}", "service.version": version("pagesight")}
        )
        self._scope = InstrumentationScope("pagesight", version("pagesight"))
        self._exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=_TIMEOUT_S)
        self._processor = BatchSpanProcessor(self._exporter, schedule_delay_millis=EVERY_MS)

    def export(self, span: Span) -> None:
        """Queue a span; returns at once."""
        # The rule of TraceIdRatioBased in OpenTelemetry's SDK: the lower 64 bits of the trace's id.
        if int(span.trace[16:], 16) < self._below:
            self._processor.on_end(self._readable(span))

    def close(self) -> None:
        """Export what is left, for CLOSE_S at most: a collector that is away must not hold us."""
        flush = threading.Thread(target=self._processor.shutdown, daemon=True)
        flush.start()
        flush.join(CLOSE_S)

    def _readable(self, span: Span) -> ReadableSpan:
        return ReadableSpan(
            name=span.name,
            context=_context(span.trace, span.id),
            parent=None if span.parent is None else _context(span.trace, span.parent),
            resource=self._resource,
            attributes=span.attributes,
            kind=_KINDS[span.kind],
            status=Status(StatusCode.ERROR, span.error) if span.error else Status(),
            start_time=span.began_ns,
            end_time=span.ended_ns,
            instrumentation_scope=self._scope,
        )


def _context(trace: str, span: str) -> SpanContext:
    return SpanContext(int(trace, 16), int(span, 16), is_remote=True, trace_flags=_SAMPLED)
