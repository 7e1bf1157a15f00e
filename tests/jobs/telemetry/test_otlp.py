"""Spans that are really exported, by OpenTelemetry's SDK to a collector that listens."""

import builtins
from pathlib import Path
from typing import Any

import pytest

from jobs.settings import Settings
from jobs.telemetry import start_tracing
from jobs.telemetry.otlp import OtlpSink
from jobs.telemetry.start_tracing import TracesMissing, tracing
from jobs.telemetry.tracing import TRACING, Span, new_trace
from tests.support.collector import collector
from tests.support.workplace import await_true


def span(trace: str, **changes: Any) -> Span:
    named = {"id": "ab" * 8, "parent": None, "attributes": {"page": 3, "tenant": "sales"}}
    return Span("read_page", trace, began_ns=1000, ended_ns=5000, **named | changes)


def test_a_span_arrives_as_it_was(tmp_path: Path) -> None:
    trace = new_trace()
    with collector() as server:
        settings = Settings(_env_file=None, data_dir=tmp_path, otlp_endpoint=f"{server.url}/")
        with tracing(settings, "pages"):
            TRACING._send(span(trace, parent="cd" * 8))
            TRACING._send(span(trace, id="ef" * 8, error="damaged"))
        await_true(lambda: len(server.spans) == 2, "both spans")
        first, second = server.spans
    assert (first.trace, first.id, first.parent) == (trace, "ab" * 8, "cd" * 8)
    assert (first.service, first.name) == ("pagesight-pages", "read_page")
    assert (first.began_ns, first.ended_ns) == (1000, 5000)
    assert first.attributes == {"page": 3, "tenant": "sales"}
    assert (first.failed, second.failed, second.parent) == (False, True, "")
    assert not TRACING.on


def test_a_share_takes_whole_traces_and_every_process_the_same_ones() -> None:
    traces = [new_trace() for _ in range(200)]
    chosen = {trace for trace in traces if int(trace[16:], 16) < 2**63}
    assert 50 < len(chosen) < 150  # seven standard deviations around the half
    for role in ("api", "control"):
        with collector() as server:
            sink = OtlpSink(server.url, role, 0.5)
            for trace in traces:
                sink.export(span(trace))
            sink.close()
            await_true(lambda kept=server.spans: len(kept) >= len(chosen), "all spans")
            assert {each.trace for each in server.spans} == chosen


def test_a_collector_that_is_away_holds_nothing_up() -> None:
    with collector() as gone:
        url = gone.url
    sink = OtlpSink(url, "api", 1.0)
    sink.export(span(new_trace()))
    sink.close()  # the test's own time limit ends it where this waits for the retries


def test_missing_packages_are_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_tracing, "find_spec", lambda _: None)
    settings = Settings(_env_file=None, data_dir=tmp_path, otlp_endpoint="http://127.0.0.1:4318")
    with pytest.raises(TracesMissing, match=r"requirements/traces\.txt"), tracing(settings, "api"):
        pytest.fail("tracing began without its packages")


def test_nothing_of_the_sdk_is_imported_while_traces_are_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def guarded(name: str, *rest: Any) -> Any:
        assert not name.startswith(("opentelemetry", "jobs.telemetry.otlp"))
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", guarded)
    with tracing(Settings(_env_file=None, data_dir=tmp_path), "api"):
        assert not TRACING.on
