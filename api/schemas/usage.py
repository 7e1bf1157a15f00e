"""The schemas of usage."""

from datetime import date

from pydantic import Field

from api.schemas.jobs import Model


class DayUsageOut(Model):
    """What ended on one day, in UTC."""

    day: date
    jobs: int
    pages_read: int
    pages_failed: int


class UsageOut(Model):
    """Days on which jobs ended, the oldest first; others are left out."""

    days: list[DayUsageOut]
    pages_read: int = Field(description="Pages read on all these days.")
