"""How many of what a load needs, computed from measured costs; docs/operations/scale.md shows it.

    python -m benchmarks.sizing --rates 1 100 10000 --page-s 0.4

The costs are processor seconds: of a page from the metrics of a reader
(`pagesight_tenant_cpu_seconds_total`), of an upload and of a job's steps from
`python -m benchmarks.processes`. Commits are those of the ledger's transactions, counted in the
code: two for a page (claim, result), seven for a job (accept, begin, opened, begin to finish,
finish, and two of the relay) besides those that bursts share.
"""

import argparse
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass

PAGE_COMMITS = 2
JOB_COMMITS = 7


@dataclass(frozen=True)
class Costs:
    """Processor seconds of one page, upload and job; cores are planned to be busy for `busy`."""

    page_s: float = 0.4
    upload_s: float = 0.004
    job_s: float = 0.01
    busy: float = 0.8
    reader_cores: int = 4
    commits_per_s: float = 3000.0  # of one PostgreSQL primary on a disk that syncs in 0.3 ms


@dataclass(frozen=True, slots=True)
class Size:
    """What a load needs. `installations` divide the tenants once one database is not enough."""

    pages_per_s: float
    reader_cores: int
    readers: int
    apis: int
    controls: int
    commits_per_s: float
    installations: int


def size(pages_per_s: float, pages_per_job: float, costs: Costs) -> Size:
    """The processes that a steady load needs, at least one of each."""
    jobs_per_s = pages_per_s / pages_per_job
    cores = max(1, math.ceil(pages_per_s * costs.page_s / costs.busy))
    commits = pages_per_s * PAGE_COMMITS + jobs_per_s * JOB_COMMITS
    return Size(
        pages_per_s,
        cores,
        max(1, math.ceil(cores / costs.reader_cores)),
        max(1, math.ceil(jobs_per_s * costs.upload_s / costs.busy)),
        max(1, math.ceil(jobs_per_s * costs.job_s / costs.busy)),
        commits,
        max(1, math.ceil(commits / (costs.commits_per_s * costs.busy))),
    )


def table(sizes: list[Size]) -> Iterator[str]:
    """The rows of a Markdown table."""
    yield "| pages/s | cores that read | readers | APIs | control workers | commits/s | databases |"
    yield "|---|---|---|---|---|---|---|"
    for each in sizes:
        cells = (
            f"{each.pages_per_s:,g}",
            f"{each.reader_cores:,}",
            f"{each.readers:,}",
            f"{each.apis:,}",
            f"{each.controls:,}",
            f"{each.commits_per_s:,.0f}",
            f"{each.installations:,}",
        )
        yield f"| {' | '.join(cells)} |"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=float, nargs="+", default=[1, 100, 10_000])
    parser.add_argument("--pages-per-job", type=float, default=5)
    parser.add_argument("--page-s", type=float, default=Costs.page_s)
    parser.add_argument("--upload-s", type=float, default=Costs.upload_s)
    parser.add_argument("--job-s", type=float, default=Costs.job_s)
    given = parser.parse_args()
    costs = Costs(given.page_s, given.upload_s, given.job_s)
    print("\n".join(table([size(rate, given.pages_per_job, costs) for rate in given.rates])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
