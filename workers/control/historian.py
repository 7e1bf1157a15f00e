"""Writes the figures of each minute, for charts of the last hours and days."""

from jobs.ledger import Ledger
from workers.control.sweeper import Sweeper

EVERY_S = 20.0  # often enough that no minute is missed


class Historian(Sweeper):
    """Records the minute that ended last; several may run, and the first one writes it."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__("historian", EVERY_S, (("figures of a minute", ledger.history.record),))
