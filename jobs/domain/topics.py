"""What a message asks for, and the broker queue it waits in. One entry for each topic."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Topic(StrEnum):
    """What a message asks for. The values are stored in rows and part of task names."""

    PROCESS_BATCH = "tend_batch"
    FINISH_JOB = "finish_job"
    OPEN_JOB = "open_job"
    READ_PAGE = "read_page"
    DELIVER = "deliver"
    MAKE_FILE = "make_file"


@dataclass(frozen=True, slots=True)
class Route:
    """How messages of a topic travel: in `queue`, each naming up to `rows_per_message` rows.

    Steps of a topic that `backs_off` may wait long inside a worker, behind a slow host: one that is
    not begun is sent again after longer and longer waits.
    """

    queue: str
    rows_per_message: int = 1
    backs_off: bool = False


# Opening a document is short work that comes in bursts, and publishing costs as much for one row
# as for sixteen; a page is long work and goes alone.
ROUTES: Final[dict[Topic, Route]] = {
    Topic.PROCESS_BATCH: Route("control", backs_off=True),
    Topic.FINISH_JOB: Route("control"),
    Topic.OPEN_JOB: Route("documents", rows_per_message=16, backs_off=True),
    Topic.READ_PAGE: Route("pages"),
    Topic.DELIVER: Route("webhooks", backs_off=True),
    Topic.MAKE_FILE: Route("control"),
}

# A document that a reader opens itself, while one is idle (jobs/stores/fast_path.py).
FAST_QUEUE: Final = ROUTES[Topic.READ_PAGE].queue
