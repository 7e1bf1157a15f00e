"""Why the ledger or the queue refused.

LedgerError is the base. NotFound, IllegalTransition, IdempotencyMismatch and RevisionConflict need
the caller; QueueFull is temporary; StaleClaim makes a worker stop; LedgerUnavailable, BrokerDown
and BlobError are for the operator.
"""

from jobs.domain.job import Batch, Job


class LedgerError(Exception):
    """Base of all errors of the ledger and the queue."""


class NotFound(LedgerError):  # noqa: N818 - the field's word, and it reads well at the raise
    """No such row for this tenant."""


class IllegalTransition(LedgerError):  # noqa: N818
    """The row's state does not allow what was asked."""


class StaleClaim(LedgerError):  # noqa: N818
    """The lease on a page was lost to another attempt, or its job was closed."""


class QueueFull(LedgerError):  # noqa: N818
    """As many jobs are unfinished as the settings allow: of one `tenant`, or of all (None)."""

    def __init__(
        self, message: str, *, tenant: str | None = None, retry_after_s: int | None = None
    ) -> None:
        super().__init__(message)
        self.tenant = tenant
        self.retry_after_s = retry_after_s


class LedgerUnavailable(LedgerError):  # noqa: N818
    """The database cannot be reached, is locked for too long, or its disk is full."""


class BrokerDown(LedgerError):  # noqa: N818
    """The broker did not answer in time."""


class IdempotencyMismatch(LedgerError):  # noqa: N818
    """The idempotency key was used for another request, which created `made`."""

    def __init__(self, made: Job | Batch) -> None:
        super().__init__(f"the idempotency key was used for another request, which made {made.id}")
        self.made = made


class RevisionConflict(LedgerError):  # noqa: N818
    """Corrections were made on a revision that is not the `latest` any more."""

    def __init__(self, latest: int) -> None:
        super().__init__(f"the latest revision is {latest}")
        self.latest = latest


class BlobError(LedgerError, OSError):
    """The blob store refused; `errno` says why where it is known (ENOSPC: the disk is full)."""
