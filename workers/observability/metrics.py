"""The metrics of a worker process. docs/reference/metrics.md describes each.

Labels have few values. Tenants could be many: TenantLabels bounds them.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY: Final = CollectorRegistry()

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_LONG_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
_TENTHS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 1)


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(f"pagesight_{name}", text, labels, registry=REGISTRY)


def _histogram(
    name: str, text: str, labels: tuple[str, ...], buckets: tuple[float, ...]
) -> Histogram:
    return Histogram(f"pagesight_{name}", text, labels, buckets=buckets, registry=REGISTRY)


def _gauge(name: str, text: str, *labels: str) -> Gauge:
    """Added up over the live processes that share a folder."""
    return Gauge(f"pagesight_{name}", text, labels, registry=REGISTRY, multiprocess_mode="livesum")


PAGES: Final = _counter(
    "pages", "Attempts at pages by outcome: succeeded, failed, retried, put_off, stale.", "outcome"
)
PAGE_SECONDS: Final = _histogram(
    "page_seconds", "From the claim of a page to its result.", (), _SECONDS
)
STAGE_SECONDS: Final = _histogram(
    "stage_seconds", "Time in which a stage of a page computes.", ("stage",), _SECONDS
)
STAGE_WAIT_SECONDS: Final = _histogram(
    "stage_wait_seconds",
    "Time in which a stage of a page waits: for a helper process, or for its batch to begin.",
    ("stage",),
    _SECONDS,
)
BATCH_ITEMS: Final = _histogram(
    "batch_items", "Items of a merged call of an engine.", ("stage",), _SIZES
)
LINES: Final = _counter("lines", "Lines read.")
WORDS: Final = _counter("words", "Words read.")
WORD_CONFIDENCE: Final = _histogram("word_confidence", "Confidence of the words read.", (), _TENTHS)
FAULTS: Final = _counter(
    "faults", "Pages and jobs that failed, by the code of the error.", "subject", "code", "actor"
)
RETRIES: Final = _counter("page_retries", "Attempts at pages that will be repeated.", "code")
MODEL_PROVIDER: Final = _gauge(
    "model_provider", "Processes whose model was proven to run on a provider.", "model", "provider"
)
RESIDENT_BYTES: Final = _gauge(
    "process_resident_bytes", "Resident memory of a worker and of its helpers.", "role", "part"
)
GPU_BYTES: Final = _gauge("gpu_memory_used_bytes", "Memory in use on the GPUs of this host.", "gpu")
HELPER_STARTS: Final = _counter(
    "helper_restarts",
    "Decoder helpers replaced: recycled after their number of requests, or ended.",
    "reason",
)
JOBS: Final = _counter("jobs_ended", "Jobs ended by this worker, by state.", "state")
JOB_WAIT_SECONDS: Final = _histogram(
    "job_wait_seconds", "From the acceptance of a job to its start.", (), _LONG_SECONDS
)
JOB_SECONDS: Final = _histogram(
    "job_seconds", "From the acceptance of a job to its end.", (), _LONG_SECONDS
)
DELIVERIES: Final = _counter(
    "delivery_attempts",
    "Attempts at webhooks: delivered, to be retried, or given up.",
    "outcome",
)
DELIVERY_SECONDS: Final = _histogram(
    "delivery_seconds", "Time of an attempt at a webhook.", (), _SECONDS
)
THREAD_FAILURES: Final = _gauge(
    "worker_thread_failures", "Unforeseen errors that restarted background threads.", "thread"
)
TENANT_PAGES: Final = _counter("tenant_pages", "Pages read, by tenant.", "tenant")
TENANT_CPU: Final = _counter(
    "tenant_cpu_seconds", "Processor time of reading, shared by the pages in progress.", "tenant"
)

# Labels that are known beforehand are zero from the start, so that rates see the first event.
for _outcome in ("succeeded", "failed", "retried", "put_off", "stale"):
    PAGES.labels(_outcome)
for _outcome in ("delivered", "retried", "given_up"):
    DELIVERIES.labels(_outcome)
for _reason in ("recycled", "ended"):
    HELPER_STARTS.labels(_reason)
