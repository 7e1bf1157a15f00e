"""Prometheus metrics: the requests of this process, and the state of the queue."""

from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from jobs.admission.queue_stats import Backlog, BacklogReader
from jobs.ledger import Ledger
from jobs.supervised_thread import SupervisedThread
from jobs.telemetry.exposition import render

# From a cached answer to a long wait; seconds.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The metrics of one application, in their own registry."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._asked = CollectorRegistry()  # collectors that are asked at each scrape
        self._requests = Counter(
            "pagesight_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._latency = Histogram(
            "pagesight_http_request_seconds",
            "Time from the request's head to the end of its answer.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        # The series by their labels, which prometheus_client would check and join each time.
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._uncounted = Counter(
            "pagesight_rate_uncounted",
            "Requests admitted without a check of their rate limit, while Redis was unavailable.",
            registry=self._registry,
        )

        self._problems = Counter(
            "pagesight_problems",
            "Requests that were refused or failed, by the code of the problem.",
            ("code",),
            registry=self._registry,
        )
        self._problems.labels("internal")

    def problem(self, code: str) -> None:
        """Count a request that was answered with a problem."""
        self._problems.labels(code).inc()

    def uncounted(self) -> None:
        """Count a request whose rate limit was not checked, since Redis was unavailable."""
        self._uncounted.inc()

    def watch(self, ledger: Ledger, threads: Sequence[SupervisedThread] = ()) -> None:
        """Export the queue of `ledger` and the failures of background threads as well."""
        self._asked.register(_QueueCollector(ledger))
        self._asked.register(_ThreadCollector(threads))

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        series = self._series.get((method, route, status))
        if series is None:
            requests = self._requests.labels(method, route, str(status))
            series = requests, self._latency.labels(method, route)
            self._series[method, route, status] = series
        series[0].inc()
        series[1].observe(seconds)

    def render(self) -> bytes:
        """Everything in Prometheus' text format; queries the ledger, so not on the event loop."""
        return render(self._registry, self._asked)


class _QueueCollector(Collector):
    """Queries the ledger at each scrape, so that every API process reports the same."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._backlog = BacklogReader(ledger.database, ledger.clock)

    def describe(self) -> Iterable[Metric]:
        # Without this, registration would query the ledger at once.
        return ()

    def collect(self) -> Iterator[Metric]:
        backlog = self._backlog.read()
        jobs = {str(state): count for state, count in backlog.jobs.items()}
        yield _by_label("pagesight_jobs", "Jobs by state.", "state", jobs)
        pages = backlog.pages_waiting
        yield GaugeMetricFamily("pagesight_queue_pages", "Pages that wait for a worker.", pages)
        yield GaugeMetricFamily(
            "pagesight_pages_last_minute",
            "Pages read in the last minute, by all workers.",
            backlog.pages_read,
        )
        yield GaugeMetricFamily(
            "pagesight_queue_oldest_seconds", "Age of the oldest open job.", backlog.oldest_s
        )
        yield from _steps(backlog)
        ready = Tally[str](dict.fromkeys(("pages", "control"), 0))  # none is a figure, too
        for worker in self._ledger.workers.live():
            ready[worker.role] += worker.ready
        yield _by_label("pagesight_workers_ready", "Ready workers.", "role", ready)


def _steps(backlog: Backlog) -> Iterator[Metric]:
    """The table of work by kind; labels are the names of the kinds, not what the rows hold."""
    steps = {topic.name.lower(): queue for topic, queue in backlog.steps.items()}
    depth = {kind: queue.ready for kind, queue in steps.items()}
    yield _by_label("pagesight_queue_steps", "Steps that are ready, by kind.", "kind", depth)
    age = {kind: queue.oldest_s for kind, queue in steps.items()}
    text = "Age of the oldest step that is ready, by kind."
    yield _by_label("pagesight_queue_step_age_seconds", text, "kind", age)


class _ThreadCollector(Collector):
    """Counts the exceptions that background threads of this process were restarted after."""

    def __init__(self, threads: Sequence[SupervisedThread]) -> None:
        self._threads = threads

    def collect(self) -> Iterator[Metric]:
        text = "Unforeseen exceptions in background threads of the API, which were restarted."
        family = CounterMetricFamily("pagesight_thread_failures", text, labels=("thread",))
        for thread in self._threads:
            family.add_metric((thread.name,), thread.failures)
        yield family


def _by_label(name: str, text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=(label,))
    for key, value in values.items():
        family.add_metric((key,), value)
    return family
