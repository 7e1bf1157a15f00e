"""The pages worker: engine, decoders and a consumer of the queue `pages`."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from jobs.domain.errors import LedgerError
from jobs.domain.topics import ROUTES, Topic
from jobs.long_lived import keep_loaded_objects
from jobs.settings import Settings
from jobs.stores.workers import OPENS
from vision.core.errors import EngineFailure
from workers.celery_consumer import consume
from workers.engine.engine import Engine
from workers.engine.model_list import list_models_in_use
from workers.inputs.decoders import open_decoders
from workers.inputs.document_cache import Documents
from workers.observability.metrics import MODEL_PROVIDER
from workers.pages.fast_path import FastPath
from workers.pages.lease_keeper import Hold, LeaseKeeper
from workers.pages.reader import PageReader
from workers.pages.single_page import SinglePage
from workers.pages.watchdog import Watchdog
from workers.runtime.heartbeat import Liveness
from workers.runtime.process import Parts, open_parts
from workers.runtime.tuning import Tuning
from workers.tasks import configured, serve

_log = logging.getLogger(__name__)

EXIT_CONFIG = 78  # EX_CONFIG of sysexits.h: an operator must act
RESTART_AFTER_S = 15.0  # how long a process that cannot read reports why before it ends

BuildEngine = Callable[[Settings], Engine]


def run_pages(settings: Settings, build_engine: BuildEngine, tuning: Tuning) -> int:
    """Read pages until SIGTERM; return the exit code."""
    with open_parts(settings, "pages", tuning) as parts:
        try:
            engine = build_engine(settings)
        except EngineFailure as error:
            return _report_unready(parts, error)
        keep_loaded_objects()
        try:
            _read_pages(parts, engine)
        finally:
            engine.close()
        return 0


def _report_unready(parts: Parts, error: EngineFailure) -> int:
    """Report and end: CUDA keeps a failed start in its process, so only a new one can succeed."""
    _log.error("not ready: %s", error.message)
    parts.heartbeat.report(ready=False, reason=error.message, capabilities={})
    stopped = parts.shutdown.asked.wait(RESTART_AFTER_S)
    return 0 if stopped else EXIT_CONFIG


def _read_pages(parts: Parts, engine: Engine) -> None:
    with _open_reader(parts, engine) as fast_path:
        reader = fast_path.reader
        parts.shutdown.release = lambda: _release(parts, reader.keeper.held())
        liveness = Liveness(lambda: parts.publisher.depth(Topic.READ_PAGE))
        serve(Topic.READ_PAGE, reader.read, liveness)
        serve(Topic.OPEN_JOB, fast_path.read, liveness)
        parts.heartbeat.watch(liveness)
        capabilities = engine.capabilities() | {
            "threads": parts.settings.worker_threads,
            OPENS: True,
            "models": list_models_in_use(engine.models, parts.settings.models_folder),
        }
        for model, provider in engine.providers.items():
            MODEL_PROVIDER.labels(model, provider).set(1)
        parts.heartbeat.report(ready=True, reason="", capabilities=capabilities)
        _log.info("reading pages", extra={"worker": parts.worker})
        queues, threads = [ROUTES[Topic.READ_PAGE].queue], parts.settings.worker_threads
        consume(configured(parts.settings), queues, threads, parts.worker, parts.shutdown.asked)


@contextmanager
def _open_reader(parts: Parts, engine: Engine) -> Iterator[FastPath]:
    settings = parts.settings
    documents = Documents(parts.blobs)
    keeper = LeaseKeeper(parts.ledger.pages.renew, settings.lease_s / 3)
    watchdog = Watchdog(settings.page_timeout_s)
    for part in (keeper, watchdog):
        parts.heartbeat.watch_thread(part.thread)
        part.start()
    try:
        threads = settings.worker_threads
        with (
            open_decoders(settings, threads) as decoders,
            ThreadPoolExecutor(threads, "decode") as ahead,
        ):
            reader = PageReader(
                ledger=parts.ledger,
                documents=documents,
                decoder=decoders,
                engine=engine,
                keeper=keeper,
                watchdog=watchdog,
                worker=parts.worker,
                max_attempts=settings.max_attempts,
                single=SinglePage(parts.ledger, parts.blobs),
            )
            yield FastPath(parts.ledger, documents, decoders, reader, settings.tessdata_dir, ahead)
    finally:
        watchdog.stop()
        keeper.stop()
        documents.close()


def _release(parts: Parts, holds: list[Hold]) -> None:
    """Release claims without counting their attempts; threads at work on them are fenced off."""
    for hold in holds:
        hold.lose()
        try:
            parts.ledger.pages.release(hold.claim)
        except LedgerError as error:
            _log.warning("a claim lapses instead: %s", type(error).__name__)
