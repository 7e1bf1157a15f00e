"""The decoder's helper processes with the limits of the settings."""

from jobs.settings import Settings
from vision.core.limits import Limits
from vision.input.sandbox.pool import DecoderPool
from vision.input.sandbox.worker import Budget
from workers.observability.metrics import HELPER_STARTS


def open_decoders(settings: Settings, size: int) -> DecoderPool:
    """`size` warm helpers. Call after any fork; the caller closes the pool."""
    limits = Limits(
        max_bytes=settings.max_upload_mb * 1_000_000,
        max_pixels=int(settings.max_megapixels * 1_000_000),
        max_side=settings.max_side_px,
        max_pages=settings.max_pages,
    )
    budget = Budget(
        seconds=settings.decode_timeout_s, memory_bytes=settings.decode_memory_mb * 2**20
    )
    return DecoderPool(
        size, limits, budget, on_restart=lambda reason: HELPER_STARTS.labels(reason).inc()
    )
