"""The schemas of usage and of the service's figures over time."""

from datetime import date, datetime

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


class HistoryPoint(Model):
    """The service in some minutes that follow one another."""

    at: datetime = Field(description="When the first of them began.")
    pages_waiting: int = Field(description="Pages that waited for a worker, the most.")
    oldest_s: float = Field(description="Age of the oldest open job in seconds, the most.")
    workers_ready: int = Field(description="Workers that were ready to read pages, the fewest.")
    pages_read: int
    pages_failed: int
    jobs_ended: int
    jobs_failed: int = Field(description="Jobs that failed or expired.")
    job_s_median: float | None = Field(
        description="Seconds from the submission of a job to its end, the mean of the minutes' "
        "medians; null where no job ended."
    )
    job_s_p95: float | None = Field(
        description="The time that 95 % of the jobs of a minute took at most, the longest of the "
        "minutes."
    )


class HistoryOut(Model):
    """The figures of the service; minutes without a control worker are missing."""

    minutes: int = Field(description="How many minutes a point sums up.")
    points: list[HistoryPoint] = Field(description="The oldest first.")
    faults: dict[str, int] = Field(description="Pages that failed, by error code.")
