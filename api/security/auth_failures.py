"""Refused keys in the audit log: enough to see an attack, too few to flood the log."""

import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool

from jobs.domain.errors import LedgerUnavailable
from jobs.security.audit_log import AuditStore

EVERY_S: Final = 60.0  # one line for an address in that time, with how often it was refused
MOST_LINES: Final = 100  # of all addresses together in that time
_MOST_ADDRESSES = 10_000
_OURS = re.compile(r"ps_([0-9a-f]{10})_")

log = logging.getLogger(__name__)


class Refusals:
    """Records requests with invalid keys. Event loop only."""

    def __init__(self, audit: AuditStore, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._audit = audit
        self._monotonic = monotonic
        self._known: OrderedDict[str, tuple[float, int]] = OrderedDict()  # until when, how often
        self._lines = (0.0, 0)  # until when, how many

    async def record(self, address: str, shown: str) -> None:
        """Write an entry when one is due; of the key no more than the prefix, if it has one."""
        times = self._due(address)
        if times == 0:
            return
        found = _OURS.match(shown)
        target = f"ps_{found[1]}" if found else "no key of ours"
        await run_in_threadpool(self._write, target, address, times)

    def _write(self, target: str, address: str, times: int) -> None:
        try:
            self._audit.add("key.refused", target, by=address[:64], tenant=None, times=times)
        except LedgerUnavailable:
            log.warning("a refused key from %s could not be recorded", address)

    def _due(self, address: str) -> int:
        """How many refusals an entry now would cover; 0 when none is due."""
        now = self._monotonic()
        until, times = self._known.pop(address, (0.0, 0))
        due = now >= until and self._has_room(now)
        self._known[address] = (now + EVERY_S, 0) if due else (until, times + 1)
        if len(self._known) > _MOST_ADDRESSES:
            self._known.popitem(last=False)
        return times + 1 if due else 0

    def _has_room(self, now: float) -> bool:
        until, lines = self._lines
        if now >= until:
            until, lines = now + EVERY_S, 0
        self._lines = (until, lines + 1)
        return lines < MOST_LINES
